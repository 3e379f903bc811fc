// The server driven by the client library's own transport and types: what each request of the extension is answered with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import protocol from 'vscode-languageserver-protocol/node.js';

const here = dirname(fileURLToPath(import.meta.url));
const { RULEC } = process.env;
const skip = !RULEC && 'RULEC is not set';

let folder, server, connection, capabilities;
const published = new Map();
let settings = {};

const uri = (name) => pathToFileURL(join(folder, name)).href;
const texts = new Map();

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), 'rulec-client-'));
  cpSync(join(here, 'vscode/workspace'), folder, { recursive: true });
  server = spawn(RULEC, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  connection = protocol.createProtocolConnection(
    new protocol.StreamMessageReader(server.stdout),
    new protocol.StreamMessageWriter(server.stdin),
  );
  connection.onNotification(protocol.PublishDiagnosticsNotification.type, (said) => published.set(said.uri, said));
  connection.onRequest(protocol.ConfigurationRequest.type, ({ items }) => items.map(() => settings));
  connection.onRequest(protocol.RegistrationRequest.type, () => undefined);
  connection.onRequest('workspace/codeLens/refresh', () => null);
  connection.onRequest('workspace/inlayHint/refresh', () => null);
  connection.onRequest('workspace/semanticTokens/refresh', () => null);
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.listen();
  const edit = { documentChanges: true };
  const literals = { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source'] } };
  const answer = await connection.sendRequest(protocol.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'rules' }],
    initializationOptions: settings,
    capabilities: {
      workspace: { workspaceFolders: true, workspaceEdit: edit, didChangeConfiguration: {}, configuration: true },
      textDocument: {
        publishDiagnostics: { versionSupport: true, relatedInformation: true },
        rename: { prepareSupport: true },
        codeAction: { codeActionLiteralSupport: literals, resolveSupport: { properties: ['edit'] }, dataSupport: true },
        completion: { completionItem: { snippetSupport: true } },
      },
    },
  });
  capabilities = answer.capabilities;
  await connection.sendNotification(protocol.InitializedNotification.type, {});
  open('local.yaml');
});

after(async () => {
  if (skip) return;
  await connection.sendRequest(protocol.ShutdownRequest.type);
  const ended = new Promise((done) => server.once('exit', done));
  await connection.sendNotification(protocol.ExitNotification.type);
  assert.equal(await ended, 0);
  connection.dispose();
  rmSync(folder, { recursive: true });
});

function open(name) {
  const text = readFileSync(join(folder, name), 'utf8');
  texts.set(name, { text, version: 1 });
  const textDocument = { uri: uri(name), languageId: 'yaml', version: 1, text };
  return connection.sendNotification(protocol.DidOpenTextDocumentNotification.type, { textDocument });
}

/** Where a text ends. */
function behind(name, part) {
  const { text } = texts.get(name);
  const at = text.indexOf(part);
  assert(at >= 0, part);
  const lines = text.slice(0, at + part.length).split('\n');
  return { line: lines.length - 1, character: lines.at(-1).length };
}

/** Replaces a text, as an editor that sends what changed. */
async function put(name, from, to) {
  const end = behind(name, from);
  const start = { line: end.line, character: end.character - from.length };
  const document = texts.get(name);
  document.text = document.text.replace(from, () => to);
  document.version += 1;
  await connection.sendNotification(protocol.DidChangeTextDocumentNotification.type, {
    textDocument: { uri: uri(name), version: document.version },
    contentChanges: [{ range: { start, end }, text: to }],
  });
}

function applied(text, edits) {
  const lines = text.split('\n');
  const offset = ({ line, character }) => lines.slice(0, line).reduce((sum, line) => sum + line.length + 1, 0) + character;
  const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return sorted.reduce((text, { range, newText }) => text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end)), text);
}

/** The edits of one file, in either form of a workspace edit. */
function editsOf(edit, name) {
  const inDocuments = (edit.documentChanges ?? []).filter(({ textDocument }) => textDocument?.uri === uri(name));
  return [...(edit.changes?.[uri(name)] ?? []), ...inDocuments.flatMap(({ edits }) => edits)];
}

