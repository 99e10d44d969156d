// A static host in place of the server: the same client, new bases included.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isClean } from './device/device.mjs';
import { FaultProxy } from './harness/fault-proxy.mjs';
import { faultAt, KINDS } from './harness/faults.mjs';
import { generationName, MARK, shardsOf } from './harness/generations.mjs';
import { NodeKit } from './harness/kits.mjs';

let folder;
let host;
let proxy;
let kit;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hereabouts-static-'));
  host = createServer((request, response) => {
    // The proxy counts what is below /sync/.
    const path = new URL(request.url, 'http://host').pathname.replace(/^\/sync\//, '/');
    const file = join(folder, path);
    if (path.includes('..') || !existsSync(file)) response.writeHead(404).end();
    else createReadStream(file).pipe(response.writeHead(200));
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  proxy = await FaultProxy.start(`http://127.0.0.1:${host.address().port}`);
  kit = await NodeKit.make({ server: `${proxy.origin}/sync/` });
});
after(() => {
  proxy?.close();
  host?.close();
  rmSync(folder, { recursive: true, force: true });
});

function upload(generation) {
  // Blobs first, as every upload has to.
  cpSync(join(shardsOf(generation), 'blobs'), join(folder, 'blobs'), { recursive: true });
  cpSync(join(shardsOf(generation), 'manifest.json'), join(folder, 'manifest.json'));
}

const labelOf = ([first]) => first.name;

test('a device takes a new base from a static host by its chunks, whatever fails on the way', async (t) => {
  upload(1);
  const files = kit.fresh();
  const device = await kit.open(files);
  assert.equal(labelOf(await device.search(`${MARK} Stand`)), generationName(1));
  await device.close();
  upload(2);
  const clean = await kit.open(files.copy());
  proxy.begin();
  const { report } = await clean.syncWatched(`${MARK} Stand`);
  const requests = proxy.exchanges.length;
  assert.equal(labelOf(await clean.search(`${MARK} Stand`)), generationName(2));
  await clean.close();
  t.diagnostic(`${report.receivedBytes} bytes in ${requests} requests`);
  for (let index = 0; index < requests; index += 1) {
    for (const kind of KINDS) {
      const what = `${kind} at request ${index}`;
      const copy = files.copy();
      const broken = await kit.open(copy);
      proxy.begin(faultAt(index, kind, index));
      const outcome = await broken.syncWatched(`${MARK} Stand`);
      const labels = outcome.answers.map((answer) => labelOf(JSON.parse(answer)));
      const [first, second = generationName(2), ...others] = labels;
      assert.deepEqual([first, second, others], [generationName(1), generationName(2), []], what);
      proxy.begin();
      const after = await broken.syncWatched(`${MARK} Stand`);
      assert.ok(isClean(after), `${what}: ${JSON.stringify(after)}`);
      assert.equal(labelOf(await broken.search(`${MARK} Stand`)), generationName(2), what);
      await broken.close();
    }
  }
});

test('a host that answers every path with a page, or with nothing, is a static host too', async () => {
  upload(1);
  for (const [headers, body] of [
    [{ 'content-type': 'text/html; charset=utf-8' }, '<!doctype html><title>App</title>'],
    [{ 'content-length': '0' }, ''],
  ]) {
    const app = createServer((request, response) => {
      const file = join(folder, new URL(request.url, 'http://host').pathname);
      if (file.endsWith('manifest.json') || file.includes('/blobs/')) {
        createReadStream(file).pipe(response.writeHead(200));
      } else response.writeHead(200, headers).end(body);
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const server = `http://127.0.0.1:${app.address().port}`;
    try {
      const device = await kit.open(kit.fresh(), { server });
      assert.equal(labelOf(await device.search(`${MARK} Stand`)), generationName(1));
      await device.close();
    } finally {
      app.close();
      app.closeAllConnections();
    }
  }
});
