// What package.json promises: settings that are read, commands that exist, a problem matcher that matches, snippets that load.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (name) => readFileSync(join(root, name), 'utf8');
const { contributes } = JSON.parse(read('package.json'));
const source = readdirSync(join(root, 'src')).map((name) => read(`src/${name}`)).join('\n');
const { RULEC } = process.env;
const skip = !RULEC && 'RULEC is not set';

test('settings are read and documented', () => {
  const readme = read('README.md');
  for (const name of Object.keys(contributes.configuration.properties)) {
    const key = name.replace(/^rulec\./, '');
    assert(readme.includes(`\`${name}\``), `${name} is in README.md`);
    // The client library reads the one for traces by itself.
    assert(key === 'trace.server' || source.includes(`('${key}'`) || source.includes(`>('${key}'`), `${name} is read`);
  }
});

test('commands are registered', () => {
  for (const { command } of contributes.commands) {
    assert(source.includes(`'${command}'`), command);
  }
});

test('the problem matcher reads the concise format', { skip }, () => {
  const [{ regexp, ...groups }] = contributes.problemPatterns;
  const { stdout } = spawnSync(RULEC, ['check', '--no-config', '--format', 'concise', '--quiet', 'local.yaml'], {
    cwd: join(root, 'test/vscode/workspace'),
    encoding: 'utf8',
  });
  const lines = stdout.trim().split('\n');
  const found = lines.map((line) => new RegExp(regexp).exec(line));
  assert(found.every(Boolean), stdout);
  const one = found.find((match) => match[groups.code] === 'unknown-field');
  assert.equal(one[groups.file], 'local.yaml');
  assert.deepEqual([groups.line, groups.column, groups.severity].map((group) => one[group]), ['5', '23', 'error']);
});

/** A snippet as it stands when it is left as it is: defaults, and the first of every choice. */
function plain(body) {
  return body
    .join('\n')
    .replace(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\{?\d+\}?/g, '');
}

/** What a snippet needs around it to be a rules file. */
const around = {
  'Falco exception': (text) =>
    `- rule: A\n  desc: d\n  condition: ct.name = x\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n${text.replace(/^/gm, '  ').replace('[, ]', '[a, b]')}`,
  'Falco override': (text) =>
    `- macro: condition\n  condition: ct.name = x\n- rule: Name\n  desc: d\n  condition: ct.name = y\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n${text}`,
};

for (const [name, { body, prefix }] of Object.entries(JSON.parse(read('snippets/rules.json')))) {
  test(`snippet: ${name}`, { skip }, () => {
    assert(prefix.length > 0);
    const text = (around[name] ?? ((text) => text))(plain(body));
    const { stdout } = spawnSync(RULEC, ['check', '--no-config', '--format', 'concise', '--quiet', '-'], { input: text, encoding: 'utf8' });
    const errors = stdout.split('\n').filter((line) => / error\[/.test(line));
    assert.deepEqual(errors, [], text);
  });
}
