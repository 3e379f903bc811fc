// The list of findings: where, what, what to do, and the page of the check.
import { marked } from 'marked';
import { at, make, withCode } from './dom.js';
import { word } from './words.js';

const opened = new Set();

/** Shows findings. `tools` goes to places, applies fixes, and asks for pages. */
export function showFindings(findings, tools) {
  const items = findings.map((finding) => item(finding, tools));
  at('findings').replaceChildren(...(items.length ? items : [make('li', { className: 'soft plain' }, word('clean'))]));
}

function item(finding, tools) {
  const { severity, name, message, help, fix, start, from, to } = finding;
  const page = make('div', { className: 'page', hidden: true });
  const about = make('button', { type: 'button', className: 'quiet', title: word('explain') }, name);
  const toggle = async (open) => {
    page.hidden = !open;
    about.setAttribute('aria-expanded', open);
    if (open) {
      opened.add(name);
      // Our own pages, out of rulec.
      page.innerHTML = marked.parse(await tools.explain(name), { async: false });
    } else {
      opened.delete(name);
    }
  };
  about.onclick = () => toggle(page.hidden);
  toggle(opened.has(name));
  const place = `${start.line}:${start.column}`;
  return make(
    'li',
    { className: severity },
    make('button', { type: 'button', className: 'place', onclick: () => tools.goTo(from, to) }, place),
    ' ',
    make('span', { className: 'message' }, withCode(message)),
    ' ',
    about,
    help && make('p', { className: 'soft' }, withCode(help)),
    fix &&
      make(
        'p',
        {},
        make('button', { type: 'button', className: 'fix', onclick: () => tools.apply(fix) }, `${word('fix')}: `, withCode(fix.title)),
      ),
    page,
  );
}
