// The table of controls: what is proved of each, by which rules, and what slips through.
import { at, make } from './dom.js';
import { count, either, word } from './words.js';

const marks = { covered: '✓', conditional: '~', missing: '✗', unknown: '?' };
const opened = new Set();

/** Shows what the rules cover. `tools` goes to places and adds rules. */
export function showCoverage({ report, suggestions }, tools) {
  const suggested = new Map(suggestions.map(({ control, text }) => [control, text]));
  const full = report.controls.filter(({ verdict }) => verdict === 'full').length;
  at('covered').textContent = count(full, report.controls.length);
  const heads = ['', word('control'), word('proved'), word('events')];
  at('coverage').replaceChildren(
    make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))),
    make('tbody', {}, report.controls.flatMap((control) => rows(control, suggested.get(control.id), tools))),
  );
}

function rows(control, suggestion, tools) {
  const { id, title, title_ja, verdict, events } = control;
  const title_button = make('button', { type: 'button', className: 'quiet title' }, either(title, title_ja));
  const more = make('tr', { className: 'more' });
  const toggle = (open) => {
    more.hidden = !open;
    title_button.setAttribute('aria-expanded', open);
    opened[open ? 'add' : 'delete'](id);
    more.replaceChildren(...(open ? [make('td', { colSpan: 4 }, details(control, suggestion, tools))] : []));
  };
  title_button.onclick = () => toggle(more.hidden);
  toggle(opened.has(id));
  const cells = events.map(({ name, status }) =>
    make('span', { className: `cell ${status}`, title: `${name}: ${word(status)}` }, marks[status]),
  );
  const row = make(
    'tr',
    {},
    make('td', { className: 'number' }, id),
    make('td', {}, title_button),
    make('td', {}, make('span', { className: `chip ${verdict}` }, word(verdict))),
    make('td', {}, make('div', { className: 'cells' }, cells)),
  );
  row.dataset.control = id;
  row.dataset.verdict = verdict;
  return [row, more];
}

function details({ events, rules, witness, reason, errata }, suggestion, tools) {
  const ofEvents = events.some((event) => event.witness);
  return [
    errata.map(({ en, ja }) => make('p', { className: 'soft' }, either(en, ja))),
    rules.length > 0 && make('p', {}, `${word('by')} ${rules.join(', ')}`),
    reason && make('p', {}, reason),
    !ofEvents && witness && record(witness),
    events.length > 0 && make('ul', { className: 'events' }, events.map((event) => ofEvent(event, tools))),
    suggestion && make(
      'details',
      {},
      make('summary', {}, word('suggestion')),
      make('pre', {}, suggestion),
      make('button', { type: 'button', className: 'add', onclick: () => tools.append(suggestion) }, word('add')),
    ),
  ];
}

function ofEvent({ name, status, rules, narrowed, witness, reason }, tools) {
  const clause = ({ line, column, clause }) => [
    make('button', { type: 'button', className: 'place', onclick: () => tools.goToLine(line, column) }, `${line}:${column}`),
    ' ',
    make('code', {}, clause),
    ' ',
  ];
  return make(
    'li',
    {},
    make('span', { className: `cell ${status}`, title: word(status) }, marks[status]),
    ` ${name} `,
    make('span', { className: 'soft' }, rules.length > 0 ? `${word('by')} ${rules.join(', ')}` : word(status)),
    narrowed.length > 0 && [make('span', { className: 'soft' }, `, ${word('narrowed')} `), narrowed.map(clause)],
    reason && make('span', { className: 'soft' }, ` ${reason}`),
    witness && record(witness),
  );
}

function record(witness) {
  return make(
    'details',
    { className: 'witness' },
    make('summary', {}, word('witness')),
    make('pre', {}, JSON.stringify(witness, null, 2)),
  );
}
