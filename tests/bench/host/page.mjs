// The page's side of the bench: one contender in one page.

import { ask, openContender, parseRecords, watchWasmMemory } from './measure.mjs';

const CACHE = 'shards';
const wasmBytes = watchWasmMemory();
let opened;

const handlers = {
  async open({ id, recordsPath, shardPath }) {
    const own = id.startsWith('hereabouts');
    const shard = own ? new Uint8Array(await (await fetched(shardPath)).arrayBuffer()) : undefined;
    const records = own ? undefined : parseRecords(await (await fetched(recordsPath)).text());
    const result = await openContender(id, { records, shard, wasmBytes });
    opened = result.opened;
    return { openMs: result.openMs, indexBytes: opened.indexBytes };
  },
  memory: () => ({ wasmBytes: opened.wasmBytes?.() ?? 0 }),
  /** Milliseconds from a shard in the browser's cache to its first answer. */
  async firstAnswer({ id, shardPath, text }) {
    const cache = await caches.open(CACHE);
    if (!(await cache.match(shardPath))) await cache.put(shardPath, await fetched(shardPath));
    const start = performance.now();
    const shard = new Uint8Array(await (await cache.match(shardPath)).arrayBuffer());
    const fresh = await openContender(id, { shard, wasmBytes });
    await fresh.opened.search(text);
    const ms = performance.now() - start;
    fresh.opened.close();
    return ms;
  },
  ask: ({ queries, ...how }) => ask(opened, queries, how),
};

async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

globalThis.bench = async ({ call, ...options }) => {
  try {
    return { result: await handlers[call](options) };
  } catch (error) {
    return { error: `${error?.message ?? error}` };
  }
};
