// Tokens of rules files by the TextMate grammar: samples against their expectations, rules files of others against rulec's parser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const require = createRequire(import.meta.url);

async function registry() {
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const own = ['falco', 'falco-injection'].map((name) => {
    const path = join(root, `grammar/${name}.tmLanguage.json`);
    return textmate.parseRawGrammar(readFileSync(path, 'utf8'), path);
  });
  return new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    getInjections: (scope) => (scope === 'source.yaml' ? ['source.falco.injection'] : []),
    loadGrammar: async (scope) => {
      const found = own.find((grammar) => grammar.scopeName === scope);
      if (found || !scope.startsWith('source.yaml')) return found ?? null;
      return JSON.parse(readFileSync(require.resolve('tm-grammars/grammars/yaml.json'), 'utf8'));
    },
  });
}

const grammar = await (await registry()).loadGrammar('source.yaml');

/** All tokens that are not blank: line, text, scopes. */
function tokens(text) {
  const found = [];
  let stack = textmate.INITIAL;
  text.split('\n').forEach((line, number) => {
    const result = grammar.tokenizeLine(line, stack);
    assert(!result.stoppedEarly);
    stack = result.ruleStack;
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      const token = line.slice(startIndex, endIndex);
      if (token.trim()) found.push({ line: number + 1, text: token, scopes });
    }
  });
  return found;
}

const has = (token, scope) => token.scopes.some((name) => name.split(' ').some((part) => part === scope));

for (const name of readdirSync(join(here, 'grammar')).filter((name) => name.endsWith('.yaml'))) {
  test(`scopes of ${name}`, () => {
    const path = join(here, 'grammar', name);
    const lines = tokens(readFileSync(path, 'utf8')).map(({ line, text, scopes }) => {
      const inside = scopes.filter((scope) => /^(meta|string)\./.test(scope)).length;
      return `${String(line).padStart(3)} ${text.trim().padEnd(36)} ${inside} ${scopes.at(-1)}\n`;
    });
    const expected = path.replace(/yaml$/, 'scopes');
    if (process.env.BLESS) writeFileSync(expected, lines.join(''));
    assert.equal(lines.join(''), readFileSync(expected, 'utf8'));
  });
}

const unique = (texts) => [...new Set(texts)].sort();

/** What `rulec describe` says that conditions and outputs of a file name. */
function described(rulec, path) {
  const told = JSON.parse(execFileSync(rulec, ['describe', path], { maxBuffer: 1 << 30 }));
  const details = [...told.rules, ...told.macros].map((item) => item.details);
  const all = (key) => unique(details.flatMap((detail) => detail[key] ?? []));
  return { fields: all('condition_fields'), macros: all('macros'), outputs: all('output_fields') };
}

/** The same by the grammar. */
function seen(text) {
  const all = tokens(text);
  const named = (scope, within) => {
    const texts = all.filter((token) => has(token, scope) && has(token, within)).map((token) => token.text);
    return unique(texts);
  };
  return {
    fields: named('variable.other.field.falco', 'meta.condition.falco'),
    macros: named('entity.name.function.macro.falco', 'meta.condition.falco'),
    outputs: named('variable.other.field.falco', 'string.unquoted.output.falco'),
  };
}

const bare = (field) => field.replace(/\[.*/, '');

const corpus = process.env.RULEC_CORPUS;
const rulec = process.env.RULEC;
test('rules files of others', { skip: !(corpus && rulec) && 'RULEC_CORPUS and RULEC are not set' }, () => {
  let counted = 0;
  for (const folder of readdirSync(corpus).filter((name) => !name.includes('.') && existsSync(join(corpus, name)))) {
    let files;
    try {
      files = readdirSync(join(corpus, folder)).filter((name) => name.endsWith('.yaml'));
    } catch {
      continue;
    }
    for (const file of files) {
      const path = join(corpus, folder, file);
      let parsed;
      try {
        parsed = described(rulec, path);
      } catch {
        continue; // Falco does not load it alone, and tells nothing.
      }
      const ours = seen(readFileSync(path, 'utf8'));
      assert.deepEqual(ours.fields, unique(parsed.fields.map(bare)), `fields of ${file}`);
      assert.deepEqual(ours.macros, parsed.macros, `macros of ${file}`);
      assert.deepEqual(ours.outputs, unique(parsed.outputs.map(bare)), `fields in outputs of ${file}`);
      counted += 1;
    }
  }
  assert(counted > 0, 'no file was compared');
  console.log(`${counted} files compared with the parser`);
});
