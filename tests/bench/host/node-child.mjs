// A process of its own for one contender: takes requests from the bench, answers by messages.

import { readFile } from 'node:fs/promises';
import { ask, openContender, parseRecords, watchWasmMemory } from './measure.mjs';

const wasmBytes = watchWasmMemory();
let opened;

const handlers = {
  async open({ id, recordsPath, shardPath }) {
    const own = id.startsWith('hereabouts');
    const shard = own ? await readFile(shardPath) : undefined;
    const before = usedBytes();
    const records = own ? undefined : parseRecords(await readFile(recordsPath, 'utf8'));
    const result = await openContender(id, { records, shard, wasmBytes });
    opened = result.opened;
    return { openMs: result.openMs, before, indexBytes: opened.indexBytes };
  },
  memory: () => ({ bytes: usedBytes(), wasmBytes: opened.wasmBytes?.() ?? 0 }),
  /** Milliseconds from the file of a cached shard to its first answer. */
  async firstAnswer({ id, shardPath, text }) {
    const start = performance.now();
    const shard = await readFile(shardPath);
    const fresh = await openContender(id, { shard, wasmBytes });
    await fresh.opened.search(text);
    const ms = performance.now() - start;
    fresh.opened.close();
    return ms;
  },
  ask: ({ queries, ...how }) => ask(opened, queries, how),
};

/** Bytes of the heap and of buffers, without garbage. */
function usedBytes() {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

process.on('message', async ({ call, ...options }) => {
  try {
    process.send({ result: await handlers[call](options) });
  } catch (error) {
    process.send({ error: `${error?.message ?? error}` });
  }
});
