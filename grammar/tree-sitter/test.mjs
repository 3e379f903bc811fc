// Generates both parsers and runs their corpus tests, queries and injections with the tree-sitter CLI: TREE_SITTER, one on the PATH,
// or that of npm. With RULEC and RULEC_CORPUS, all conditions and outputs of rules files of others must parse.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const npm = join(here, 'node_modules/tree-sitter-cli');

function works(program) {
  return program && spawnSync(program, ['--version']).status === 0;
}

function findCli() {
  // npm puts its own first, which may be a shell without a program in it.
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'tree-sitter'));
  const known = [process.env.TREE_SITTER, ...paths, join(npm, 'tree-sitter')];
  const found = known.find(works);
  if (found) return found;
  // npm may not have run this by itself: it fetches the program.
  spawnSync(process.execPath, ['install.js'], { cwd: npm, timeout: 60_000 });
  return known.find(works);
}

const cli = findCli();
if (!cli) {
  console.log('SKIPPED: there is no tree-sitter CLI (cargo install tree-sitter-cli --locked)');
  process.exit(0);
}

function treeSitter(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync(cli, args, { cwd, encoding: 'utf8', env: { ...process.env, RUST_BACKTRACE: '0' } });
  return { status, stdout, stderr };
}

function run(cwd, ...args) {
  const { status, stdout, stderr } = treeSitter(cwd, ...args);
  assert.equal(status, 0, `tree-sitter ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** What a query finds in a file: capture and text. */
function captures(cwd, query, file) {
  const lines = run(cwd, 'query', query, file).matchAll(/capture: (?:\d+ - )?([\w.]+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)/g);
  const text = readFileSync(file, 'utf8').split('\n');
  return [...lines].map(([, name, row, from, last, to]) => {
    const end = row === last ? Number(to) : undefined;
    return `${name} ${text[row].slice(Number(from), end)}`;
  });
}

const work = mkdtempSync(join(tmpdir(), 'rulec-tree-sitter-'));
const file = (name, text) => {
  writeFileSync(join(work, name), text);
  return join(work, name);
};

try {
  for (const grammar of ['condition', 'output']) {
    const folder = join(here, grammar);
    run(folder, 'generate');
    console.log(run(folder, 'test'));
  }

  const condition = file('c.txt', 'tolower(ct.name) startswith "a" and a.b[x] in (y, 5) and not by_root');
  const expected = ['function.builtin tolower', 'variable.member ct.name', 'operator startswith', 'string "a"', 'keyword.operator and'];
  const found = captures(join(here, 'condition'), 'queries/highlights.scm', condition);
  for (const one of [...expected, 'string.special x', 'string y', 'number 5', 'keyword.operator not', 'function.macro by_root']) {
    assert(found.includes(one), `${one} is not in ${found.join(', ')}`);
  }
  const output = captures(join(here, 'output'), 'queries/highlights.scm', file('o.txt', 'Done by %20ct.user'));
  assert.deepEqual(output, ['string Done by ', 'punctuation.special %', 'number 20', 'variable.member ct.user']);
  console.log('the queries for highlights find what they should');

  const rules = file('r.yaml', '- rule: r\n  condition: >\n    a.b = c\n  output: "done %a.b"\n- macro: m\n  condition: a\n- x: y\n  condition: no\n');
  const yaml = join(here, 'node_modules/@tree-sitter-grammars/tree-sitter-yaml');
  const injected = captures(yaml, join(here, 'injections/yaml.scm'), rules).filter((one) => one.startsWith('injection.content'));
  assert.deepEqual(injected, ['injection.content >', 'injection.content "done %a.b"', 'injection.content a']);
  console.log('the query for injections finds what it should');

  const { RULEC, RULEC_CORPUS } = process.env;
  if (RULEC && RULEC_CORPUS) corpus(RULEC, RULEC_CORPUS);
} finally {
  rmSync(work, { recursive: true });
}

/** Parses what `rulec describe` tells of every file that loads alone. */
function corpus(rulec, root) {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  const texts = { condition: [], output: [] };
  for (const name of files.filter((name) => statSync(join(root, name)).isFile())) {
    const told = spawnSync(rulec, ['describe', join(root, name)], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (told.status !== 0) continue;
    const { rules, macros } = JSON.parse(told.stdout);
    texts.condition.push(...[...rules, ...macros].map(({ info }) => info.condition));
    texts.output.push(...rules.map(({ info }) => info.output));
  }
  for (const [grammar, all] of Object.entries(texts)) {
    assert(all.length > 0, `no ${grammar} in ${root}`);
    const paths = all.map((text, at) => file(`${grammar}-${at}.txt`, text));
    const list = file('paths.txt', paths.join('\n'));
    run(join(here, grammar), 'parse', '--quiet', '--paths', list);
    console.log(`${all.length} ${grammar}s of the corpus parse`);
  }
}
