// Synchronisation against a server in this process: plans, failures, and what is kept on the way.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { Geocoder, GeocoderError } from 'hereabouts';
import { directoryStorage } from 'hereabouts/directory';
import { addition, encodeDelta } from './corrections.mjs';
import { keptStorage } from './devices.mjs';
import { baseOf, otherMonaco } from './generations.mjs';
import { ProtocolServer } from './protocol-server.mjs';
import { withCode } from './shards.mjs';

const SERVER = 'https://geo.example/';
const mc = baseOf('mc');
const li = baseOf('li');
const newMc = otherMonaco();
const AT = { lat: 43.73, lng: 7.42 };

const opened = [];
afterEach(() => {
  for (const geocoder of opened.splice(0)) geocoder.close();
});

async function open(server, options = {}) {
  const geocoder = await Geocoder.open({
    server: SERVER,
    countries: ['mc'],
    updates: 'manual',
    fetch: server.fetch,
    ...options,
  });
  opened.push(geocoder);
  return geocoder;
}

function serverOf(countries = { mc }) {
  const server = new ProtocolServer();
  for (const [code, base] of Object.entries(countries)) server.publish(code, base);
  return server;
}

async function finds(geocoder, query) {
  const { results } = await geocoder.search(query, { maxResults: 1 });
  return results[0]?.name === query;
}

async function syncOne(geocoder) {
  const report = await geocoder.sync();
  assert.equal(report.countries.length, 1);
  return report.countries[0];
}

/** Checks that a device is where the server is: what it keeps, and what it answers. */
async function assertCurrent(geocoder, server, code = 'mc') {
  const { countries } = await geocoder.storage();
  const kept = countries.find(({ country }) => country === code);
  assert.equal(kept.generation, server.countries.get(code).generation);
  assert.equal(kept.head, server.head(code));
  for (const { name } of server.corrections(code)) assert.ok(await finds(geocoder, name), name);
}

for (const worker of [false, true]) {
  describe(worker ? 'synchronising an engine in a worker' : 'synchronising', () => {
    test('a new device downloads what it was told to, and answers', async () => {
      const server = serverOf({ mc, li });
      const geocoder = await open(server, { worker });
      const codes = (await geocoder.countries()).map(({ code }) => code);
      assert.deepEqual(codes, ['mc']);
      assert.ok((await geocoder.search('Boulevard Princesse Charlotte')).resultsCount > 0);
      await assertCurrent(geocoder, server);
    });

    test('approved corrections come as changes, ended ones go', async () => {
      const server = serverOf();
      const geocoder = await open(server, { worker });
      server.approve('mc', addition(1, 'Quixotopia', AT), addition(2, 'Zanzibarella', AT));
      const report = await syncOne(geocoder);
      assert.equal(report.action, 'changes');
      assert.equal(report.head, 2);
      assert.ok(report.receivedBytes < 2000, `${report.receivedBytes} bytes`);
      await assertCurrent(geocoder, server);
      server.approve('mc', { id: addition(1, '', AT).id });
      await geocoder.sync();
      assert.ok(!(await finds(geocoder, 'Quixotopia')));
      await assertCurrent(geocoder, server);
      assert.equal((await syncOne(geocoder)).action, 'none');
    });
  });
}

test('what is stored answers without a server, and nothing is downloaded again', async () => {
  const server = serverOf();
  const storage = keptStorage();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  (await open(server, { storage })).close();
  server.requests.length = 0;
  const geocoder = await open(server, { storage });
  assert.deepEqual(server.requests, []);
  assert.ok(await finds(geocoder, 'Quixotopia'));
  assert.equal((await syncOne(geocoder)).action, 'none');
  assert.equal(server.requests.length, 1);
});

