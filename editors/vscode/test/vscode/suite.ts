/** What users do, done in VS Code with the real client and the real server; run.mjs starts it. */
import * as assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

type Test = [name: string, body: () => Promise<void>];

const folder = (): vscode.Uri => {
  const found = vscode.workspace.workspaceFolders?.[0];
  assert.ok(found, 'a folder is open');
  return found.uri;
};
const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);

/** Asks until the answer satisfies. */
async function until<T>(what: string, ask: () => T | Thenable<T>, good: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const names = (uri: vscode.Uri): string[] =>
  vscode.languages.getDiagnostics(uri).map(({ code }) => String(typeof code === 'object' ? code.value : code));

const texts = new Map<string, string>();

/** Opens a file, as it was before all tests. */
async function open(name: string): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)));
  const { document } = editor;
  const text = texts.get(name) ?? document.getText();
  texts.set(name, text);
  if (document.getText() !== text) {
    const all = new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));
    assert.ok(await editor.edit((edit) => edit.replace(all, text)));
    await document.save();
  }
  return editor;
}

/** The position behind a text. */
function behind(document: vscode.TextDocument, text: string): vscode.Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${text} is in the document`);
  return document.positionAt(at + text.length);
}

async function put(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const end = behind(editor.document, from);
  const start = editor.document.positionAt(editor.document.offsetAt(end) - from.length);
  assert.ok(await editor.edit((edit) => edit.replace(new vscode.Range(start, end), to)));
}

/** Changes a setting for as long as something takes. */
async function withSetting(name: string, value: unknown, body: () => Promise<unknown>): Promise<void> {
  const set = (to: unknown) =>
    vscode.workspace.getConfiguration('rulec').update(name, to, vscode.ConfigurationTarget.Workspace);
  await set(value);
  try {
    await body();
  } finally {
    await set(undefined);
  }
}

const tests: Test[] = [
  ['diagnostics', async () => {
    await open('local.yaml');
    const found = await until('unknown field', () => names(file('local.yaml')), (all) => all.includes('unknown-field'));
    assert.ok(!found.includes('undefined-macro'), 'other files count');
  }],
  ['completion', async () => {
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'and ct.us');
    const list = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', editor.document.uri, at);
    const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('ct.user'), labels.join(' '));
  }],
  ['hover', async () => {
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'and succ');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', editor.document.uri, at);
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value))).join('\n');
    assert.match(text, /ct\.error/);
  }],
  ['code action', async () => {
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'ct.us');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', editor.document.uri, new vscode.Range(at, at));
    const fix = actions.find(({ edit }) => edit?.get(editor.document.uri).some(({ newText }) => newText.includes('ct.user')));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join('; '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(editor.document.getText(), /and ct\.user exists/);
    await until('no unknown field', () => names(editor.document.uri), (all) => !all.includes('unknown-field'));
  }],
  ['rename across files', async () => {
    await open('base.yaml');
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'and succ');
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>('vscode.executeDocumentRenameProvider', editor.document.uri, at, 'worked');
    assert.equal(edit.size, 2);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.match(editor.document.getText(), /and worked and/);
    assert.match((await vscode.workspace.openTextDocument(file('base.yaml'))).getText(), /- macro: worked/);
  }],
  ['definition and references', async () => {
    const editor = await open('local.yaml');
    const at = behind(editor.document, '(trail_ev');
    const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>('vscode.executeDefinitionProvider', editor.document.uri, at);
    const [place] = places;
    assert.ok(place && ('uri' in place ? place.uri : place.targetUri).path.endsWith('base.yaml'));
    const uses = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', editor.document.uri, at);
    assert.ok(uses.length >= 2);
  }],
  ['formatting', async () => {
    const editor = await open('local.yaml');
    await put(editor, '  priority: CRITICAL', '  priority:     CRITICAL');
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', editor.document.uri, { tabSize: 2, insertSpaces: true });
    const edit = new vscode.WorkspaceEdit();
    edit.set(editor.document.uri, edits);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.match(editor.document.getText(), /\n {2}priority: CRITICAL\n/);
  }],
  ['settings: levels', async () => {
    const { document } = await open('local.yaml');
    const found = (good: boolean) =>
      until(`unknown-field: ${good}`, () => names(document.uri), (all) => all.includes('unknown-field') === good);
    await found(true);
    await withSetting('levels', { 'unknown-field': 'allow' }, () => found(false));
    await found(true);
  }],
  ['settings: plugins', async () => {
    const { document } = await open('local.yaml');
    const found = (good: boolean) =>
      until(`unknown-source: ${good}`, () => names(document.uri), (all) => all.includes('unknown-source') === good);
    await withSetting('plugins', ['json'], () => found(true));
    await found(false);
  }],
  ['settings: engineVersion', async () => {
    const editor = await open('base.yaml');
    const { document } = editor;
    await put(editor, '- list: trail', '- required_engine_version: 0.60.0\n\n- list: trail');
    const found = (good: boolean) =>
      until(`engine version: ${good}`, () => names(document.uri), (all) => all.some((name) => name === 'engine-version') === good);
    await found(false);
    await withSetting('engineVersion', '0.50.0', () => found(true));
    await found(false);
  }],
  ['settings: benchmark', async () => {
    await open('local.yaml');
    const found = (good: boolean) =>
      until(`gaps: ${good}`, () => vscode.languages.getDiagnostics().flatMap(([uri]) => names(uri)), (all) => all.includes('control-uncovered') === good);
    await found(false);
    await withSetting('benchmark', 'cis-aws-3.0.0', () => found(true));
    await found(false);
  }],
  ['settings: maxDiagnostics', async () => {
    const editor = await open('local.yaml');
    await put(editor, 'ct.usr exists', 'ct.usr exists and ct.usr2 exists');
    const found = (count: number) => until(`${count} findings`, () => names(editor.document.uri), (all) => all.length === count);
    await until('two findings', () => names(editor.document.uri), (all) => all.length >= 2);
    await withSetting('maxDiagnostics', 1, () => found(1));
  }],
  ['settings: codeLens', async () => {
    const { document } = await open('base.yaml');
    const lenses = () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    await until('code lenses', lenses, (all) => all.length > 0);
    await withSetting('codeLens.enable', false, () => until('no code lens', lenses, (all) => all.length === 0));
  }],
  ['code lenses do something', async () => {
    const { document } = await open('base.yaml');
    const lenses = async () =>
      (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100)).flatMap(
        ({ command }) => command ?? [],
      );
    const all = await until('resolved lenses', lenses, (all) => all.length > 0);
    const uses = all.find(({ command }) => command === 'rulec.usesOf');
    assert.ok(uses, JSON.stringify(all));
    const places = await vscode.commands.executeCommand<unknown[]>(uses.command, ...(uses.arguments ?? []));
    assert.equal(places.length, 1);

    const editor = await open('local.yaml');
    await put(editor, 'ct.usr exists', 'ct.user exists');
    const run = (await until('lens for tests', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri, 100);
      return found.find(({ command }) => command?.command === 'rulec.testRule')?.command;
    }, (found) => !!found))!;
    const ran = await vscode.commands.executeCommand<{ passed: number }>(run.command, ...(run.arguments ?? []));
    assert.equal(ran.passed, 1);
  }],
  ['settings: inlayHints', async () => {
    const { document } = await open('local.yaml');
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = () => vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, all);
    await until('inlay hints', hints, (all) => all.length > 0);
    await withSetting('inlayHints.enable', false, () => until('no inlay hint', hints, (all) => all.length === 0));
  }],
  ['settings: path', async () => {
    const { document } = await open('local.yaml');
    const found = (good: boolean) =>
      until(`a server: ${good}`, () => names(document.uri), (all) => all.length > 0 === good);
    await found(true);
    await withSetting('path', '/nowhere/rulec', () => found(false));
    await found(true);
  }],
  ['restart', async () => {
    const editor = await open('local.yaml');
    await vscode.commands.executeCommand('rulec.restart');
    await until('after the restart', () => names(editor.document.uri), (all) => all.includes('unknown-field'));
    await put(editor, 'ct.usr exists', 'ct.user exists');
    await until('repaired', () => names(editor.document.uri), (all) => !all.includes('unknown-field'));
  }],
  ['expanded condition', async () => {
    await open('base.yaml');
    const editor = await open('local.yaml');
    await put(editor, 'ct.usr exists', 'ct.user exists');
    await editor.document.save();
    const at = behind(editor.document, 'and succeeded');
    editor.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand('rulec.showExpandedCondition');
    const shown = await until('shown', () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'rulec'), (found) => !!found);
    assert.match(shown?.getText() ?? '', /not ct\.error exists/);
  }],
  ['tasks', async () => {
    await open('base.yaml');
    const editor = await open('local.yaml');
    await put(editor, 'ct.usr exists', 'ct.user exists');
    await editor.document.save();
    const all = await vscode.tasks.fetchTasks({ type: 'rulec' });
    assert.deepEqual(all.map(({ name }) => name).sort(), ['check', 'test']);
    for (const task of all) {
      const ended = new Promise<number | undefined>((done) => {
        const listener = vscode.tasks.onDidEndTaskProcess((event) => {
          if (event.execution.task.name !== task.name) return;
          listener.dispose();
          done(event.exitCode);
        });
      });
      await vscode.tasks.executeTask(task);
      assert.equal(await ended, 0, task.name);
    }
  }],
];

export async function run(): Promise<void> {
  const passed: string[] = [];
  const failed: { name: string; error: string }[] = [];
  for (const [name, body] of tests) {
    try {
      const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error('took more than 30 s')), 30_000));
      await Promise.race([body(), late]);
      passed.push(name);
    } catch (error) {
      failed.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  writeFileSync(process.env['RULEC_RESULT'] ?? 'result.json', JSON.stringify({ passed, failed }));
}
