// Runs suite.ts in a real VS Code: a server for browsers (VSCODE_SERVER, a folder with out/server-main.js), and Chromium without a screen.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const extension = resolve(here, '../..');
const { VSCODE_SERVER, RULEC, CHROMIUM = 'chromium' } = process.env;
if (!VSCODE_SERVER || !RULEC || spawnSync(CHROMIUM, ['--version']).status !== 0) {
  console.log('SKIPPED: VSCODE_SERVER (a VS Code server), RULEC (the program) and Chromium are needed');
  process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), 'rulec-vscode-'));
const [suite, result, folder] = ['suite.js', 'result.json', 'workspace'].map((name) => join(work, name));
await build({
  entryPoints: [join(here, 'suite.ts')],
  outfile: suite,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['vscode'],
  logLevel: 'warning',
});
cpSync(join(here, 'workspace'), folder, { recursive: true });
const settings = { 'rulec.path': resolve(RULEC), 'rulec.trace.server': 'messages' };
writeFileSync(join(work, 'settings.json'), JSON.stringify(settings));

const port = await new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const data = join(work, 'server');
cpSync(join(work, 'settings.json'), join(data, 'data/Machine/settings.json'), { recursive: true });
const log = [];
const keep = (child) => {
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => log.push(bytes.toString()));
  return child;
};
const server = keep(
  spawn(
    process.execPath,
    [join(VSCODE_SERVER, 'out/server-main.js'), '--host', '127.0.0.1', '--port', String(port), '--without-connection-token']
      .concat(['--accept-server-license-terms', '--server-data-dir', data, '--telemetry-level', 'off', '--disable-workspace-trust']),
    { env: { ...process.env, RULEC_RESULT: result } },
  ),
);
const address = `http://127.0.0.1:${port}/`;
const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
const payload = [
  ['extensionDevelopmentPath', remote(extension)],
  ['extensionTestsPath', remote(suite)],
  ['skipWelcome', 'true'],
];
let browser;
let code = 1;
try {
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(address).then((answer) => answer.ok, () => false)) break;
    await sleep(200);
  }
  const page = `${address}?folder=${folder}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--enable-logging=stderr'];
  browser = keep(spawn(CHROMIUM, [...flags, `--user-data-dir=${join(work, 'browser')}`, page], { detached: true }));
  for (let tries = 0; tries < 1200 && !existsSync(result); tries++) await sleep(200);
  if (existsSync(result)) {
    await sleep(100);
    const { passed, failed } = JSON.parse(readFileSync(result, 'utf8'));
    for (const name of passed) console.log(`ok ${name}`);
    for (const { name, error } of failed) console.log(`not ok ${name}\n${error.replace(/^/gm, '  ')}`);
    console.log(`in VS Code: ${passed.length} passed, ${failed.length} failed`);
    code = failed.length === 0 && passed.length > 0 ? 0 : 1;
  } else {
    console.log(`no result came within four minutes\n${log.join('').slice(-4000)}`);
  }
} finally {
  const ended = [browser, server].map((child) => child && new Promise((done) => child.once('close', done)));
  if (browser?.pid) process.kill(-browser.pid, 'SIGKILL');
  server.kill();
  await Promise.race([Promise.all(ended), sleep(5000)]);
  rmSync(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
process.exit(code);
