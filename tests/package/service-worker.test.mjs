// The ready-made service worker in Chromium, under PlaceKit's own client: once online, then without
// any server or network, with the answers of the sync server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, site, withSites } from './service-worker-site.mjs';

const FILES = '/page.html,/page.js,/client/placekit.js,/client/placekit-lite.js';
const ALL = 'is,li,mc,zz';

withSites();

const POINT = '47.1392,9.5227';
const CALLS = [
  ['search', 'Städtle 43 Vad', { countries: ['li'] }],
  ['search', 'Heiligkreuz 25 Vadz', { countries: ['LI', 'mc'], maxResults: 20 }],
  ['search', '30 bd princesse charlotte', { countries: ['mc'], language: 'fr' }],
  ['search', 'reykjavik', { types: ['city'] }],
  ['search', 'laugavegur 12', { countries: ['is'], coordinates: '64.14,-21.93' }],
  ['search', 'ger', { types: ['country'], countries: ['li'], maxResults: 20 }],
  ['search', 'vaduz', { foo: 'bar' }],
  ['search', ''],
  ['reverse', { coordinates: POINT }],
  ['reverse', { coordinates: '43.7396, 7.4277', types: ['street'], maxResults: 1 }],
  ['reverse', { types: ['country'], maxResults: 1 }],
  ['search', 'x', { maxResults: 42, coordinates: 'here' }],
  ['reverse', { coordinates: POINT, types: ['river'] }],
];

test('once online, PlaceKit’s client is answered without server and network as with them', async () => {
  let page = await site.open();
  const [before] = await ask(page, [['search', 'vaduz']]);
  assert.ok(before.refusal, 'nobody answers for PlaceKit before the worker does');
  const parameters = { countries: ALL, defaultCountry: 'li', files: FILES };
  await site.register(page, parameters);
  const expected = await site.askServer(CALLS);
  assert.ok(expected.filter(({ answer }) => answer?.resultsCount > 0).length >= 10);
  assert.deepEqual(await ask(page, CALLS), expected);
  await page.close();
  await site.goOffline();
  page = await site.open();
  assert.deepEqual(await ask(page, CALLS), expected);
});

test('a worker that was ended answers again, without server and network', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
  await site.goOffline();
  const devtools = await site.context.newCDPSession(page);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  const [{ answer }] = await ask(page, [['search', 'Städtle 43', { countries: ['li'] }]]);
  assert.equal(answer.results[0].name, 'Städtle 43');
});

test('patches and keys are passed to the server, whose changes the client can read', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
  const record = {
    ...{ name: 'Kirchweg', city: 'Vaduz', country: 'Liechtenstein', countrycode: 'li' },
    ...{ zipcode: ['9490'], population: 5696, coordinates: '47.1411, 9.5212', type: 'street' },
  };
  const [{ answer: made }] = await ask(page, [['patch.create', record]]);
  assert.equal(made.status, 'pending');
  const [got, updated, keys, unknown, deleted] = await ask(page, [
    ['patch.get', made.id],
    ['patch.update', made.id, { name: 'Bachweg' }],
    ['keys.list'],
    ['patch.get', '0'.repeat(32)],
    ['patch.delete', made.id],
  ]);
  assert.equal(got.answer.name, 'Kirchweg');
  assert.equal(updated.answer.name, 'Bachweg');
  assert.ok(Array.isArray(keys.answer) && keys.answer.length > 0);
  assert.equal(unknown.refusal.status, 404);
  assert.ok(deleted.answer, 'the client can read the answer to deletions');
  await site.goOffline();
  const [found, ...refused] = await ask(page, [
    ['search', 'Städtle 43', { countries: ['li'] }],
    ['patch.list'],
    ['patch.create', record],
    ['patch.get', made.id],
    ['patch.update', made.id, { name: 'Bachweg' }],
    ['patch.deleteLang', made.id, 'fr'],
    ['patch.delete', made.id],
    ['keys.list'],
    ['keys.create', 'public', {}],
  ]);
  assert.equal(found.answer.results[0].name, 'Städtle 43');
  for (const { refusal } of refused) {
    assert.deepEqual([refusal.status, refusal.statusText], [null, 'Service Unavailable']);
    assert.match(refusal.message, /server cannot be reached/);
  }
  const [again] = await ask(page, [['search', 'Städtle 43', { countries: ['li'] }]]);
  assert.equal(again.answer.results[0].name, 'Städtle 43', 'the client was not given up');
});