test('a directory of Node keeps a device', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-device-'));
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  (await open(server, { storage: await directoryStorage(join(folder, 'new')) })).close();
  // What an end in the midst of a write leaves is no file of the device.
  writeFileSync(join(folder, 'new/.state.json'), '{');
  server.requests.length = 0;
  const geocoder = await open(server, { storage: await directoryStorage(join(folder, 'new')) });
  assert.deepEqual(server.requests, []);
  assert.ok(await finds(geocoder, 'Quixotopia'));
  assert.equal((await geocoder.storage()).kind, 'directory');
  await geocoder.removeCountry('mc');
  assert.deepEqual(readdirSync(join(folder, 'new')).sort(), ['state.json']);
  rmSync(folder, { recursive: true });
});

test('a device without data and without a server says so', async () => {
  const fetch = async () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(open({ fetch }), withCode('network'));
  const server = serverOf();
  await assert.rejects(open(server, { countries: ['fr'] }), withCode('not_offered'));
  server.apiKey = 'pk_right';
  await assert.rejects(open(server, { apiKey: 'pk_wrong' }), withCode('unauthorized'));
  await open(server, { apiKey: 'pk_right' });
});

test('a device for which no countries are named takes all there are', async () => {
  const geocoder = await open(serverOf({ mc, li }), { countries: undefined });
  const codes = (await geocoder.countries()).map(({ code }) => code);
  assert.deepEqual(codes, ['li', 'mc']);
});

test('a new base is made of what was there and what is new', async () => {
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  const geocoder = await open(server);
  server.publish('mc', newMc);
  server.requests.length = 0;
  const report = await syncOne(geocoder);
  assert.equal(report.action, 'base');
  await assertCurrent(geocoder, server);
  const known = new Set(mc.chunks.map(({ sha256 }) => sha256));
  const fresh = newMc.chunks.filter(({ sha256 }) => !known.has(sha256));
  const asked = server.requests.filter((path) => path.includes('/blobs/'));
  const whole = asked.some((path) => path.endsWith(newMc.sha256));
  assert.ok(whole || asked.length === fresh.length, asked.join(' '));
  for (const { sha256 } of newMc.chunks.filter(({ sha256 }) => known.has(sha256))) {
    assert.ok(!asked.some((path) => path.endsWith(sha256)), 'asked for a chunk that was there');
  }
});

test('a device that was away for long takes a snapshot, segments, or changes in steps', async () => {
  const server = serverOf();
  server.maxOperations = 7;
  const [forSnapshot, forSegments, forChanges] = [
    await open(server),
    await open(server),
    await open(server),
  ];
  const many = (from, count) =>
    Array.from({ length: count }, (_, index) =>
      addition(from + index, `Place ${from + index}`, AT),
    );
  server.approve('mc', ...many(1, 30));
  assert.equal((await syncOne(forChanges)).action, 'changes');
  assert.ok(server.requests.filter((path) => path.includes('/changes')).length >= 5);
  await assertCurrent(forChanges, server);

  server.maxOperations = undefined;
  server.approve(
    'mc',
    ...Array.from({ length: 1200 }, (_, index) => addition(1, `Name ${index}`, AT)),
  );
  server.segment('mc', 0, 1000);
  assert.equal((await syncOne(forSegments)).action, 'segments');
  await assertCurrent(forSegments, server);

  server.compact('mc');
  assert.equal((await syncOne(forSnapshot)).action, 'snapshot');
  await assertCurrent(forSnapshot, server);
});

test('a base that is published over a compacted feed brings its snapshot', async () => {
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT), addition(2, 'Zanzibarella', AT));
  server.compact('mc');
  server.approve('mc', addition(3, 'Ubiquitania', AT));
  const geocoder = await open(server);
  await assertCurrent(geocoder, server);
  server.publish('mc', newMc);
  assert.equal((await syncOne(geocoder)).action, 'base');
  await assertCurrent(geocoder, server);
});

test('a server that was restored is followed to its new history', async () => {
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT), addition(2, 'Zanzibarella', AT));
  const geocoder = await open(server);
  server.countries.get('mc').operations.pop();
  server.epoch = 'e2';
  server.version = 1;
  assert.equal((await syncOne(geocoder)).action, 'snapshot');
  await assertCurrent(geocoder, server);
  assert.ok(!(await finds(geocoder, 'Zanzibarella')));
  // The same content under another epoch is only noted.
  server.epoch = 'e3';
  const report = await syncOne(geocoder);
  assert.deepEqual([report.action, report.error], ['none', undefined]);
  server.approve('mc', addition(5, 'Ubiquitania', AT));
  assert.equal((await syncOne(geocoder)).action, 'changes');
  await assertCurrent(geocoder, server);
});

