// What a geocoder makes of servers that fail, come back, or have forgotten, and of files that go.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addition } from './corrections.mjs';
import { AT, finds, hears, keptStorage, newServer, open, standFor } from './devices.mjs';

const UPDATE = { name: 'Rue du Test', city: 'Monaco' };
const outcomesOf = async (geocoder) =>
  (await geocoder.proposals()).map(({ outcome }) => outcome).join();

/** Keeps Node waiting for channels and timers that alone do not. */
function waitMeanwhile(t) {
  const waiting = setInterval(() => {}, 1000);
  t.after(() => clearInterval(waiting));
}

describe('the stream of events', () => {
  test('is followed again after a server that could not be reached', async () => {
    const server = newServer();
    let refused = 0;
    const geocoder = await open(server);
    await geocoder.search('Monaco');
    server.onRequest = () => {
      if (refused++ < 4) throw new TypeError('fetch failed');
    };
    server.failStreams(new TypeError('connection reset'));
    const again = hears(geocoder, 'online');
    await again;
    while (server.streams === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const heard = hears(geocoder, 'update');
    server.approve('mc', addition(1, 'Quixotopia', AT));
    assert.equal((await heard).head, 1);
    assert.ok(refused > 4);
  });

  test('is not given up for a country that the server does not have', async () => {
    const server = newServer();
    const geocoder = await open(server, { countries: ['mc', 'li'] });
    for (const [number, name] of ['Quixotopia', 'Zanzibarella', 'Ubiquitania'].entries()) {
      const heard = hears(geocoder, 'update', ({ head }) => head === number + 1);
      const told = hears(geocoder, 'error');
      server.approve('mc', addition(number + 1, name, AT));
      await heard;
      assert.equal((await told).code, 'not_offered');
    }
    assert.equal(server.requests.filter((path) => path.includes('/events')).length, 1);
  });

  test('waits for what the server asks for, also when the page was hidden in between', async (t) => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    t.after(standFor('document', page));
    const server = newServer();
    const polling = await open(server, { updates: 'poll', pollIntervalS: 0.05 });
    server.onRequest = () => new Response('', { status: 503, headers: { 'retry-after': '600' } });
    await hears(polling, 'error');
    const asked = server.requests.length;
    for (let times = 0; times < 5; times += 1) {
      for (const visibilityState of ['hidden', 'visible']) {
        page.visibilityState = visibilityState;
        page.dispatchEvent(new Event('visibilitychange'));
        await polling.search('Monaco');
      }
    }
    assert.equal(server.requests.length, asked);
  });
});

describe('proposals', () => {
  test('are sent again by themselves when the server was busy', async () => {
    const server = newServer();
    const geocoder = await open(server);
    // The stream's first word has been worked on.
    await hears(geocoder, 'report');
    let refused = 0;
    server.onRequest = (path) =>
      path.endsWith('/proposals') && refused++ === 0
        ? new Response('', { status: 503, headers: { 'retry-after': '1' } })
        : undefined;
    const queued = hears(geocoder, 'proposals');
    await geocoder.propose({ update: UPDATE });
    await queued;
    while ((await outcomesOf(geocoder)) !== 'pending') await hears(geocoder, 'proposals');
    assert.equal(refused, 2);
  });

  test('are asked for while a stream tells of corrections', async () => {
    const server = newServer();
    const geocoder = await open(server, { pollIntervalS: 0.05 });
    const { mutationId } = await geocoder.propose({ update: UPDATE });
    while ((await outcomesOf(geocoder)) !== 'pending') await hears(geocoder, 'proposals');
    const decided = hears(geocoder, 'proposals');
    server.proposals.set(mutationId, { outcome: 'rejected', message: 'is still there' });
    await decided;
    assert.equal(await outcomesOf(geocoder), 'rejected');
    assert.equal(server.requests.filter((path) => path.includes('/events')).length, 1);
  });

  test('that a restored server has forgotten are sent again', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    const { mutationId } = await geocoder.propose({ update: UPDATE });
    await geocoder.sync();
    server.proposals.clear();
    await geocoder.sync();
    assert.deepEqual([...server.proposals.keys()], [mutationId]);
    assert.equal(await outcomesOf(geocoder), 'pending');
  });

  test('that are filed while others are asked for are not forgotten', async () => {
    const server = newServer();
    const storage = keptStorage();
    const geocoder = await open(server, { updates: 'manual', storage });
    const first = await geocoder.propose({ update: UPDATE });
    await geocoder.sync();
    server.proposals.set(first.mutationId, { outcome: 'approved', patchId: 'p1' });
    // The second is written just after the last look at the files has listed them.
    const { list } = storage;
    let filed;
    storage.list = async () => {
      const listed = await list();
      const asked = server.requests.some((path) => path.includes('mutationIds'));
      if (asked && !filed) {
        storage.list = list;
        filed = geocoder.propose({ update: UPDATE });
        await filed;
      }
      return listed;
    };
    await geocoder.sync();
    await filed;
    await geocoder.sync();
    assert.equal(server.proposals.size, 2);
  });
});

describe('countries', () => {
  test('that one tab removes do not come back by the options of another', async (t) => {
    waitMeanwhile(t);
    const server = newServer();
    const options = { storage: keptStorage(), storageName: 'removing', updates: 'manual' };
    const first = await open(server, options);
    const second = await open(server, options);
    const gone = hears(second, 'update');
    await first.removeCountry('mc');
    assert.equal((await gone).action, 'removed');
    await second.sync();
    assert.deepEqual(await second.countries(), []);
    // Whoever asks for it anew, has it again.
    const third = await open(server, options);
    assert.equal((await third.countries()).length, 1);
    await third.removeCountry('mc');
    await third.addCountry('mc');
    assert.ok((await third.search('Monaco')).resultsCount > 0);
  });

  test('go on answering when the files are cleared under them', async () => {
    const server = newServer();
    const storage = keptStorage();
    const geocoder = await open(server, { storage, updates: 'manual' });
    storage.files.clear();
    server.onRequest = () => {
      throw new TypeError('fetch failed');
    };
    await assert.rejects(geocoder.sync());
    assert.ok((await geocoder.search('Monaco')).resultsCount > 0);
    server.onRequest = () => undefined;
    server.approve('mc', addition(1, 'Quixotopia', AT));
    await geocoder.sync();
    assert.ok(await finds(geocoder, 'Quixotopia'));
    geocoder.close();
    const next = await open(server, { storage, updates: 'manual' });
    assert.ok(await finds(next, 'Quixotopia'));
  });
});
