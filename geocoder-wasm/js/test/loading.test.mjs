// Starting the engine: from the package, from bytes, from a module, and failing clearly.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
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

test('an engine of other bindings is refused instead of called by the wrong names', async () => {
  const wasm = await readFile(new URL('../pkg/geocoder_wasm_bg.wasm', import.meta.url));
  await assert.rejects(
    Geocoder.fromShards([], { worker: true, wasm }),
    withCode('wasm_unavailable'),
  );
});

test('a worker that is not there is an error when it was asked for', async () => {
  const workerUrl = new URL('missing.js', wasmUrl);
  await assert.rejects(
    Geocoder.fromShards([], { worker: true, workerUrl }),
    withCode('worker_failed'),
  );
});

test('a script around the worker may post messages of its own', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hereabouts-'));
  t.after(() => rm(folder, { recursive: true }));
  const script = join(folder, 'around.mjs');
  const worker = new URL('worker.node.js', wasmUrl);
  await writeFile(
    script,
    `import { parentPort } from 'node:worker_threads';
    parentPort.postMessage('started');
    await import('${worker}');`,
  );
  const geocoder = await Geocoder.fromShards([], {
    worker: true,
    workerUrl: pathToFileURL(script),
  });
  assert.deepEqual(await geocoder.countries(), []);
  geocoder.close();
});

test('the script of a service worker is strict, also where it is no module', async () => {
  const script = await readFile(new URL('hereabouts-sw.js', wasmUrl), 'utf8');
  assert.equal(script.slice(0, 13), '"use strict";');
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

test('maps lead from the scripts that browsers load to their sources', async () => {
  const texts = {
    index: ['arrived changed, twice', 'sync/download.ts'],
    worker: ['the engine could not be loaded', 'local.ts'],
    'hereabouts-sw': ['name the server, as in', 'hereabouts-sw.ts'],
  };
  for (const [name, [text, source]] of Object.entries(texts)) {
    const script = await readFile(new URL(`${name}.js`, wasmUrl), 'utf8');
    const map = JSON.parse(await readFile(new URL(`${name}.js.map`, wasmUrl), 'utf8'));
    const before = script.slice(0, script.indexOf(text)).split('\n');
    const entry = new SourceMap(map).findEntry(before.length - 1, before.at(-1).length);
    assert.equal(entry.originalSource, `../src/${source}`);
    const content = map.sourcesContent[map.sources.indexOf(entry.originalSource)];
    const near = content.split('\n').slice(entry.originalLine, entry.originalLine + 2);
    assert.match(near.join('\n'), new RegExp(text));
    assert.ok(script.trimEnd().endsWith(`//# sourceMappingURL=${name}.js.map`));
  }
});

test('engine and client keep to their download budgets', () => {
  for (const { what, compressed, limit } of sizes()) {
    assert.ok(compressed <= limit, `${what}: ${compressed} bytes over the budget of ${limit}`);
  }
});
