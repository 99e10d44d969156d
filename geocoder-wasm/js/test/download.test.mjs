// Shards from responses: read as they arrive, with progress, and stopped when nobody waits.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Geocoder } from 'hereabouts';
import { responseOf, shardOf, withCode } from './shards.mjs';

const li = shardOf('li');

for (const worker of [false, true]) {
  describe(worker ? 'downloading into a worker' : 'downloading into this thread', () => {
    let geocoder;
    before(async () => {
      geocoder = await Geocoder.fromShards([], { worker });
    });
    after(() => geocoder.close());

    test('a response becomes a shard, reporting every step', async () => {
      const steps = [];
      const onProgress = (received) => steps.push(received);
      const country = await geocoder.insertShard(responseOf(li.bytes), { ...li, onProgress });
      assert.equal(country.code, 'li');
      assert.ok(steps.length > 5, `${steps.length} steps`);
      assert.deepEqual(
        steps,
        steps.toSorted((a, b) => a - b),
      );
      assert.equal(steps.at(-1), li.sizeBytes);
    });

    test('a response with a wrong or no content length is read to its end', async () => {
      for (const length of ['12', '4000000', 'many']) {
        const response = responseOf(li.bytes, { headers: { 'content-length': length } });
        assert.equal((await geocoder.insertShard(response)).sizeBytes, li.sizeBytes);
      }
    });

    test('error responses, missing bodies and bodies read before are network errors', async () => {
      const used = new Response('x');
      await used.text();
      const locked = new Response('x');
      locked.body.getReader();
      const failures = [
        new Response('no such blob', { status: 404 }),
        new Response(null, { status: 204 }),
        Response.error(),
        used,
        locked,
      ];
      for (const response of failures) {
        await assert.rejects(geocoder.insertShard(response), withCode('network'));
      }
    });

    test('a body that breaks off is a network error', async () => {
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(li.bytes.slice(0, 1000));
          controller.error(new TypeError('connection lost'));
        },
      });
      await assert.rejects(geocoder.insertShard(new Response(body)), withCode('network'));
    });

    test('aborting ends the transfer', async () => {
      const { response, cancelled } = endless();
      const controller = new AbortController();
      const onProgress = () => controller.abort();
      const insertion = geocoder.insertShard(response, { onProgress, signal: controller.signal });
      await assert.rejects(insertion, withCode('aborted'));
      await cancelled;
      assert.ok(Array.isArray(await geocoder.countries()));
    });

    test('closing ends the transfer', async () => {
      const { response, cancelled } = endless();
      const closing = await Geocoder.fromShards([], { worker });
      const insertion = closing.insertShard(response, { onProgress: () => closing.close() });
      await assert.rejects(insertion, withCode('closed'));
      await cancelled;
    });

    test('searches are answered while a download is under way', async () => {
      await geocoder.insertShard(li.bytes);
      const { response } = endless();
      const controller = new AbortController();
      const insertion = geocoder.insertShard(response, { signal: controller.signal });
      assert.ok((await geocoder.search('vaduz')).resultsCount > 0);
      controller.abort();
      await assert.rejects(insertion, withCode('aborted'));
    });

    test('a fetched shard is verified and answers', async () => {
      const server = createServer((_, response) => response.end(li.bytes));
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
      const fetched = await Geocoder.fromShards([response], { worker });
      assert.ok((await fetched.search('Städtle 43 Vaduz')).resultsCount > 0);
      fetched.close();
      server.close();
      server.closeAllConnections();
    });
  });
}

/** A response whose body never ends, and a promise that it was cancelled. */
function endless() {
  let response;
  const cancelled = new Promise((resolve) => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: resolve,
    });
    response = new Response(body);
  });
  return { response, cancelled };
}
