// Beside the page: holds rulec, takes a question at a time, and answers it.

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
let rulec;

async function answered(question) {
  const { memory, room, ask, answer } = (await rulec).exports;
  const bytes = encoder.encode(JSON.stringify(question));
  const place = room(bytes.length);
  new Uint8Array(memory.buffer, place, bytes.length).set(bytes);
  const length = ask();
  return JSON.parse(decoder.decode(new Uint8Array(memory.buffer, answer(), length)));
}

addEventListener('message', async ({ data }) => {
  if (data instanceof WebAssembly.Module) {
    rulec = WebAssembly.instantiate(data);
    return;
  }
  // After a trap nothing in there can be relied on: the page starts another worker.
  postMessage(await answered(data).catch((error) => ({ stopped: String(error) })));
});
