// The drop-in for PlaceKit's client beside the client itself, which asks a sync server: the same
// script, the same results.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { writePage } from './bundle.mjs';
import { launchChromium } from './chromium.mjs';
import { makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

let project;
let server;
before(async () => {
  project = makeProject(['@placekit/client-js']);
  // The questions are asked all at once.
  server = await SyncServer.start({
    options: ['--rate-limit', '1000/1', '--default-country', 'li'],
  });
  project.write(
    'clients.mjs',
    `import official from '@placekit/client-js';
    import ours from 'hereabouts/placekit';
    const [, , which, server, key] = process.argv;
    // The official client knows one host only.
    const { fetch } = globalThis;
    globalThis.fetch = (input, init) => {
      const url = new URL(input);
      const moved = url.host === 'api.placekit.co';
      return fetch(moved ? new URL(url.pathname + url.search, server) : url, init);
    };
    export const placekit = which === 'official' ? official : ours;
    export const make = (options = {}, sources = {}) =>
      which === 'official'
        ? official(key, options)
        : ours(key, { server, shards: ['is', 'li', 'mc', 'zz'], ...sources, ...options });
    /** Says what a call did: its answer, its refusal, or what it threw before any promise. */
    export async function outcome(call) {
      let promise;
      try {
        promise = call();
      } catch (error) {
        return { thrown: error.message };
      }
      try {
        return { answer: await promise };
      } catch (error) {
        return error instanceof Error || error instanceof DOMException
          ? { name: error.name, code: error.code, message: error.message }
          : { refusal: error };
      }
    }`,
  );
});
after(() => {
  server?.stop();
  project?.remove();
});

/** Runs a script with each client and returns what both print. */
async function withBoth(script, url = server.origin) {
  project.write(
    'script.mjs',
    `import { make, outcome, placekit } from './clients.mjs';\n${script}`,
  );
  const key = server.privateKey;
  const run = (which) => project.runAsync(process.execPath, ['script.mjs', which, url, key]);
  const [official, ours] = await Promise.all(['official', 'ours'].map(run));
  return [JSON.parse(official), JSON.parse(ours)];
}

const QUERIES = [
  'Städtle 43 Vad',
  'Heiligkreuz 25 Vadz',
  '30 bd princesse charlotte',
  'schaan bahnhof',
  'vaduz',
  '9490',
  'monte carlo',
  'x',
  'qqqqzzzz xyxyxy',
  '',
];

test('searching and reversing give the same answers', async () => {
  const [official, ours] = await withBoth(`
    const pk = make({ countries: ['li', 'MC'], language: 'de' });
    const calls = ${JSON.stringify(QUERIES)}.flatMap((query) => [
      () => pk.search(query),
      () => pk.search(query, { maxResults: 20, types: ['city', 'street'], language: 'fr' }),
      () => pk.search(query, { coordinates: '47.14,9.52', types: ['-bus'], countries: ['li'] }),
      () => pk.search(query, { types: ['country'], countries: ['us'] }),
    ]);
    const points = ['47.1392,9.5227', '43.7396, 7.4277', '47.2,9.5', '0,0'];
    calls.push(...points.map((coordinates) => () => pk.reverse({ coordinates })));
    calls.push(() => pk.reverse({ coordinates: points[0], types: ['city'], maxResults: 1 }));
    calls.push(() => pk.search(), () => pk.search('vaduz', { foo: 'bar', countryByIP: true }));
    console.log(JSON.stringify(await Promise.all(calls.map(outcome))));`);
  assert.equal(official.length, QUERIES.length * 4 + 7);
  assert.ok(official.every(({ answer }) => Array.isArray(answer.results)));
  assert.ok(official.filter(({ answer }) => answer.resultsCount > 0).length > 30);
  assert.deepEqual(ours, official);
});

test('requests that name no country mean the same one', async () => {
  const [official, ours] = await withBoth(`
    const pk = make({}, { defaultCountry: 'LI' });
    const point = '43.7396,7.4277';
    const calls = [
      () => pk.reverse(), () => pk.reverse({ types: ['country'], maxResults: 1 }),
      () => pk.reverse({ types: ['country'], countries: ['mc'], language: 'fr', maxResults: 3 }),
      () => pk.reverse({ types: ['city'], maxResults: 3 }), () => pk.reverse({ coordinates: point }),
      () => pk.search('monaco'), () => pk.search('monaco', { types: ['city'] }),
      () => pk.search('monaco', { types: ['city', 'country'] }), () => pk.search('monaco', { countries: [] }),
      () => pk.search('paris', { types: ['city', 'street'] }), () => pk.search('', {}),
      () => pk.search('monte carlo', { countries: ['mc'] }), () => pk.reverse({ maxResults: 42 }),
      () => pk.reverse({ types: ['city'], countries: ['mc'] }), () => pk.reverse({ countries: ['mc', 'li'], maxResults: 9 }),
      () => pk.reverse({ types: ['country'], maxResults: 42 }), () => pk.reverse({ countries: ['sx'] }),
    ];
    console.log(JSON.stringify(await Promise.all(calls.map(outcome))));`);
  assert.equal(official[1].answer.results[0].countrycode, 'li');
  for (const { refusal } of [official.at(-1), ours.at(-1)]) {
    assert.equal(refusal.errors[0].param, 'countries[0]');
    refusal.errors = [];
  }
  assert.deepEqual(ours, official);
});

test('keys that the server refuses are told in its words', async () => {
  const [official, ours] = await withBoth(`
    const [{ server, shards }, search] = [{ server: process.argv[3], shards: ['li'] }, (pk) => pk.search('vaduz')];
    const known = (key) => placekit(key, process.argv[2] === 'official' ? {} : { server, shards });
    const outcomes = [outcome(() => search(known('pk_bad'))), outcome(() => search(known('')))];
    console.log(JSON.stringify(await Promise.all(outcomes)));`);
  assert.deepEqual(
    official.map(({ refusal }) => refusal.status),
    [401, 412],
  );
  assert.deepEqual(ours, official);
});

test('refused options reject with the same plain object', async () => {
  const [official, ours] = await withBoth(`
    const pk = make();
    const wrong = [
      { maxResults: 42 }, { maxResults: 0 }, { maxResults: 'x' }, { coordinates: 'here' },
      { types: ['river'] }, { types: 'city' }, { countries: ['usa'] }, { countries: 'li' }, { countries: ['sx'], maxResults: 21 },
      { countries: ['li', 'sx'] },
    ];
    const calls = wrong.flatMap((opts) => [
      () => pk.search('vaduz', opts),
      () => pk.reverse({ coordinates: '47,9', ...opts }),
    ]);
    console.log(JSON.stringify(await Promise.all(calls.map(outcome))));`);
  for (const { refusal } of official) assert.equal(refusal?.status, 422);
  // The device has shards where the server has data; only this text says so.
  const unsupported = /^This country is not supported: .*/;
  for (const { refusal } of [...official, ...ours]) {
    for (const error of refusal.errors) {
      error.msg = error.msg.replace(unsupported, 'This country is not supported');
    }
  }
  assert.deepEqual(ours, official);
});

test('wrong arguments throw at once, with the same words', async () => {
  const [official, ours] = await withBoth(`
    const pk = make();
    const calls = [
      () => placekit(5), () => placekit('k', null), () => placekit('k', []),
      () => pk.search(5), () => pk.search('x', null), () => pk.search('x', []), () => pk.reverse(null),
      () => pk.configure(null), () => pk.configure('x'), () => pk.requestGeolocation(null),
      () => pk.requestGeolocation(), () => placekit.extend('x'),
      () => pk.patch.list([]), () => pk.patch.create({}, null), () => pk.patch.get(''),
      () => pk.patch.get('a', 5), () => pk.patch.update(), () => pk.patch.delete(),
      () => pk.patch.deleteLang('a'), () => pk.keys.create('root'), () => pk.keys.get(),
    ];
    console.log(JSON.stringify(await Promise.all(calls.map(outcome))));`);
  assert.ok(official.every(({ thrown, message }) => (thrown ?? message)?.startsWith('PlaceKit')));
  assert.deepEqual(ours, official);
});

test('options are read, changed and used in the same way, and extensions see the same client', async () => {
  const [official, ours] = await withBoth(`
    const seen = [];
    placekit.extend('note', (request, client) => (text) => request('POST', 'search', { query: text, ...client.options }));
    const pk = make({ maxResults: 2, countries: ['li'] });
    seen.push({ ...pk.options }, pk.hasGeolocation, Object.keys(pk).filter((name) => name !== 'geocoder').sort());
    seen.push(await pk.search('vaduz'), await pk.note('schaan'));
    pk.configure({ maxResults: 1, language: 'en', coordinates: '47.1,9.5' });
    seen.push({ ...pk.options }, await pk.search('vaduz'), await pk.search('vaduz', { maxResults: undefined }));
    pk.clearGeolocation();
    seen.push({ ...pk.options }, pk.hasGeolocation);
    placekit.extend('options', () => 1);
    seen.push(await outcome(() => make()));
    console.log(JSON.stringify(seen));`);
  assert.equal(official[3].resultsCount, 2);
  assert.deepEqual(ours, official);
});

test('a call that takes longer than its timeout is aborted in the same way', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const [official, ours] = await withBoth(
    `console.log(JSON.stringify(await outcome(() => make({ timeout: 20 }).search('vaduz'))));
    process.exit();`,
    `http://127.0.0.1:${silent.address().port}`,
  );
  silent.closeAllConnections();
  silent.close();
  assert.equal(official.name, 'AbortError');
  assert.deepEqual(ours, official);
});