test('heads that were overtaken are ignored', async () => {
  const server = serverOf();
  const geocoder = await open(server);
  const old = JSON.stringify(server.heads());
  server.approve('mc', addition(1, 'Quixotopia', AT));
  await geocoder.sync();
  server.onRequest = (path) => (path.includes('/heads') ? new Response(old) : undefined);
  server.requests.length = 0;
  assert.equal((await syncOne(geocoder)).action, 'none');
  assert.equal(server.requests.length, 1);
  assert.ok(await finds(geocoder, 'Quixotopia'));
});

test('a changed blob is asked for again, and never served', async () => {
  const server = serverOf();
  const spoilt = new Set();
  server.onRequest = (path) => {
    const hash = path.match(/\/blobs\/(\w+)$/)?.[1];
    if (!hash || spoilt.has(hash)) return undefined;
    spoilt.add(hash);
    const bytes = server.blobs.get(hash).slice();
    bytes[bytes.length >> 1] ^= 16;
    return new Response(bytes);
  };
  const geocoder = await open(server);
  await assertCurrent(geocoder, server);
  server.onRequest = (path) =>
    path.includes('/blobs/') ? new Response(new Uint8Array(9)) : undefined;
  server.publish('mc', newMc);
  const report = await syncOne(geocoder);
  assert.equal(report.error.code, 'hash_mismatch');
  assert.equal(report.generation, mc.sha256.slice(0, 16));
  assert.ok((await geocoder.search('Boulevard Princesse Charlotte')).resultsCount > 0);
});

test('corrections that come to another state than the server says are replaced by a snapshot', async () => {
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  server.compact('mc', { floor: 0 });
  const geocoder = await open(server);
  server.approve('mc', addition(2, 'Zanzibarella', AT), addition(3, 'Ubiquitania', AT));
  // Twice the changes have lost an operation on their way.
  let lost = 0;
  server.onRequest = (path) => {
    if (!path.includes('/changes') || lost === 2) return undefined;
    lost += 1;
    const { generation, operations } = server.countries.get('mc');
    const rest = operations.filter(({ seq }) => seq > 2);
    const delta = { from: 1, to: 3, head: 3, state: server.state('mc'), operations: rest };
    return new Response(encodeDelta(generation, delta));
  };
  const report = await syncOne(geocoder);
  assert.deepEqual([report.action, report.error], ['snapshot', undefined]);
  assert.equal(lost, 2);
  await assertCurrent(geocoder, server);
});

test('an interrupted download goes on where it was, in the same session and in the next', async () => {
  const server = serverOf({ li });
  const storage = keptStorage();
  server.onRequest = (path) => {
    const hash = path.match(/\/blobs\/(\w+)$/)?.[1];
    if (hash !== li.sha256) return hash ? new Response(null, { status: 503 }) : undefined;
    // The stream breaks off in the middle.
    const bytes = li.bytes.subarray(0, li.bytes.length / 2);
    let sent = false;
    const body = new ReadableStream({
      pull(controller) {
        if (sent) controller.error(new TypeError('terminated'));
        else controller.enqueue(bytes.slice());
        sent = true;
      },
    });
    return new Response(body);
  };
  await assert.rejects(open(server, { storage, countries: ['li'] }), withCode('network'));
  assert.ok([...storage.files.keys()].some((name) => name.startsWith('part-')));
  server.onRequest = () => undefined;
  const geocoder = await open(server, { storage, countries: ['li'] });
  await assertCurrent(geocoder, server, 'li');
  const chunks = server.requests.filter((path) => /blobs/.test(path)).slice(1);
  assert.ok(chunks.length < li.chunks.length, 'only the missing chunks were asked for');
  assert.ok(![...storage.files.keys()].some((name) => name.startsWith('part-')));
});

