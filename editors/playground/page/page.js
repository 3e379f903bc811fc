// The page: from each text to its findings and to the controls that it covers.
import examples from 'examples';
import worker from 'worker';
import { asker, moduleOf } from './ask.js';
import { showCoverage } from './coverage.js';
import { at, make } from './dom.js';
import { editor, goTo, indices, replaceAll, underline } from './editor.js';
import { showFindings } from './findings.js';
import { translate, word } from './words.js';

/** How long the keyboard must rest before anything is asked, in milliseconds. */
const REST = 120;

const shown = { text: '', findings: [], line: '', coverage: null };
let quick, slow, timer;

const view = editor(at('editor'), () => {
  busy('status', true);
  busy('covered', true);
  clearTimeout(timer);
  timer = setTimeout(look, REST);
});

/** Whether what stands in this element is still about an older text. */
function busy(id, is) {
  at(id).setAttribute('aria-busy', is);
}

const isCurrent = (text) => view.state.doc.toString() === text;

const tools = {
  goTo: (from, to) => goTo(view, from, to),
  goToLine(line, column) {
    const start = view.state.doc.line(Math.min(line, view.state.doc.lines));
    const index = start.from + [...start.text].slice(0, column - 1).join('').length;
    goTo(view, index, index);
  },
  // Edits are about the text that was looked at; in another one they mean nothing.
  apply({ edits }) {
    if (!isCurrent(shown.text)) return;
    const index = indices(shown.text);
    view.dispatch({
      changes: edits.map(({ start, end, text }) => ({ from: index(start.offset), to: index(end.offset), insert: text })),
    });
  },
  append(text) {
    const { length } = view.state.doc;
    const before = view.state.doc.toString().trim() === '' ? '' : '\n';
    view.dispatch({ changes: { from: length, insert: before + text } });
  },
  explain: async (check) => (await quick({ ask: 'explain', check }))?.explain ?? '',
};

function look() {
  if (!quick) return;
  const text = view.state.doc.toString();
  quick({ ask: 'check', text }).then((answer) => answer && checked(text, answer));
  const [benchmark, scope] = [at('benchmark').value, at('scope').value];
  slow({ ask: 'coverage', text, benchmark, scope }).then((answer) => answer && judged(text, answer));
}

function checked(text, { check, error, stopped }) {
  busy('status', !isCurrent(text));
  if (!check) return tell(error ?? `${word('stopped')} ${stopped}`);
  const index = indices(text);
  const findings = check.report.diagnostics.map((found) => ({
    ...found,
    from: index(found.start.offset),
    to: index(found.end.offset),
  }));
  Object.assign(shown, { text, findings });
  tell(check.line);
  showFindings(findings, tools);
  if (isCurrent(text)) underline(view, findings);
}

function judged(text, { coverage, error, stopped }) {
  busy('covered', !isCurrent(text));
  if (!coverage) {
    at('covered').textContent = error ?? `${word('stopped')} ${stopped}`;
    return;
  }
  shown.coverage = coverage;
  showCoverage(coverage, tools);
}

function tell(line) {
  shown.line = line;
  at('status').textContent = line;
}

function speak(lang) {
  document.documentElement.lang = lang;
  at('lang').textContent = lang === 'ja' ? 'English' : '日本語';
  translate();
  showFindings(shown.findings, tools);
  if (shown.coverage) showCoverage(shown.coverage, tools);
}

async function begin() {
  at('example').append(...examples.map(({ name }) => {
    const option = make('option', { value: name });
    option.dataset.word = name;
    return option;
  }));
  const choose = () => replaceAll(view, examples.find(({ name }) => name === at('example').value).text);
  at('example').onchange = choose;
  at('benchmark').onchange = at('scope').onchange = look;
  at('lang').onclick = () => speak(document.documentElement.lang === 'ja' ? 'en' : 'ja');
  speak(navigator.language.startsWith('ja') ? 'ja' : 'en');
  tell(word('loading'));
  const module = await moduleOf(at('wasm').textContent);
  const script = URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
  [quick, slow] = [asker(module, script), asker(module, script)];
  const { benchmarks } = await quick({ ask: 'benchmarks' });
  at('benchmark').append(...benchmarks.names.map((name) => make('option', { value: name }, name)));
  at('benchmark').value = benchmarks.default;
  choose();
}

begin().catch((error) => tell(`${word('stopped')} ${error}`));
