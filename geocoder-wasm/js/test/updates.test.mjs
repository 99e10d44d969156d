// What a geocoder does by itself: events, polling, signatures, other tabs, and the queue of proposals.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { addition } from './corrections.mjs';
import {
  AT,
  finds,
  hears,
  keptStorage,
  mc,
  newMc,
  newServer,
  open,
  SERVER,
  standFor,
} from './devices.mjs';
import { ProtocolServer } from './protocol-server.mjs';
import { withCode } from './shards.mjs';

describe('a geocoder that is left alone', () => {
  test('hears of an approval by the stream of events', async () => {
    const server = newServer();
    const geocoder = await open(server);
    for (const [number, name] of ['Quixotopia', 'Zanzibarella', 'Ubiquitania'].entries()) {
      const heard = hears(geocoder, 'update', ({ head }) => head === number + 1);
      server.approve('mc', addition(number + 1, name, AT));
      assert.equal((await heard).action, 'changes');
      assert.ok(await finds(geocoder, name));
    }
    assert.equal(server.requests.filter((path) => path.includes('/events')).length, 1);
  });

  test('asks where there is no stream, or the options say so', async () => {
    for (const updates of ['events', 'poll']) {
      const server = newServer();
      server.onRequest = (path) =>
        path.includes('/events') ? new Response('', { status: 404 }) : undefined;
      const geocoder = await open(server, { updates, pollIntervalS: 0.05 });
      const heard = hears(geocoder, 'update');
      server.approve('mc', addition(1, 'Quixotopia', AT));
      assert.equal((await heard).head, 1);
      assert.ok(await finds(geocoder, 'Quixotopia'));
      const streams = server.requests.filter((path) => path.includes('/events'));
      assert.equal(streams.length, updates === 'events' ? 1 : 0);
    }
  });

  test('follows a folder of files', async () => {
    const host = new ProtocolServer();
    host.isStatic = true;
    host.publish('mc', mc, { feed: false });
    const geocoder = await open(host, { pollIntervalS: 0.05 });
    const heard = hears(geocoder, 'update');
    host.publish('mc', newMc, { feed: false });
    assert.deepEqual((await heard).action, 'base');
  });

  test('tells when the server is gone and back, and answers all the time', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'poll', pollIntervalS: 0.05 });
    const gone = hears(geocoder, 'offline');
    const failed = hears(geocoder, 'error');
    server.onRequest = () => {
      throw new TypeError('fetch failed');
    };
    await gone;
    assert.equal((await failed).code, 'network');
    assert.ok((await geocoder.search('Monaco')).resultsCount > 0);
    const back = hears(geocoder, 'online');
    server.onRequest = () => undefined;
    await back;
  });

  test('leaves new bases for later where the user pays by the byte, but not corrections', async (t) => {
    t.after(standFor('navigator', { connection: { saveData: true } }));
    const server = newServer();
    const geocoder = await open(server);
    const heard = hears(geocoder, 'update');
    server.approve('mc', addition(1, 'Quixotopia', AT));
    assert.equal((await heard).action, 'changes');
    await geocoder.propose({ update: { name: 'x' } });
    await geocoder.sync();
    // Every synchronisation asks for what is pending, at its end.
    const asked = new Promise((resolve) => {
      server.onRequest = (path) => {
        if (path.includes('mutationIds')) resolve();
      };
    });
    server.publish('mc', newMc);
    await asked;
    const [{ generation }] = (await geocoder.storage()).countries;
    assert.equal(generation, mc.sha256.slice(0, 16));
    const unasked = await geocoder.sync({ metered: 'wait' });
    assert.equal(unasked.countries[0].action, 'none');
    const report = await geocoder.sync();
    assert.equal(report.countries[0].action, 'base');
  });

  test('asks nothing while its page is hidden, and catches up when it is seen', async (t) => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    t.after(standFor('document', page));
    const server = newServer();
    const geocoder = await open(server);
    const before = server.requests.length;
    server.approve('mc', addition(1, 'Quixotopia', AT));
    await geocoder.search('Monaco');
    assert.equal(server.requests.length, before);
    const heard = hears(geocoder, 'update');
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal((await heard).head, 1);
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(server.streams, 0);
  });

  test('waits as long as the server asks for', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    server.onRequest = () => new Response('', { status: 429, headers: { 'retry-after': '70' } });
    const error = await geocoder.sync().catch((thrown) => thrown);
    assert.deepEqual([error.code, error.retryAfterS], ['rate_limited', 70]);
    server.onRequest = () => new Response('', { status: 503 });
    await assert.rejects(geocoder.sync(), withCode('unavailable'));
  });
});

describe('with a public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' });

  test('what is signed is taken, from a server and from a folder', async () => {
    for (const isStatic of [false, true]) {
      const server = newServer({ signingKey, isStatic });
      const geocoder = await open(server, { publicKey: key, updates: 'manual' });
      assert.ok((await geocoder.search('Monaco')).resultsCount > 0);
    }
  });

  test('an approval that is heard of by events is taken with its signature', async () => {
    const server = newServer({ signingKey });
    const geocoder = await open(server, { publicKey: key });
    const heard = hears(geocoder, 'update');
    server.approve('mc', addition(1, 'Quixotopia', AT));
    assert.equal((await heard).head, 1);
  });

  test('nothing else is', async () => {
    const other = generateKeyPairSync('ed25519').privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    for (const wrong of [undefined, other]) {
      const server = newServer({ signingKey });
      const geocoder = await open(server, { publicKey: key, updates: 'manual' });
      server.signingKey = wrong;
      server.publish('mc', newMc);
      await assert.rejects(geocoder.sync(), withCode('signature'));
      const { countries } = await geocoder.storage();
      assert.equal(countries[0].generation, mc.sha256.slice(0, 16));
    }
    await assert.rejects(
      open(newServer(), { publicKey: 'no base64!' }),
      withCode('invalid_options'),
    );
  });
});

