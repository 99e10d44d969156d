// What an app shows of countries: offers, what is missing, damage, reports, and downloads that end.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Geocoder } from 'hereabouts';
import { baseOf } from './generations.mjs';
import { ProtocolServer } from './protocol-server.mjs';
import { withCode } from './shards.mjs';

const SERVER = 'https://geo.example/';
const mc = baseOf('mc');
const li = baseOf('li');

const opened = [];
afterEach(() => {
  for (const geocoder of opened.splice(0)) geocoder.close();
});

function newServer({ isStatic = false } = {}) {
  const server = Object.assign(new ProtocolServer(), { isStatic });
  for (const [code, base] of Object.entries({ mc, li })) {
    server.publish(code, base, { feed: !isStatic });
  }
  return server;
}

function keptStorage() {
  const files = new Map();
  return {
    kind: 'kept',
    files,
    list: async () => [...files].map(([name, { length }]) => ({ name, sizeBytes: length })),
    read: async (name) => files.get(name)?.slice(),
    write: async (name, bytes) => void files.set(name, bytes.slice()),
    remove: async (name) => void files.delete(name),
  };
}

async function open(server, options = {}) {
  const geocoder = await Geocoder.open({
    server: SERVER,
    countries: [],
    updates: 'manual',
    fetch: server.fetch,
    ...options,
  });
  opened.push(geocoder);
  return geocoder;
}

/** Collects the details of an event. */
function heard(geocoder, type) {
  const details = [];
  geocoder.on(type, (detail) => details.push(detail));
  return details;
}

/** Lets blobs wait until they are released or given up; `asked` resolves with the first one. */
function heldBlobs(server) {
  const held = {};
  held.asked = new Promise((tell) => {
    held.released = new Promise((release) => {
      held.release = release;
      server.onRequest = (path, _, { signal } = {}) => {
        if (!path.includes('/blobs/')) return undefined;
        tell();
        return new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          held.released.then(resolve);
        });
      };
    });
  });
  return held;
}

const codes = async (geocoder) => (await geocoder.countries()).map(({ code }) => code);

for (const isStatic of [false, true]) {
  const what = isStatic ? 'a folder of files' : 'a server';
  test(`offers of ${what} have what people want to know before a download`, async () => {
    const geocoder = await open(newServer({ isStatic }));
    const offers = await geocoder.offers();
    assert.deepEqual(
      offers.map(({ country }) => country),
      ['li', 'mc'],
    );
    const [offer] = await geocoder.offers({ countries: ['LI'] });
    assert.equal(offer.name, 'Liechtenstein');
    assert.equal(offer.generation, li.sha256.slice(0, 16));
    assert.deepEqual([offer.sha256, offer.sizeBytes], [li.sha256, li.bytes.length]);
    assert.ok(offer.downloadBytes > 0 && offer.downloadBytes < offer.sizeBytes);
    await geocoder.addCountry('li');
    const [country] = await geocoder.countries();
    for (const field of ['name', 'records', 'attribution', 'bbox']) {
      assert.deepEqual(offer[field], country[field], field);
    }
    assert.equal((await geocoder.offers({ countries: ['mc'] })).length, 1);
  });
}

test('an offer that makes no sense is refused', async () => {
  const spoilers = [
    (entry) => delete entry.name,
    (entry) => delete entry.attribution,
    (entry) => delete entry.base.bbox,
    (entry) => entry.base.bbox.pop(),
    (entry) => Object.assign(entry.base.records, { house: -1 }),
    (entry) => Object.assign(entry.base, { size_br: 'few' }),
    (entry) => Object.assign(entry.base, { sha256: 'short' }),
  ];
  for (const spoil of spoilers) {
    const server = newServer();
    server.onRequest = (path) => {
      if (!path.includes('/manifest')) return undefined;
      const manifest = structuredClone(server.manifest());
      spoil(manifest.countries.li);
      return Response.json(manifest);
    };
    const geocoder = await open(server);
    await assert.rejects(geocoder.offers(), withCode('protocol'), String(spoil));
  }
});

test('whether the server can be reached is told by whoever asks first', async () => {
  const server = newServer();
  const geocoder = await open(server);
  const told = [];
  for (const type of ['offline', 'online']) geocoder.on(type, () => told.push(type));
  server.onRequest = () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(geocoder.offers(), withCode('network'));
  // Without countries nothing is asked, so nothing is known.
  await geocoder.sync();
  assert.deepEqual(told, ['offline']);
  server.onRequest = () => undefined;
  await geocoder.offers();
  assert.deepEqual(told, ['offline', 'online']);
  await geocoder.propose({ update: { name: 'Quixotopia' } });
  server.onRequest = () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(geocoder.sync(), withCode('network'));
  assert.deepEqual(told, ['offline', 'online', 'offline']);
});

test('an empty list of countries waits for no download', async () => {
  const server = newServer();
  const storage = keptStorage();
  (await open(server, { storage, countries: ['mc'] })).close();
  for (const name of storage.files.keys()) {
    if (name.startsWith('base-')) storage.files.delete(name);
  }
  server.onRequest = () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(open(server, { storage, countries: ['mc'] }), withCode('network'));
  server.requests.length = 0;
  const stored = JSON.parse(new TextDecoder().decode(storage.files.get('state.json')));
  stored.wanted = ['mc'];
  storage.files.set('state.json', new TextEncoder().encode(JSON.stringify(stored)));
  const geocoder = await open(server, { storage });
  assert.deepEqual(server.requests, []);
  assert.deepEqual((await geocoder.storage()).missing, ['mc']);
});

