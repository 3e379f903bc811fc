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

async function open(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)));
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

const settings = () => vscode.workspace.getConfiguration('rulec');

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
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'and succ');
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>('vscode.executeDocumentRenameProvider', editor.document.uri, at, 'worked');
    assert.equal(edit.size, 2);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.match(editor.document.getText(), /and worked and/);
    assert.match((await vscode.workspace.openTextDocument(file('base.yaml'))).getText(), /- macro: worked/);
    await vscode.workspace.saveAll(false);
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
    const editor = await open('local.yaml');
    await put(editor, 'ct.user exists', 'ct.usr exists');
    await until('unknown field', () => names(editor.document.uri), (all) => all.includes('unknown-field'));
    await settings().update('levels', { 'unknown-field': 'allow' }, vscode.ConfigurationTarget.Workspace);
    await until('allowed', () => names(editor.document.uri), (all) => !all.includes('unknown-field'));
    await settings().update('levels', undefined, vscode.ConfigurationTarget.Workspace);
    await until('again', () => names(editor.document.uri), (all) => all.includes('unknown-field'));
  }],
  ['settings: plugins', async () => {
    const editor = await open('local.yaml');
    await settings().update('plugins', ['json'], vscode.ConfigurationTarget.Workspace);
    await until('no such source', () => names(editor.document.uri), (all) => all.includes('unknown-source'));
    await settings().update('plugins', undefined, vscode.ConfigurationTarget.Workspace);
    await until('source again', () => names(editor.document.uri), (all) => !all.includes('unknown-source'));
  }],
  ['settings: path', async () => {
    const editor = await open('local.yaml');
    const path = settings().get<string>('path');
    await settings().update('path', '/nowhere/rulec', vscode.ConfigurationTarget.Workspace);
    await until('no server', () => names(editor.document.uri), (all) => all.length === 0);
    await settings().update('path', undefined, vscode.ConfigurationTarget.Workspace);
    assert.equal(settings().get('path'), path);
    await until('server again', () => names(editor.document.uri), (all) => all.includes('unknown-field'));
  }],
  ['restart', async () => {
    const editor = await open('local.yaml');
    await vscode.commands.executeCommand('rulec.restart');
    await until('after the restart', () => names(editor.document.uri), (all) => all.includes('unknown-field'));
    await put(editor, 'ct.usr exists', 'ct.user exists');
    await until('repaired', () => names(editor.document.uri), (all) => !all.includes('unknown-field'));
    await editor.document.save();
  }],
  ['expanded condition', async () => {
    const editor = await open('local.yaml');
    const at = behind(editor.document, 'and worked');
    editor.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand('rulec.showExpandedCondition');
    const shown = await until('shown', () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'rulec'), (found) => !!found);
    assert.match(shown?.getText() ?? '', /not ct\.error exists/);
  }],
  ['tasks', async () => {
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
      await body();
      passed.push(name);
    } catch (error) {
      failed.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  writeFileSync(process.env['RULEC_RESULT'] ?? 'result.json', JSON.stringify({ passed, failed }));
}
