// PlaceKit's own JavaScript client, unchanged, against the sync server: every method it has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import placekit from '@placekit/client-js';
import { SyncServer } from '../harness/server.mjs';
import { redirect } from './redirect.mjs';

let server;
let restore;
let pk;
before(async () => {
  server = await SyncServer.start({ options: ['--rate-limit', '1000/1'] });
  restore = redirect(server.origin);
  pk = placekit(server.privateKey, { countries: ['li'], maxResults: 5 });
});
after(async () => {
  restore();
  await server.stop();
});

const RECORD = {
  name: 'Kirchweg',
  city: 'Vaduz',
  country: 'Liechtenstein',
  countrycode: 'li',
  zipcode: ['9490'],
  population: 5696,
  coordinates: '47.1411, 9.5212',
  type: 'street',
};

async function names(query, options = {}) {
  const { results } = await pk.search(query, options);
  return results.map((result) => result.name);
}

/** What a call throws: a plain object with the members of the answer. */
async function refused(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call was not refused');
}

test('search finds addresses with all fields of the contract', async () => {
  const { results, resultsCount, maxResults, query } = await pk.search('städtle 43 vaduz');
  assert.deepEqual([resultsCount, maxResults, query], [results.length, 5, 'städtle 43 vaduz']);
  const [first] = results;
  assert.equal(first.name, 'Städtle 43');
  assert.equal(first.street.number, '43');
  assert.match(first.highlight, /<mark>/);
  for (const field of ['city', 'county', 'administrative', 'country', 'countrycode', 'type']) {
    assert.equal(typeof first[field], 'string', field);
  }
  assert.ok(Array.isArray(first.zipcode));
  assert.deepEqual(first.coordinates.split(',').map(Number.parseFloat), [first.lat, first.lng]);
  assert.equal(typeof first.population, 'number');
});

test('search takes no query at all, and options that it does not know', async () => {
  assert.ok((await pk.search()).results.length > 0);
  assert.ok((await pk.search('Vaduz', { foo: 'bar', timeout: 5000 })).results.length > 0);
});

test('reverse finds what is at a point, and the country without one', async () => {
  const near = await pk.reverse({ coordinates: '47.1394,9.5226', types: ['street'] });
  assert.equal(near.query, '');
  assert.equal(near.results[0].city, 'Vaduz');
  const country = await pk.reverse({ types: ['country'], maxResults: 1 });
  assert.equal(country.results.length, 1);
  assert.equal(country.results[0].type, 'country');
});

test('errors are the ones that the client knows', async () => {
  const limit = await refused(pk.search('x', { maxResults: 42 }));
  assert.equal(limit.status, 422);
  assert.equal(limit.errors[0].param, 'maxResults');
  assert.equal(limit.errors[0].path, 'maxResults');
  assert.equal(
    (await refused(pk.search('x', { countries: ['sx'] }))).errors[0].param,
    'countries[0]',
  );
  const unknown = placekit(`pk_${Buffer.alloc(32, 7).toString('base64')}`);
  assert.equal((await refused(unknown.search('x'))).status, 401);
  // Without a key the client sends the word, with an empty one nothing.
  assert.ok([401, 412].includes((await refused(placekit().search('x'))).status));
  assert.equal((await refused(pk.patch.get('0'.repeat(32)))).status, 404);
  // The client is still usable after errors.
  assert.ok((await names('Vaduz')).includes('Vaduz'));
});

test('a patch is made, listed, approved, translated, taken back and deleted', async () => {
  const made = await pk.patch.create(RECORD);
  assert.equal(made.status, 'pending');
  assert.match(made.id, /^[0-9a-f]{32}$/);
  const { results, totalResults, offset } = await pk.patch.list();
  assert.deepEqual([results[0].id, totalResults, offset], [made.id, 1, 0]);
  assert.equal((await pk.patch.list({ status: 'approved' })).totalResults, 0);
  assert.ok(!(await names('Kirchweg Vaduz')).includes('Kirchweg'));

  const approved = await pk.patch.update(made.id, undefined, { status: 'approved' });
  assert.equal(approved.status, 'approved');
  assert.equal((await names('Kirchweg Vaduz'))[0], 'Kirchweg');

  await pk.patch.update(made.id, { name: 'Chemin de l’église' }, { language: 'fr' });
  assert.equal((await pk.patch.get(made.id, 'fr')).name, 'Chemin de l’église');
  assert.equal((await pk.patch.get(made.id)).name, 'Kirchweg');
  assert.equal((await names('Kirchweg Vaduz', { language: 'fr' }))[0], 'Chemin de l’église');
  await pk.patch.deleteLang(made.id, 'fr');
  assert.equal((await pk.patch.get(made.id, 'fr')).name, 'Kirchweg');

  await pk.patch.update(made.id, undefined, { status: 'pending' });
  assert.ok(!(await names('Kirchweg Vaduz')).includes('Kirchweg'));
  await pk.patch.delete(made.id);
  assert.equal((await refused(pk.patch.get(made.id))).status, 404);
});

test('a result is corrected by handing it back', async () => {
  const { results } = await pk.search('Dorfstrasse Triesen', { types: ['street'] });
  const [origin] = results;
  const update = { name: 'Alte Landstrasse am Bach' };
  const patch = await pk.patch.create(update, { status: 'approved' }, origin);
  assert.equal(patch.city, origin.city);
  assert.equal((await names('Alte Landstrasse am Bach'))[0], update.name);
  assert.equal((await pk.patch.create(update, {}, origin)).id, patch.id);
  const nowhere = { ...origin, coordinates: '47.05, 9.6' };
  assert.equal((await refused(pk.patch.create(update, {}, nowhere))).status, 404);
  await pk.patch.delete(patch.id);
  assert.equal(
    (await pk.search('Dorfstrasse Triesen', { types: ['street'] })).results[0].name,
    origin.name,
  );
});

test('the last translation stays', async () => {
  const made = await pk.patch.create(RECORD, { language: 'fr' });
  assert.equal((await refused(pk.patch.deleteLang(made.id, 'fr'))).status, 409);
  await pk.patch.delete(made.id);
});

test('keys are made, listed, changed and deleted, and a public one may geocode only', async () => {
  const made = await pk.keys.create('public', { domains: ['*.example.org'] });
  assert.match(made.token, /^pk_/);
  assert.deepEqual([made.role, made.domains], ['public', ['*.example.org']]);
  assert.match(made.appId, /^[A-Z]{10}$/);
  const all = await pk.keys.list();
  assert.ok(Array.isArray(all) && all.some((key) => key.id === made.id));
  const changed = await pk.keys.update(made.id, { domains: [] });
  assert.deepEqual(changed.domains, []);
  assert.equal((await pk.keys.get(made.id)).token, made.token);

  const visitor = placekit(made.token, { countries: ['li'] });
  assert.ok((await visitor.search('Vaduz')).results.length > 0);
  assert.equal((await refused(visitor.keys.list())).status, 403);
  assert.equal((await refused(visitor.patch.list())).status, 403);

  await pk.keys.delete(made.id);
  assert.equal((await refused(pk.keys.get(made.id))).status, 404);
  assert.equal((await refused(visitor.search('Vaduz'))).status, 401);
});

test('no token is in the log', () => {
  assert.ok(!server.log.includes(server.privateKey));
});
