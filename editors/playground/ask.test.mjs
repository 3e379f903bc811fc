// Questions to rulec in a worker, with a worker that the test answers for.
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { asker } from './page/ask.js';

const workers = [];
globalThis.Worker = class {
  posted = [];
  isEnded = false;
  constructor() {
    workers.push(this);
  }
  addEventListener(_, listener) {
    this.answer = (data) => listener({ data });
  }
  postMessage(message) {
    this.posted.push(message);
  }
  terminate() {
    this.isEnded = true;
  }
};

const last = () => workers.at(-1);
let ask;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  workers.length = 0;
  ask = asker('module', 'script');
});

test('a question is answered', async () => {
  const answer = ask({ ask: 'check', text: 'a' });
  assert.deepEqual(last().posted, ['module', { ask: 'check', text: 'a' }]);
  last().answer({ check: 1 });
  assert.deepEqual(await answer, { check: 1 });
});

test('of a kind only the newest is asked, and no kind waits for ever', async () => {
  const answers = ['a', 'b', 'c'].map((text) => ask({ ask: 'check', text }));
  const explained = ask({ ask: 'explain', check: 'x' });
  assert.equal(await answers[1], undefined);
  last().answer(1);
  last().answer(2);
  last().answer(3);
  assert.deepEqual(await Promise.all([answers[0], answers[2], explained]), [1, 2, 3]);
  assert.deepEqual(last().posted.slice(1).map(({ text, check }) => text ?? check), ['a', 'c', 'x']);
});

test('after rulec broke another worker goes on', async () => {
  const answers = [ask({ ask: 'check', text: 'a' }), ask({ ask: 'check', text: 'b' })];
  workers[0].answer({ stopped: 'unreachable' });
  assert.deepEqual(await answers[0], { stopped: 'unreachable' });
  assert.ok(workers[0].isEnded);
  assert.deepEqual(workers[1].posted, ['module', { ask: 'check', text: 'b' }]);
  workers[1].answer(2);
  assert.equal(await answers[1], 2);
});

test('an answer that takes too long is given up for a newer question, and only then', async () => {
  const slow = ask({ ask: 'coverage', text: 'a' });
  mock.timers.tick(60_000);
  assert.equal(workers.length, 1);
  const next = ask({ ask: 'coverage', text: 'b' });
  mock.timers.tick(1000);
  assert.equal(await slow, undefined);
  assert.ok(workers[0].isEnded);
  workers[1].answer(2);
  assert.equal(await next, 2);
});