describe('proposals', () => {
  const UPDATE = { name: 'Rue du Test', city: 'Monaco' };

  test('wait for the server, are sent once, and are followed to their end', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    const first = await geocoder.propose({ update: UPDATE, comment: 'seen today' });
    const second = await geocoder.propose({ origin: UPDATE, remove: true });
    assert.match(
      first.mutationId,
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.deepEqual(
      (await geocoder.proposals()).map(({ outcome }) => outcome),
      ['queued', 'queued'],
    );
    // The answer to the first attempt is lost on its way.
    let lost = 0;
    server.onRequest = async (path, _, init) => {
      if (!path.endsWith('/proposals') || lost++) return undefined;
      await server.answer(`${SERVER}sync/v1/proposals`, init);
      throw new TypeError('connection reset');
    };
    await assert.rejects(geocoder.sync(), withCode('network'));
    assert.equal((await geocoder.sync()).proposals, 2);
    assert.equal(server.proposals.size, 2);
    const [pending] = await geocoder.proposals();
    assert.deepEqual([pending.outcome, pending.patchId], ['pending', `p-${first.mutationId}`]);
    server.proposals.set(first.mutationId, { outcome: 'approved', patchId: 'p1' });
    server.proposals.set(second.mutationId, { outcome: 'rejected', message: 'is still there' });
    assert.equal((await geocoder.sync()).proposals, 2);
    const outcomes = (await geocoder.proposals()).map(({ outcome, message }) => [outcome, message]);
    assert.deepEqual(outcomes, [
      ['approved', undefined],
      ['rejected', 'is still there'],
    ]);
    server.requests.length = 0;
    await geocoder.sync();
    assert.ok(!server.requests.some((path) => path.includes('/proposals')), 'nothing is open');
  });

  test('are sent at once where updates are not manual', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'poll' });
    const sent = new Promise((resolve) => {
      server.onRequest = (path) => {
        if (path.endsWith('/proposals')) resolve();
      };
    });
    await geocoder.propose({ update: UPDATE });
    await sent;
  });

  test('that the server refuses as they are do not hold up the others', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    for (const name of ['good', 'bad', 'good too']) await geocoder.propose({ update: { name } });
    server.onRequest = (path, _, init) =>
      path.endsWith('/proposals') && init.body?.includes('"bad"')
        ? new Response('', { status: 422 })
        : undefined;
    assert.equal((await geocoder.sync()).proposals, 3);
    const outcomes = (await geocoder.proposals()).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['pending', 'rejected', 'pending']);
  });

  test('stay queued when something in between answers in place of the server', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    await geocoder.propose({ update: UPDATE });
    for (const body of ['Error 404', '{"results":"Error 404"}']) {
      server.onRequest = (path) => (path.endsWith('/proposals') ? new Response(body) : undefined);
      const { proposalsError } = await geocoder.sync();
      assert.equal(proposalsError.code, 'protocol');
      const [{ outcome }] = await geocoder.proposals();
      assert.equal(outcome, 'queued');
    }
  });

  test('that the key may not make keep no country from being current', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    await geocoder.propose({ update: UPDATE });
    server.onRequest = (path) =>
      path.includes('/proposals') ? new Response('', { status: 403 }) : undefined;
    server.approve('mc', addition(1, 'Quixotopia', AT));
    const { countries, proposalsError } = await geocoder.sync();
    assert.deepEqual([countries[0].action, proposalsError.code], ['changes', 'unauthorized']);
    const [{ outcome }] = await geocoder.proposals();
    assert.equal(outcome, 'queued');
  });

  test('over the limits of a request go in several, and one that is too large is refused', async () => {
    const server = newServer();
    const geocoder = await open(server, { updates: 'manual' });
    for (let count = 0; count < 101; count += 1) await geocoder.propose({ update: UPDATE });
    await geocoder.sync();
    assert.equal(server.proposals.size, 101);
    assert.equal(server.requests.filter((path) => path.endsWith('/proposals')).length, 2);
    const comment = 'x'.repeat(200_000);
    await assert.rejects(geocoder.propose({ comment }), withCode('invalid_options'));
  });
});

test('two geocoders over one set of files share a download and hear of each other', async (t) => {
  // A channel alone does not keep Node waiting.
  const waiting = setInterval(() => {}, 1000);
  t.after(() => clearInterval(waiting));
  const storage = keptStorage();
  const server = newServer();
  const options = { storage, storageName: 'two-tabs', updates: 'manual' };
  const first = await open(server, options);
  const second = await open(server, options);
  assert.equal(server.requests.filter((path) => path.includes('/blobs/')).length, 1);
  const heard = hears(second, 'update');
  server.approve('mc', addition(1, 'Quixotopia', AT));
  await first.sync();
  assert.deepEqual((await heard).action, 'changes');
  assert.ok(await finds(second, 'Quixotopia'));
  const gone = hears(second, 'update');
  await first.removeCountry('mc');
  assert.equal((await gone).action, 'removed');
  assert.deepEqual(await second.countries(), []);
});
