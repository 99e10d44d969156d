// Starting the engine: from the package, from bytes, from a module, and failing clearly.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Geocoder } from 'hereabouts';
import { sizes } from '../scripts/size.mjs';
import { withCode } from './shards.mjs';

const wasmUrl = new URL(import.meta.resolve('hereabouts/hereabouts.wasm'));

test('the engine is refused clearly when it is no WebAssembly, and a good one still starts', async () => {
  for (const worker of [false, true]) {
    const wasm = new Uint8Array(16);
    await assert.rejects(Geocoder.fromShards([], { worker, wasm }), withCode('wasm_unavailable'));
    const missing = new URL('missing.wasm', wasmUrl);
    await assert.rejects(
      Geocoder.fromShards([], { worker, wasm: missing }),
      withCode('wasm_unavailable'),
    );
    const bytes = await readFile(wasmUrl);
    const sources = [bytes, await WebAssembly.compile(bytes), wasmUrl, wasmUrl.href, undefined];
    for (const source of sources) {
      const geocoder = await Geocoder.fromShards([], { worker, wasm: source });
      assert.deepEqual(await geocoder.countries(), []);
      geocoder.close();
    }
  }
});

test('a worker that is not there is an error when it was asked for', async () => {
  const workerUrl = new URL('missing.js', wasmUrl);
  await assert.rejects(
    Geocoder.fromShards([], { worker: true, workerUrl }),
    withCode('worker_failed'),
  );
});

test('a worker ends with its geocoder, so that the process can end', async () => {
  const script = `import { Geocoder } from 'hereabouts';
    const geocoder = await Geocoder.fromShards([], { worker: true });
    geocoder.close();`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd,
    timeout: 60_000,
  });
});

test('engine and client keep to their download budgets', () => {
  for (const { what, compressed, limit } of sizes()) {
    assert.ok(compressed <= limit, `${what}: ${compressed} bytes over the budget of ${limit}`);
  }
});