test('a stored file that is damaged or gone is fetched again, and the former base answers until then', async () => {
  const server = serverOf();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  const storage = keptStorage();
  const first = await open(server, { storage });
  server.publish('mc', newMc);
  await first.sync();
  first.close();
  const name = `base-${newMc.sha256}`;
  // The head of a shard is in no other.
  storage.files.get(name)[newMc.chunks[0].size >> 1] ^= 1;
  const second = await open(server, { storage });
  assert.ok(await finds(second, 'Quixotopia'));
  server.requests.length = 0;
  assert.equal((await syncOne(second)).action, 'base');
  const blobs = server.requests.filter((path) => path.includes('/blobs/'));
  assert.equal(blobs.length, 1, 'one chunk is damaged, and one is fetched');
  await assertCurrent(second, server);
  second.close();
  for (const name of [...storage.files.keys()]) {
    if (/^(base|overlay)-/.test(name)) storage.files.delete(name);
  }
  const third = await open(server, { storage });
  await assertCurrent(third, server);
  third.close();
  storage.files.set('state.json', new TextEncoder().encode('{"format":1,"countries"'));
  await assertCurrent(await open(server, { storage }), server);
});

test('the former base is kept until a start found the new one good', async () => {
  const server = serverOf();
  const storage = keptStorage();
  const first = await open(server, { storage });
  server.publish('mc', newMc);
  await first.sync();
  assert.ok(storage.files.has(`base-${mc.sha256}`));
  first.close();
  const second = await open(server, { storage });
  await second.sync();
  assert.ok(!storage.files.has(`base-${mc.sha256}`));
  assert.ok(storage.files.has(`base-${newMc.sha256}`));
});

test('without room the new data answers for this visit, and the old is what the next begins with', async () => {
  const server = serverOf();
  const storage = keptStorage();
  const first = await open(server, { storage });
  server.publish('mc', newMc);
  const full = Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
  storage.fail = (name) => (name.startsWith('base-') ? full : undefined);
  const report = await syncOne(first);
  assert.deepEqual([report.action, report.error.code], ['base', 'storage_full']);
  assert.equal(report.generation, newMc.sha256.slice(0, 16));
  server.approve('mc', addition(1, 'Quixotopia', AT));
  assert.equal((await syncOne(first)).action, 'changes');
  assert.ok(await finds(first, 'Quixotopia'));
  first.close();
  storage.fail = () => undefined;
  const second = await open(server, { storage });
  assert.equal((await second.storage()).countries[0].generation, mc.sha256.slice(0, 16));
  assert.equal((await syncOne(second)).action, 'base');
  await assertCurrent(second, server);
});

test('a geocoder that is not told its server says so', async () => {
  for (const options of [[], [{}], [{ server: '' }], [{ server: 7 }]]) {
    await assert.rejects(Geocoder.open(...options), withCode('invalid_options'));
  }
});

test('countries are added and removed, with their files', async () => {
  const server = serverOf({ mc, li });
  const storage = keptStorage();
  const geocoder = await open(server, { storage });
  await geocoder.addCountry('LI');
  await assertCurrent(geocoder, server, 'li');
  await assert.rejects(geocoder.addCountry('fr'), withCode('not_offered'));
  await assert.rejects(geocoder.addCountry('France'), withCode('invalid_options'));
  geocoder.close();
  const again = await open(server, { storage });
  assert.equal((await again.countries()).length, 2);
  assert.equal(await again.removeCountry('li'), true);
  assert.equal(await again.removeCountry('li'), false);
  assert.deepEqual(
    (await again.countries()).map(({ code }) => code),
    ['mc'],
  );
  assert.ok(!storage.files.has(`base-${li.sha256}`));
  const { kind, usedBytes, countries } = await again.storage();
  assert.equal(kind, 'kept');
  assert.equal(
    usedBytes,
    [...storage.files.values()].reduce((sum, { length }) => sum + length, 0),
  );
  assert.equal(countries[0].baseBytes, mc.bytes.length);
});

