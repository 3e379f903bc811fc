// Questions to rulec in a worker. Of each kind only the newest question is worth an answer.

/** How long an answer may take once there is something newer to ask, in milliseconds. */
const PATIENCE = 5000;

/** What is in the page as Base64 of gzip, as a module. */
export async function moduleOf(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

/**
 * A function that asks and gives a promise of the answer: `undefined` if a newer question of the kind came before the
 * turn of this one, `{ stopped }` if rulec broke.
 */
export function asker(module, script) {
  const waiting = new Map();
  let worker;
  let asked;

  function start() {
    const own = new Worker(script);
    worker = own;
    own.postMessage(module);
    own.addEventListener('message', ({ data }) => own === worker && done(data));
  }

  function done(answer) {
    const { answered } = asked;
    asked = undefined;
    if (answer.stopped) restart();
    answered(answer);
    next();
  }

  function restart() {
    worker.terminate();
    start();
  }

  function next() {
    const [kind] = waiting.keys();
    if (asked || kind === undefined) return;
    asked = waiting.get(kind);
    asked.since = Date.now();
    waiting.delete(kind);
    worker.postMessage(asked.question);
  }

  function impatient() {
    if (!asked || !waiting.has(asked.question.ask) || Date.now() - asked.since < PATIENCE) return;
    asked.answered(undefined);
    asked = undefined;
    restart();
    next();
  }

  start();
  setInterval(impatient, 1000);
  return (question) =>
    new Promise((answered) => {
      waiting.get(question.ask)?.answered(undefined);
      waiting.set(question.ask, { question, answered });
      next();
    });
}