test('what this device has no shard for is answered by the server, and offline refused', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li', defaultCountry: 'li' });
  const calls = [
    ['search', '30 bd princesse charlotte', { countries: ['mc'] }],
    ['search', 'vaduz', { countries: ['li', 'mc'] }],
    ['search', 'vaduz', { countries: ['sx'] }],
  ];
  const expected = await site.askServer(calls);
  assert.deepEqual(await ask(page, calls), expected);
  await site.goOffline();
  const [foreign, both, unknown, own] = await ask(page, [...calls, ['search', 'vaduz']]);
  for (const { refusal } of [foreign, both, unknown]) {
    assert.deepEqual([refusal.status, typeof refusal.message], [null, 'string']);
  }
  assert.equal(own.answer.results[0].city, 'Vaduz');
});

test('requests are answered by the server while the first download is under way', async () => {
  const page = await site.open();
  // Nothing of the device's own can come.
  const unanswered = [];
  await site.context.route(`${site.server.origin}/sync/**`, (route) => unanswered.push(route));
  await site.takeOver(page, { countries: 'li' });
  const calls = [['search', 'Städtle 43', { countries: ['li'] }]];
  assert.deepEqual(await ask(page, calls), await site.askServer(calls));
  assert.ok(unanswered.length > 0);
});

test('keys are asked for when that is wanted', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li', requireKey: 'true' });
  const statuses = await page.evaluate(() => {
    const init = { method: 'POST', body: '{"query":"vaduz"}' };
    const keys = [{}, { 'x-placekit-api-key': '' }, { 'x-placekit-api-key': 'pk_1' }];
    const asked = keys.map(async (headers) => {
      const response = await fetch('https://api.placekit.co/search', { ...init, headers });
      return [response.status, (await response.json()).message ?? null];
    });
    return Promise.all(asked);
  });
  const missing = [412, 'Access denied missing credentials'];
  assert.deepEqual(statuses, [missing, missing, [200, null]]);
});

test('bodies that are no options are refused as by the server', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
  const bodies = [
    ...['', '{}', '[]', 'null', '{', '7', ' \n', '{"query":7}', '{"query":null}', '{"signal":{}}'],
    ...[
      '{"signal":{"aborted":true}}',
      '{"countries":"li"}',
      '{"countries":[7]}',
      '{"types":["x"]}',
    ],
    ...['{"types":"city"}', '{"maxResults":"5"}', '{"maxResults":0}', '{"coordinates":null}'],
    ...['{"coordinates":"91,0"}', '{"language":"undefined"}', '{"language":7}', '{"timeout":1}'],
    ...[`{"query":"${'x'.repeat(70_000)}"}`, `{"query":"${'ä'.repeat(40_000)}"}`],
  ];
  const read = async (response) => {
    const { errors, results } = await response.json();
    return [response.status, errors?.map(({ param }) => param) ?? null, Array.isArray(results)];
  };
  const expected = [];
  for (const body of bodies) {
    const init = {
      method: 'POST',
      headers: { 'x-placekit-api-key': site.server.privateKey },
      body,
    };
    expected.push(await read(await fetch(`${site.server.origin}/search`, init)));
  }
  const answered = await page.evaluate(async (bodies) => {
    const answered = [];
    for (const body of bodies) {
      const response = await fetch('https://api.placekit.co/search', { method: 'POST', body });
      const { errors, results } = await response.json();
      const refused = errors?.map(({ param }) => param) ?? null;
      answered.push([response.status, refused, Array.isArray(results)]);
    }
    return answered;
  }, bodies);
  assert.deepEqual(answered, expected);
});