test('patches and keys are passed to the server as the official client passes them', async () => {
  const requests = [];
  const recorder = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    // Without a language the official client writes the word "undefined" into the address.
    const path = url.replace('?language=undefined', '');
    const known = {
      key: headers['x-placekit-api-key'],
      type: headers['content-type'],
      forwarded: headers['x-forwarded-for'],
    };
    const seen = { method, path, body, ...known };
    requests.push(seen);
    const status = path.endsWith('/missing') ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? seen : { message: 'id could not be found' }));
  }).listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  const [official, ours] = await withBoth(
    `const pk = make();
    const record = { type: 'street', name: 'Rue Neuve', zipcode: ['98000'] };
    const { patch, keys } = pk;
    const calls = [
      () => patch.list(), () => patch.list({ status: 'pending', maxResults: 3 }),
      () => patch.create(record), () => patch.create(record, { status: 'approved', language: 'fr' }),
      () => patch.create({ name: 'X' }, {}, record), () => patch.get('a'), () => patch.get('a', 'fr'),
      () => patch.update('a', { name: 'Y' }, { language: 'de' }), () => patch.update('a'),
      () => patch.delete('a'), () => patch.deleteLang('a', 'fr'), () => patch.get('missing'),
      () => keys.list(), () => keys.create('public', { domains: ['*.example.org'] }),
      () => keys.create('private'), () => keys.get('k'), () => keys.update('k', { domains: [] }),
      () => keys.delete('k'), () => keys.get('missing'),
    ];
    const outcomes = [];
    for (const call of calls) outcomes.push(await outcome(call));
    console.log(JSON.stringify(outcomes));`,
    `http://127.0.0.1:${recorder.address().port}`,
  );
  recorder.closeAllConnections();
  recorder.close();
  assert.deepEqual(ours, official);
  assert.equal(requests.length, 2 * official.length);
});

