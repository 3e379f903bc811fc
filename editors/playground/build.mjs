// Makes the playground: one page in target/playground with the library, the editor and the examples in it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const read = (path) => readFileSync(path, 'utf8');

/** The library for browsers. Conditions may be nested deeply: its stack is that of a thread elsewhere. */
function library() {
  const triple = 'wasm32-unknown-unknown';
  const made = join(target, 'playground-cargo');
  const arguments_ = ['rustc', '--release', '--lib', '--target', triple, '--target-dir', made];
  const { status } = spawnSync('cargo', [...arguments_, '--', '-C', 'link-arg=-zstack-size=8388608'], {
    cwd: join(here, 'wasm'),
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  return readFileSync(join(made, triple, 'release/rulec_playground.wasm'));
}

/** Our ruleset as one file, and small ones. */
function examples() {
  const rules = join(root, 'rulesets/cis-aws/rules');
  const parts = readdirSync(rules).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  const cis = parts.sort().map((name) => read(join(rules, name))).join('\n');
  const small = ['typos', 'traps', 'exceptions'].map((name) => ({ name, text: read(join(here, `examples/${name}.yaml`)) }));
  return [...small, { name: 'cis', text: cis }, { name: 'empty', text: '' }];
}

/** A module whose default is this text or data, for the page to import by name. */
const given = (modules) => ({
  name: 'given',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]+$/ }, ({ path }) => (path in modules ? { path, namespace: 'given' } : undefined));
    onLoad({ filter: /./, namespace: 'given' }, ({ path }) => ({
      contents: JSON.stringify(modules[path]),
      loader: 'json',
    }));
  },
});

async function script(entry, modules = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page', entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    plugins: [given(modules)],
    legalComments: 'none',
  });
  // In a page nothing but this ends a script.
  return outputFiles[0].text.replaceAll('</script', '<\\/script');
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const wasm = library();
const packed = gzipSync(wasm, { level: 9 });
const page = await script('page.js', { worker: await script('worker.js'), examples: examples() });
// The browser itself sees to it that nothing is fetched and nothing sent.
const policy = [
  "default-src 'none'",
  `script-src ${hash(page)} 'wasm-unsafe-eval'`,
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];
const parts = { POLICY: policy.join('; '), STYLE: read(join(here, 'page/style.css')), WASM: packed.toString('base64'), SCRIPT: page };
const html = read(join(here, 'page/index.html')).replace(/POLICY|STYLE|WASM|SCRIPT/g, (name) => parts[name]);
const folder = join(target, 'playground');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'index.html'), html);
const size = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(`${join(folder, 'index.html')}: ${size(html.length)}; rulec ${size(wasm.length)}, ${size(packed.length)} packed; scripts ${size(page.length)}`);
