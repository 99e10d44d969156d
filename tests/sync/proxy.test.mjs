// The proxy of the fault tests itself: a fault that it does not play would test nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { FaultProxy } from './harness/fault-proxy.mjs';
import { faultAt, KINDS, randomFaults } from './harness/faults.mjs';

const BODY = Buffer.alloc(5000, 'a body that is long enough to be cut. ');
const PATH = '/sync/v1/blobs/x';

let origin;
let proxy;
let asked;
before(async () => {
  origin = createServer(async (request, response) => {
    asked.push(request.url);
    const answer = request.url === '/sync/v1/counter' ? Buffer.from(`${asked.length}`) : BODY;
    if (request.url === '/sync/v1/events') {
      response.write('event: heads\n\n');
      return;
    }
    for await (const _ of request);
    response.end(answer);
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  proxy = await FaultProxy.start(`http://127.0.0.1:${origin.address().port}`);
});
beforeEach(() => {
  asked = [];
  proxy.offline = false;
});
after(() => {
  proxy.close();
  origin.closeAllConnections();
  origin.close();
});

/** What a client gets while the first request has a fault. */
async function fetchWith(kind, path = PATH, options = {}) {
  proxy.begin(faultAt(0, kind, 7));
  try {
    const response = await fetch(proxy.origin + path, options);
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    return { error };
  }
}

test('without faults everything goes through unchanged, and is counted', async () => {
  proxy.begin();
  const bytes = proxy.transferredBytes;
  const response = await fetch(proxy.origin + PATH, { headers: { connection: 'close' } });
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), BODY);
  assert.deepEqual(proxy.exchanges, [
    { method: 'GET', path: PATH, fault: undefined, status: 200, bodyBytes: BODY.length },
  ]);
  assert.ok(proxy.transferredBytes - bytes > BODY.length);
});

test('a dropped request never reaches the server, a dropped answer was asked for', async () => {
  assert.ok((await fetchWith('drop-request')).error);
  assert.deepEqual(asked, []);
  assert.ok((await fetchWith('drop-answer')).error);
  assert.deepEqual(asked, [PATH]);
});

test('a truncated body fails, a shortened one looks complete', async () => {
  assert.ok((await fetchWith('truncate')).error);
  const { status, body } = await fetchWith('shorten');
  assert.equal(status, 200);
  assert.ok(body.length < BODY.length);
});

test('corruption changes bits and not the length', async () => {
  const { body } = await fetchWith('corrupt');
  assert.equal(body.length, BODY.length);
  assert.notDeepEqual(body, BODY);
});

test('late and stalled answers are whole', async () => {
  for (const kind of ['delay', 'stall']) {
    const started = performance.now();
    assert.deepEqual((await fetchWith(kind)).body, BODY);
    assert.ok(performance.now() - started > 5, kind);
  }
});

test('a duplicated request reaches the server twice', async () => {
  await fetchWith('duplicate', '/sync/v1/proposals', { method: 'POST', body: '{}' });
  assert.equal(asked.length, 2);
});

test('a stale answer is the first one that this address gave', async () => {
  proxy.begin();
  const first = await (await fetch(`${proxy.origin}/sync/v1/counter`)).text();
  assert.notEqual(await (await fetch(`${proxy.origin}/sync/v1/counter`)).text(), first);
  assert.equal(`${(await fetchWith('stale', '/sync/v1/counter')).body}`, first);
});

test('refusals have their status, and a portal answers 200', async () => {
  assert.equal((await fetchWith('unavailable')).status, 503);
  assert.equal((await fetchWith('failed')).status, 500);
  assert.equal((await fetchWith('overloaded')).status, 429);
  const { status, body } = await fetchWith('garbage');
  assert.equal(status, 200);
  assert.match(`${body}`, /doctype/);
  assert.deepEqual(asked, []);
});

test('a fault hits the request of its index only', async () => {
  proxy.begin(faultAt(1, 'failed', 1));
  const statuses = [];
  for (let index = 0; index < 3; index += 1) {
    statuses.push((await fetch(proxy.origin + PATH)).status);
  }
  assert.deepEqual(statuses, [200, 500, 200]);
});

test('events are passed on as they come', async () => {
  proxy.begin();
  const response = await fetch(`${proxy.origin}/sync/v1/events`);
  const reader = response.body.getReader();
  const { value } = await reader.read();
  assert.equal(Buffer.from(value).toString(), 'event: heads\n\n');
  proxy.cutConnections();
  await assert.rejects(reader.read());
});

test('without a network nothing answers', async () => {
  proxy.begin();
  proxy.offline = true;
  await assert.rejects(fetch(proxy.origin + PATH));
  assert.deepEqual(asked, []);
});

test('equal seeds draw equal faults, and all kinds are drawn', () => {
  const draw = (seed) => {
    const faultOf = randomFaults(seed, { probability: 0.5, last: 400 });
    return Array.from({ length: 500 }, (_, index) => faultOf(index)?.kind);
  };
  assert.deepEqual(draw(3), draw(3));
  assert.notDeepEqual(draw(3), draw(4));
  assert.deepEqual(new Set(draw(3)), new Set([...KINDS, undefined]));
  assert.ok(
    draw(3)
      .slice(400)
      .every((kind) => kind === undefined),
  );
});
