// The playground in Chromium without a screen, as a file from the disk: types rules, reads what the page says of them.
// CHROMIUM names the browser; SCREENSHOT a file for a picture of the page.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const { CHROMIUM = '/usr/bin/chromium', CARGO_TARGET_DIR = 'target', SCREENSHOT } = process.env;
const file = resolve(here, '../..', CARGO_TARGET_DIR, 'playground/index.html');
assert.ok(existsSync(file), `${file} is not there: npm run build`);
const address = pathToFileURL(file).href;

const flags = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let browser, page, requests, complaints;

before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: flags, chromiumSandbox: false });
});
after(() => browser?.close());

/** The page in a window of this size, once it has said something of its first example. */
async function open(width = 1400, height = 900) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB' });
  page = await context.newPage();
  [requests, complaints] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(address);
  await status('2 errors in 1 file');
  await covered('of 15');
}

beforeEach(() => open());

/** What every test ends with: nothing was asked of any network, and the browser had nothing to complain about. */
async function end() {
  await page.context().close();
  const foreign = requests.filter((url) => url !== address && !url.startsWith('blob:') && !url.startsWith('data:'));
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
}

const status = (text) => page.locator('#status', { hasText: text }).waitFor();
const covered = (text) => page.locator('#covered', { hasText: text }).waitFor();
const finding = (text) => page.locator('#findings > li', { hasText: text });
const control = (id, verdict = '') =>
  page.locator(`#coverage tr[data-control="${id}"]${verdict && `[data-verdict="${verdict}"]`}`);

/** Once all that is shown is about the rules that are there. */
async function settled() {
  await page.locator('#status[aria-busy="false"]').waitFor();
  await page.locator('#covered[aria-busy="false"]').waitFor();
}

