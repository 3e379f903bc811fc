// The editor: CodeMirror with YAML's colours, and findings where they are.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colours = HighlightStyle.define([
  { tag: tags.atom, color: 'var(--key)' },
  { tag: tags.string, color: 'var(--string)' },
  { tag: tags.comment, color: 'var(--soft)' },
  { tag: tags.meta, color: 'var(--soft)' },
]);

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--back)' },
  '.cm-scroller': { font: '13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--soft)', backgroundColor: 'var(--panel)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--active)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-1px' },
  '.cm-tooltip': { color: 'var(--text)', backgroundColor: 'var(--panel)', border: '1px solid var(--line)' },
});

/** An editor in this element that tells each new text. */
export function editor(parent, changed) {
  const extensions = [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    lintGutter(),
    // Line by line: a tree would be as deep as the text is nested.
    StreamLanguage.define(yaml),
    syntaxHighlighting(colours),
    theme,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': 'Rules' }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
  ];
  return new EditorView({ parent, state: EditorState.create({ extensions }) });
}

/** Another text, with nothing to undo but the change itself. */
export function replaceAll(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Selects a range, shows it, and goes there. */
export function goTo(view, from, to) {
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  view.focus();
}

/** Underlines findings whose ranges are known. */
export function underline(view, findings) {
  const length = view.state.doc.length;
  const diagnostics = findings.map(({ from, to, severity, name, message, help }) => ({
    from: Math.min(from, length),
    to: Math.min(to, length),
    severity,
    source: name,
    message: help ? `${message}\n${help}` : message,
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

/** From byte offsets of a text to the indices of JavaScript, for any number of offsets. */
export function indices(text) {
  const table = [];
  let index = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let i = 0; i < bytes; i++) table.push(index);
    index += character.length;
  }
  return (offset) => (offset < table.length ? table[offset] : index);
}