test('a device that is opened for other countries has those, and the files of the former', async () => {
  const server = serverOf({ mc, li });
  const storage = keptStorage();
  const codesOf = async (options) => {
    const geocoder = await open(server, { storage, ...options });
    const codes = (await geocoder.countries()).map(({ code }) => code);
    geocoder.close();
    return codes;
  };
  assert.deepEqual(await codesOf({ countries: ['mc'] }), ['mc']);
  assert.deepEqual(await codesOf({ countries: 'li' }), ['li']);
  server.requests.length = 0;
  assert.deepEqual(await codesOf({ countries: ['mc'] }), ['mc']);
  assert.deepEqual(await codesOf({ countries: ['li', 'mc'] }), ['li', 'mc']);
  assert.deepEqual(server.requests, []);
});

test('a country that the server withdraws goes, and comes back with it', async () => {
  const server = serverOf({ mc, li });
  const geocoder = await open(server, { countries: ['li', 'mc'] });
  server.withdraw('li');
  const report = await geocoder.sync();
  assert.deepEqual(
    report.countries.map(({ action }) => action),
    ['removed', 'none'],
  );
  assert.deepEqual(
    (await geocoder.countries()).map(({ code }) => code),
    ['mc'],
  );
  server.publish('li', li);
  await geocoder.sync();
  await assertCurrent(geocoder, server, 'li');
});

test('a folder of files is followed by its manifest', async () => {
  for (const server of [SERVER, `${SERVER}manifest.json`]) {
    const host = new ProtocolServer();
    host.isStatic = true;
    host.publish('mc', mc, { feed: false });
    const geocoder = await open(host, { server });
    assert.ok((await geocoder.search('Boulevard Princesse Charlotte')).resultsCount > 0);
    assert.equal((await syncOne(geocoder)).action, 'none');
    host.publish('mc', newMc, { feed: false });
    assert.equal((await syncOne(geocoder)).action, 'base');
    assert.equal((await syncOne(geocoder)).generation, newMc.sha256.slice(0, 16));
  }
});

test('a signal ends a synchronisation, and the next goes on', async () => {
  const server = serverOf();
  const geocoder = await open(server);
  server.publish('mc', newMc);
  const controller = new AbortController();
  server.onRequest = (path) => {
    if (path.includes('/blobs/')) controller.abort();
  };
  await assert.rejects(geocoder.sync({ signal: controller.signal }), withCode('aborted'));
  server.onRequest = () => undefined;
  assert.equal((await syncOne(geocoder)).action, 'base');
  await assertCurrent(geocoder, server);
});

test('a signal that fires for want of a network says nothing about the server', async () => {
  const server = serverOf();
  const geocoder = await open(server, { updates: 'manual' });
  const controller = new AbortController();
  let offline = false;
  geocoder.on('offline', () => {
    offline = true;
  });
  server.onRequest = () => controller.abort(new GeocoderError('network', 'of another call'));
  await assert.rejects(geocoder.sync({ signal: controller.signal }), withCode('aborted'));
  // The next call waits for the end of the one before.
  server.onRequest = () => undefined;
  await geocoder.sync();
  assert.equal(offline, false);
});

test('progress and updates are told', async () => {
  const server = serverOf();
  const geocoder = await open(server);
  const told = [];
  const end = geocoder.on('update', (update) => told.push(update.action));
  geocoder.on('progress', ({ receivedBytes, totalBytes }) => told.push(receivedBytes / totalBytes));
  server.publish('mc', newMc);
  await geocoder.sync();
  assert.equal(told.pop(), 'base');
  assert.equal(told.pop(), 1);
  assert.ok(told.length > 0 && told.every((share) => share >= 0 && share <= 1));
  end();
  server.approve('mc', addition(1, 'Quixotopia', AT));
  told.length = 0;
  await geocoder.sync();
  assert.deepEqual(told, []);
});

test('a geocoder of shards does not synchronise', async () => {
  const geocoder = await Geocoder.fromShards([mc.bytes]);
  await assert.rejects(geocoder.sync(), withCode('not_synchronised'));
  assert.throws(() => geocoder.on('update', () => {}), withCode('not_synchronised'));
  geocoder.close();
});