/** Other rules, as if typed. */
async function write(text) {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

test('a typo is found at its place, and mended', async () => {
  await finding('ct.eror').waitFor();
  assert.equal(await finding('ct.eror').locator('.place').textContent(), '6:13');
  // Underlined in the editor too.
  assert.deepEqual(await page.locator('.cm-lintRange-error').allTextContents(), ['ct.eror', '%ct.scrip']);
  await finding('ct.eror').locator('.place').click();
  assert.equal(await page.evaluate(() => getSelection().toString()), 'ct.eror');
  await page.keyboard.insertText('ct.error');
  await status('1 error in 1 file');
  await finding('ct.scrip').locator('.fix').click();
  await status('no problems');
  assert.match(await page.locator('.cm-content').innerText(), /ip=%ct\.srcip/);
  await end();
});

test('coverage follows the rules', async () => {
  await covered('0 of 15 controls');
  await control('4.5', 'none').waitFor();
  await page.locator('#findings .fix').first().click();
  await status('1 error in 1 file');
  await page.locator('#findings .fix').first().click();
  await control('4.5', 'partial').waitFor();
  await control('4.5').locator('button').click();
  const details = page.locator('#coverage tr.more:not([hidden])');
  assert.match(await details.innerText(), /✓ StopLogging by Trail Stopped/);
  const gap = details.locator('li', { hasText: 'UpdateTrail' });
  await gap.locator('summary').click();
  const event = JSON.parse(await gap.locator('pre').textContent());
  assert.equal(event.eventName, 'UpdateTrail');
  assert.equal(event.eventSource, 'cloudtrail.amazonaws.com');
  await details.locator('summary', { hasText: 'close the gap' }).click();
  await details.locator('.add').click();
  await control('4.5', 'full').waitFor();
  await covered('1 of 15 controls');
  await end();
});

test('our ruleset covers every control, in all versions and scopes it is made for', async () => {
  await page.selectOption('#example', 'cis');
  await status('no problems');
  await covered('15 of 15 controls');
  await page.selectOption('#scope', 'literal');
  await control('4.2', 'partial').waitFor();
  await page.selectOption('#scope', 'changes');
  await covered('15 of 15 controls');
  await page.selectOption('#benchmark', 'cis-aws-1.2.0');
  await control('3.1').waitFor();
  await end();
});

test('a clause that narrows a rule is shown and found', async () => {
  await page.selectOption('#example', 'exceptions');
  await status('1 rule, 1 macro, 1 list');
  await control('4.12', 'partial').waitFor();
  await control('4.12').locator('button').click();
  const narrowed = page.locator('#coverage tr.more li .place').first();
  await narrowed.click();
  assert.match(await page.locator('.cm-activeLine').innerText(), /deploy|exceptions|fields|pipeline/);
  await end();
});

test('a check explains itself', async () => {
  await finding('ct.eror').getByRole('button', { name: 'unknown-field' }).click();
  const about = finding('ct.eror').locator('.page');
  await about.locator('h2', { hasText: 'What it does' }).waitFor();
  await finding('ct.eror').getByRole('button', { name: 'unknown-field' }).click();
  assert.equal(await about.isVisible(), false);
  await end();
});

test('places are right behind text of any language', async () => {
  await write('- rule: 監査🙂 A\n  desc: 証跡の停止🙂\n  condition: ct.eror exists\n  output: 監査🙂 %ct.scrip\n  priority: INFO\n  source: aws_cloudtrail\n');
  await finding('ct.scrip').waitFor();
  await page.locator('.cm-lintRange-error', { hasText: 'ct.scrip' }).waitFor();
  assert.deepEqual(await page.locator('.cm-lintRange-error').allTextContents(), ['ct.eror', '%ct.scrip']);
  await finding('ct.scrip').locator('.fix').click();
  await finding('ct.scrip').waitFor({ state: 'detached' });
  assert.match(await page.locator('.cm-content').innerText(), /output: 監査🙂 %ct\.srcip/);
  await end();
});

test('no text stops it', async () => {
  const deep = `- rule: A\n  desc: b\n  condition: ${'('.repeat(3000)}ct.name exists${')'.repeat(3000)}\n  output: c\n  priority: INFO\n  source: aws_cloudtrail\n`;
  for (const text of [deep, '['.repeat(20000), '- '.repeat(5000), '{'.repeat(3000), '\u0000\ufeff- &a [*a]', '- rule: [}\n\t- %']) {
    await write(text);
    await settled();
    assert.doesNotMatch(await page.locator('#status').textContent(), /stopped/);
    assert.doesNotMatch(await page.locator('#covered').textContent(), /stopped/);
  }
  await write('- macro: a\n  condition: ct.name exists\n');
  await status('1 macro');
  await end();
});

test('in Japanese', async () => {
  await page.locator('#lang').click();
  assert.equal(await page.locator('#findings-head').textContent(), '検出事項');
  assert.match(await control('4.5').innerText(), /CloudTrail/);
  await covered('15 件中');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ja');
  assert.match(await control('4.3').innerText(), /[ぁ-んァ-ン]/);
  await end();
});

test('on a narrow screen nothing is cut off', async () => {
  await page.context().close();
  await open(400, 800);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 400, `the page is ${wide} pixels wide`);
  await end();
});

test('a picture', { skip: !SCREENSHOT && 'SCREENSHOT names no file' }, async () => {
  await page.setViewportSize({ width: 1400, height: 1300 });
  const [gateways, typos] = ['exceptions', 'typos'].map((name) => readFileSync(resolve(here, `examples/${name}.yaml`), 'utf8'));
  await write(`${gateways}\n${typos}`);
  await status('2 errors');
  await control('4.12', 'partial').waitFor();
  await finding('ct.eror').locator('.place').click();
  await control('4.12').locator('button').click();
  await page.locator('#coverage tr.more summary').first().click();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: SCREENSHOT });
  await end();
});

test('the browser refuses to fetch anything for it', async () => {
  const refused = await page.evaluate(() => fetch('https://example.org/').then(() => false, () => true));
  assert.ok(refused);
  assert.ok(complaints.some((text) => text.includes('Content Security Policy')), complaints.join('\n'));
  assert.deepEqual(requests.filter((url) => url.startsWith('http')), []);
});
