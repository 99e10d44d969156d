// Opens one contender and measures it: the same code in Node and in a page.

/** Parses lines of number, name, context, latitude and longitude. */
export function parseRecords(text) {
  const records = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const [id, name, context, lat, lon] = text.slice(start, end).split('\t');
    const label = context === '' ? name : `${name}, ${context}`;
    records.push({ id: Number(id), name, context, label, lat: Number(lat), lon: Number(lon) });
    start = end + 1;
  }
  return records;
}

/** Bytes of all WebAssembly memories that are made from now on. */
export function watchWasmMemory() {
  const memories = [];
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const result = await original(...args);
      const { memory } = (result.instance ?? result).exports;
      if (memory instanceof WebAssembly.Memory) memories.push(memory);
      return result;
    };
  }
  return () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

/** Opens a contender's index and times it. */
export async function openContender(id, input) {
  const { open } = await import(`../contenders/${id}.mjs`);
  const start = performance.now();
  const opened = await open(input);
  return { opened, openMs: performance.now() - start };
}

/**
 * Asks queries in their order until the time is over, at least one.
 *
 * Returns the milliseconds of each and, when they are to be kept, the answers.
 */
export async function ask(opened, queries, { limitMs, keep }) {
  const times = [];
  const answers = [];
  const end = performance.now() + limitMs;
  for (const { text, point } of queries) {
    const start = performance.now();
    let result = point ? opened.reverse(point) : opened.search(text);
    if (result instanceof Promise) result = await result;
    const stop = performance.now();
    times.push(stop - start);
    if (keep) answers.push(opened.answers(result));
    if (stop > end) break;
  }
  return { times, answers };
}