test('without a server it says what is missing, and a given geocoder needs none', () => {
  project.write(
    'alone.mjs',
    `import { Geocoder } from 'hereabouts';
    import placekit from 'hereabouts/placekit';
    const alone = placekit('k');
    const refusals = await Promise.all(
      [alone.search('vaduz'), alone.keys.list()].map((call) => call.catch((error) => error.status)),
    );
    const [, , server, key] = process.argv;
    const response = await fetch(server + '/sync/v1/manifest', { headers: { 'x-placekit-api-key': key } });
    const { countries } = await response.json();
    const blob = await fetch(server + '/sync/v1/blobs/' + countries.li.base.sha256);
    const geocoder = Geocoder.fromShards([blob]);
    const given = placekit('k', { geocoder });
    const { results } = await given.search('vaduz', { maxResults: 1 });
    const here = await given.reverse({ types: ['country'], maxResults: 1 });
    // A country is known by its name in another language too.
    const iceland = await fetch(server + '/sync/v1/blobs/' + countries.is.base.sha256);
    await (await geocoder).insertShard(iceland);
    const there = await given.reverse({ types: ['country'], countries: ['IS'], maxResults: 1 });
    const same = (await given.geocoder()) === (await geocoder);
    console.log(JSON.stringify([refusals, results[0].name, here.results[0].countrycode, there.results[0].name, same]));`,
  );
  const printed = project.run(process.execPath, ['alone.mjs', server.origin, server.privateKey]);
  assert.deepEqual(JSON.parse(printed), [[503, 501], 'Vaduz', 'li', 'Ísland', true]);
});