/** Codes of the findings, once they are about the text as it stands and satisfy. */
async function findings(name, good) {
  for (let tries = 0; tries < 200; tries++) {
    const said = published.get(uri(name));
    const codes = said?.diagnostics.map(({ code }) => code) ?? [];
    if (said?.version === texts.get(name).version && good(codes)) return said.diagnostics;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`no such findings: ${JSON.stringify(published.get(uri(name)))}`);
}

const at = (name, part) => ({ textDocument: { uri: uri(name) }, position: behind(name, part) });
const ask = (method, params) => connection.sendRequest(method, params);

test('diagnostics', { skip }, async () => {
  const found = await findings('local.yaml', (codes) => codes.includes('unknown-field'));
  const one = found.find(({ code }) => code === 'unknown-field');
  assert.deepEqual(one.range.end, behind('local.yaml', 'ct.usr'));
  assert(one.codeDescription?.href);
  assert(!found.some(({ code }) => code === 'undefined-macro'), 'the other file counts');
});

test('completion', { skip }, async () => {
  assert(capabilities.completionProvider);
  const answer = await ask('textDocument/completion', at('local.yaml', 'and ct.us'));
  const labels = (answer.items ?? answer).map(({ label }) => label);
  assert(labels.includes('ct.user'), labels.join(' '));
});

test('hover', { skip }, async () => {
  const answer = await ask('textDocument/hover', at('local.yaml', 'and succ'));
  assert.match(JSON.stringify(answer.contents), /ct\.error/);
});

test('definition and references', { skip }, async () => {
  const place = await ask('textDocument/definition', at('local.yaml', '(trail_ev'));
  const [first] = Array.isArray(place) ? place : [place];
  assert.equal(first.uri ?? first.targetUri, uri('base.yaml'));
  const uses = await ask('textDocument/references', { ...at('local.yaml', '(trail_ev'), context: { includeDeclaration: true } });
  assert.deepEqual(uses.map((use) => use.uri).sort(), [uri('base.yaml'), uri('local.yaml')]);
});

test('rename', { skip }, async () => {
  assert(await ask('textDocument/prepareRename', at('local.yaml', 'and succ')));
  const edit = await ask('textDocument/rename', { ...at('local.yaml', 'and succ'), newName: 'worked' });
  assert.match(applied(texts.get('local.yaml').text, editsOf(edit, 'local.yaml')), /and worked and/);
  assert.match(applied(readFileSync(join(folder, 'base.yaml'), 'utf8'), editsOf(edit, 'base.yaml')), /- macro: worked/);
});

test('code action', { skip }, async () => {
  const diagnostics = await findings('local.yaml', (codes) => codes.includes('unknown-field'));
  const { textDocument, position } = at('local.yaml', 'ct.us');
  const params = { textDocument, range: { start: position, end: position }, context: { diagnostics } };
  const actions = await ask('textDocument/codeAction', params);
  const resolved = await Promise.all(
    actions.map((action) => (action.edit || !action.data ? action : ask('codeAction/resolve', action))),
  );
  const text = texts.get('local.yaml').text;
  const fix = resolved.find(({ edit }) => edit && applied(text, editsOf(edit, 'local.yaml')).includes('and ct.user exists'));
  assert(fix, actions.map(({ title }) => title).join('; '));
});

test('formatting', { skip }, async () => {
  await put('local.yaml', '  priority: CRITICAL', '  priority:    CRITICAL');
  const options = { tabSize: 2, insertSpaces: true };
  const edits = await ask('textDocument/formatting', { textDocument: { uri: uri('local.yaml') }, options });
  assert.match(applied(texts.get('local.yaml').text, edits ?? []), /\n {2}priority: CRITICAL\n/);
});

test('settings', { skip }, async () => {
  const change = async (to) => {
    settings = to;
    await connection.sendNotification(protocol.DidChangeConfigurationNotification.type, { settings: { rulec: settings } });
  };
  await findings('local.yaml', (codes) => codes.includes('unknown-field'));
  await change({ levels: { 'unknown-field': 'allow' } });
  await findings('local.yaml', (codes) => !codes.includes('unknown-field'));
  await change({ plugins: ['json'] });
  await findings('local.yaml', (codes) => codes.includes('unknown-source'));
  await change({});
  await findings('local.yaml', (codes) => codes.includes('unknown-field'));
});

test('a change is seen', { skip }, async () => {
  await put('local.yaml', 'ct.usr exists', 'ct.user exists');
  await findings('local.yaml', (codes) => !codes.includes('unknown-field'));
});