test('damage of what is stored is told once, and what is missing comes', async () => {
  const server = newServer();
  const storage = keptStorage();
  const first = await open(server, { storage });
  await first.addCountry('mc');
  await first.addCountry('li');
  first.close();
  storage.files.get(`base-${mc.sha256}`)[mc.chunks[0].size >> 1] ^= 1;
  const second = await open(server, { storage });
  const damaged = heard(second, 'damaged');
  const updates = heard(second, 'update');
  const reports = heard(second, 'report');
  assert.deepEqual(await codes(second), ['li']);
  assert.deepEqual((await second.storage()).missing, ['mc']);
  const report = await second.sync();
  assert.deepEqual(damaged, [{ country: 'mc' }]);
  assert.deepEqual(
    updates.map(({ country, action }) => [country, action]),
    [['mc', 'base']],
  );
  assert.deepEqual(reports, [report]);
  assert.deepEqual((await second.storage()).missing, []);
  await second.sync();
  assert.equal(damaged.length, 1);
});

test('a report says what failed for one country, whoever asked', async () => {
  const server = newServer();
  const geocoder = await open(server);
  const reports = heard(geocoder, 'report');
  await geocoder.addCountry('mc');
  await assert.rejects(geocoder.addCountry('fr'), withCode('not_offered'));
  const [, { countries }] = reports;
  assert.deepEqual(
    countries.map(({ country, error }) => [country, error?.code]),
    [
      ['fr', 'not_offered'],
      ['mc', undefined],
    ],
  );
});

test('removing a country ends its download, and leaves nothing of it', async () => {
  const server = newServer();
  const storage = keptStorage();
  const geocoder = await open(server, { storage });
  const { asked } = heldBlobs(server);
  const download = geocoder.addCountry('li');
  const failed = assert.rejects(download, withCode('aborted'));
  await asked;
  assert.equal(await geocoder.removeCountry('li'), false);
  await failed;
  assert.deepEqual([...storage.files.keys()], ['state.json']);
  assert.deepEqual((await geocoder.storage()).missing, []);
  server.onRequest = () => undefined;
  await geocoder.addCountry('li');
  assert.deepEqual(await codes(geocoder), ['li']);
});

test('removing a country that waits for its turn leaves the one before alone', async () => {
  const server = newServer();
  const geocoder = await open(server);
  const { asked, release } = heldBlobs(server);
  const first = geocoder.addCountry('li');
  await asked;
  const stop = new AbortController();
  const second = geocoder.addCountry('mc', { signal: stop.signal });
  const failed = assert.rejects(second, withCode('aborted'));
  stop.abort();
  const removed = geocoder.removeCountry('mc');
  release();
  await Promise.all([first, failed, removed]);
  await geocoder.sync();
  assert.deepEqual(await codes(geocoder), ['li']);
});

test('a download that was given up goes on where it ended', async () => {
  const server = newServer();
  const storage = keptStorage();
  const geocoder = await open(server, { storage });
  const { asked } = heldBlobs(server);
  const stop = new AbortController();
  const failed = assert.rejects(
    geocoder.addCountry('li', { signal: stop.signal }),
    withCode('aborted'),
  );
  await asked;
  stop.abort();
  await failed;
  assert.deepEqual((await geocoder.storage()).missing, ['li']);
  server.onRequest = () => undefined;
  await geocoder.sync();
  assert.deepEqual(await codes(geocoder), ['li']);
});

test('what becomes of proposals is told', async () => {
  const server = newServer();
  const geocoder = await open(server);
  const told = heard(geocoder, 'proposals');
  const { mutationId } = await geocoder.propose({ update: { name: 'Quixotopia' } });
  assert.equal(told.length, 1);
  await geocoder.sync();
  assert.equal(told.length, 2);
  await geocoder.sync();
  assert.equal(told.length, 2, 'nothing new');
  server.proposals.set(mutationId, { outcome: 'rejected', message: 'no such place' });
  await geocoder.sync();
  assert.equal(told.length, 3);
  const [{ outcome, message }] = await geocoder.proposals();
  assert.deepEqual([outcome, message], ['rejected', 'no such place']);
});

test('a country is removed at once while another one is downloaded, which goes on', async () => {
  const server = newServer();
  const storage = keptStorage();
  const geocoder = await open(server, { storage });
  await geocoder.addCountry('mc');
  const held = heldBlobs(server);
  const added = geocoder.addCountry('li');
  await held.asked;
  assert.equal(await geocoder.removeCountry('mc'), true);
  assert.deepEqual(await codes(geocoder), []);
  held.release();
  await added;
  assert.deepEqual(await codes(geocoder), ['li']);
  assert.deepEqual((await geocoder.storage()).missing, []);
  // Also the one that is next.
  await geocoder.removeCountry('li');
  const again = heldBlobs(server);
  const both = [geocoder.addCountry('li'), geocoder.addCountry('mc')];
  await again.asked;
  assert.equal(await geocoder.removeCountry('mc'), false);
  again.release();
  await Promise.all(both);
  assert.deepEqual(await codes(geocoder), ['li']);
});