test('shards that cannot be loaded reject each call, until they can', () => {
  project.write(
    'retry.mjs',
    `import placekit from 'hereabouts/placekit';
    const [, , server, key] = process.argv;
    const { fetch } = globalThis;
    let down = true;
    globalThis.fetch = (...call) => (down ? Promise.reject(new TypeError('down')) : fetch(...call));
    const pk = placekit(key, { server, countries: ['li'] });
    const failed = await pk.search('vaduz').catch(({ status, statusText }) => ({ status, statusText }));
    down = false;
    const { results } = await pk.search('vaduz', { maxResults: 1 });
    const refused = (options) => placekit(key, { server, ...options }).search('x').catch((e) => e);
    const partly = await refused({ countries: ['li', 'sx'] });
    const named = await refused({ shards: ['li', 'sx'] });
    const none = await refused({ countries: ['sx'] });
    globalThis.fetch = async () => Response.json({ format: 2, countries: {} });
    const newer = await refused({});
    console.log(JSON.stringify([failed, results[0].name, partly, named, none, newer]));`,
  );
  const printed = project.run(process.execPath, ['retry.mjs', server.origin, server.privateKey]);
  const [failed, name, partly, named, none, newer] = JSON.parse(printed);
  assert.deepEqual(failed, { status: 503, statusText: 'Service Unavailable' });
  assert.equal(name, 'Vaduz');
  assert.deepEqual([partly.status, partly.errors[0].param], [422, 'countries[1]']);
  assert.match(named.message, /offers no shard of: sx$/);
  assert.match(none.message, /offers no shard of: sx$/);
  assert.match(newer.message, /the server speaks format 2/);
});

test('the device’s position is asked for and used in the same way in pages', async () => {
  writePage(
    project,
    'position',
    `import official from '@placekit/client-js';
    import ours from 'hereabouts/placekit';
    window.run = async (which) => {
      const pk = which === 'official' ? official('k') : ours('k', {});
      const seen = [pk.options.language, await pk.requestGeolocation().then(
        ({ coords }) => [coords.latitude, pk.hasGeolocation, pk.options.coordinates],
        ({ message }) => [message, pk.hasGeolocation, pk.options.coordinates ?? null],
      )];
      pk.clearGeolocation();
      return [...seen, pk.hasGeolocation, 'coordinates' in pk.options];
    };`,
  );
  const host = await serveFolder(project.folder);
  const browser = await launchChromium();
  const geolocation = { latitude: 47.14, longitude: 9.52 };
  for (const permissions of [['geolocation'], []]) {
    const page = await browser.newPage({ geolocation, permissions, locale: 'de-LI' });
    await page.goto(`${host.url}/position.html`);
    const [official, here] = await page.evaluate(() =>
      Promise.all(['official', 'ours'].map((which) => window.run(which))),
    );
    assert.deepEqual(here, official);
    assert.equal(official[0], 'de');
    assert.equal(official[1][1], permissions.length > 0);
    await page.close();
  }
  await browser.close();
  host.close();
});

test('code that is typed for the official client takes this one', () => {
  project.write(
    'typed.ts',
    `import type { PKClient as Official, PKOptions, PKResult } from '@placekit/client-js';
    import placekit, { type PKClient, type PKError } from 'hereabouts/placekit';
    const options: PKOptions = { countries: ['li'], maxResults: 3, types: ['street', '-bus'] };
    const client: PKClient = placekit('k', { ...options, server: 'https://geo.example.org' });
    const search: Official['search'] = client.search;
    const reverse: Official['reverse'] = client.reverse;
    const keys: Official['keys'] = client.keys;
    export async function use(): Promise<PKResult[]> {
      const { results } = await search('x').catch(({ status, errors }: PKError) => {
        throw new Error(\`\${status} \${errors?.[0]?.msg}\`);
      });
      const [first] = results;
      if (first) await client.patch.create({ name: 'y' }, undefined, { ...first, precision: 'area' } as never);
      await keys.list();
      await client.requestGeolocation({ timeout: 5 });
      // @ts-expect-error no such option
      client.configure({ colour: 'red' });
      return (await reverse()).results;
    }`,
  );
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', ''];
  const modules = ['--lib', 'es2022,dom', '--module', 'esnext', '--moduleResolution', 'bundler'];
  project.run(join(root, 'node_modules/.bin/tsc'), [...flags, ...modules, 'typed.ts']);
});
