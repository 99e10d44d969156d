// The ready-made service worker in Chromium, under PlaceKit's own client: once online, then without
// any server or network, with the answers of the sync server.

import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { launchChromium } from './chromium.mjs';
import { makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const FILES = '/page.html,/page.js,/client/placekit.js,/client/placekit-lite.js';
const WAIT_MS = 15_000;
const ALL = 'is,li,mc,zz';

let project;
let browser;
let server;
let host;
let address;
let context;
before(async () => {
  project = makeProject();
  browser = await launchChromium(['--host-resolver-rules=MAP api.placekit.co ~NOTFOUND']);
});
after(async () => {
  await browser?.close();
  project?.remove();
});
beforeEach(async () => {
  server = await SyncServer.start({
    options: ['--rate-limit', '1000/1', '--default-country', 'li'],
  });
  mkdirSync(project.at('site'), { recursive: true });
  for (const file of ['hereabouts-sw.js', 'hereabouts.wasm']) {
    cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(`site/${file}`));
  }
  cpSync(join(root, 'node_modules/@placekit/client-js/dist'), project.at('site/client'), {
    recursive: true,
  });
  project.write(
    'site/page.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  project.write(
    'site/page.js',
    `import placekit from './client/placekit.js';
    window.pk = placekit('${server.privateKey}', { maxResults: 5, language: 'de' });
    window.outcome = (call) => call().then((answer) => ({ answer }), (refusal) => ({ refusal }));`,
  );
  const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:;
    connect-src 'self' https://api.placekit.co ${server.origin}`;
  host = await serveFolder(project.at('site'), policy.replace(/\s+/g, ' '));
  address = `${host.url}/page.html`;
  context = await browser.newContext();
});
afterEach(async () => {
  await context?.close();
  host?.close();
  await server?.stop();
});

/** Opens the page. */
async function openPage() {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(address);
  await page.waitForFunction(() => window.pk);
  return page;
}

/** Registers the worker and waits until it answers for the page and the countries are there. */
async function register(page, parameters) {
  await takeOver(page, parameters);
  await synchronised(page);
}

/** Registers the worker and waits until it answers for the page. */
async function takeOver(page, parameters) {
  const sources = { server: server.origin, apiKey: server.privateKey };
  const query = new URLSearchParams({ ...sources, ...parameters });
  await page.evaluate(async (url) => {
    const { serviceWorker } = navigator;
    const controlled = new Promise((resolve) => (serviceWorker.oncontrollerchange = resolve));
    await serviceWorker.register(url);
    await controlled;
  }, `/hereabouts-sw.js?${query}`);
}

/** Waits until something is true in the page. */
async function until(page, predicate, argument) {
  const deadline = Date.now() + WAIT_MS;
  while (!(await page.evaluate(predicate, argument))) {
    assert.ok(Date.now() < deadline, `not true within ${WAIT_MS} ms: ${predicate}`);
  }
}

/** Waits until the worker has synchronised, which it notes in a cache. */
const synchronised = (page) =>
  until(page, async () => (await caches.match('/hereabouts-synchronised')) !== undefined);

/** Takes away the server, the site's host and the network. */
async function goOffline() {
  await context.setOffline(true);
  host.close();
  await server.stop();
  host = server = undefined;
}

/** Calls the page's client, one call after the other; calls are a method and its arguments. */
const ask = (page, calls) =>
  page.evaluate(async (calls) => {
    const outcomes = [];
    for (const [method, ...args] of calls) {
      const [owner, name] = method.includes('.') ? method.split('.') : [undefined, method];
      const target = owner ? window.pk[owner] : window.pk;
      outcomes.push(await window.outcome(() => target[name](...args)));
    }
    return outcomes;
  }, calls);

/** Asks the sync server itself, with the bodies that the client makes of calls. */
const askServer = (calls) =>
  Promise.all(
    calls.map(async ([method, ...args]) => {
      const [query, options] = method === 'search' ? args : [undefined, args[0]];
      const body = { maxResults: 5, language: 'de', ...options, query };
      const response = await fetch(`${server.origin}/${method}`, {
        method: 'POST',
        headers: { 'x-placekit-api-key': server.privateKey },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (response.ok) return { answer };
      return { refusal: { status: response.status, statusText: response.statusText, ...answer } };
    }),
  );

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
  let page = await openPage();
  const [before] = await ask(page, [['search', 'vaduz']]);
  assert.ok(before.refusal, 'nobody answers for PlaceKit before the worker does');
  const parameters = { countries: ALL, defaultCountry: 'li', files: FILES };
  await register(page, parameters);
  const expected = await askServer(CALLS);
  assert.ok(expected.filter(({ answer }) => answer?.resultsCount > 0).length >= 10);
  assert.deepEqual(await ask(page, CALLS), expected);
  await page.close();
  await goOffline();
  page = await openPage();
  assert.deepEqual(await ask(page, CALLS), expected);
});

test('a worker that was ended answers again, without server and network', async () => {
  const page = await openPage();
  await register(page, { countries: 'li' });
  await goOffline();
  const devtools = await context.newCDPSession(page);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  const [{ answer }] = await ask(page, [['search', 'Städtle 43', { countries: ['li'] }]]);
  assert.equal(answer.results[0].name, 'Städtle 43');
});

test('patches and keys are passed to the server, whose changes the client can read', async () => {
  const page = await openPage();
  await register(page, { countries: 'li' });
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
  await goOffline();
  const outcomes = await ask(page, [
    ['patch.list'],
    ['search', 'Städtle 43', { countries: ['li'] }],
  ]);
  assert.match(outcomes[0].refusal.message, /server cannot be reached/);
  assert.equal(outcomes[1].answer.results[0].name, 'Städtle 43', 'the client was not given up');
});

test('what this device has no shard for is answered by the server, and offline refused', async () => {
  const page = await openPage();
  await register(page, { countries: 'li', defaultCountry: 'li' });
  const calls = [
    ['search', '30 bd princesse charlotte', { countries: ['mc'] }],
    ['search', 'vaduz', { countries: ['li', 'mc'] }],
    ['search', 'vaduz', { countries: ['sx'] }],
  ];
  const expected = await askServer(calls);
  assert.deepEqual(await ask(page, calls), expected);
  await goOffline();
  const [foreign, both, unknown, own] = await ask(page, [...calls, ['search', 'vaduz']]);
  for (const { refusal } of [foreign, both, unknown]) {
    assert.deepEqual([refusal.status, typeof refusal.message], [null, 'string']);
  }
  assert.equal(own.answer.results[0].city, 'Vaduz');
});

test('requests are answered by the server while the first download is under way', async () => {
  const page = await openPage();
  // Nothing of the device's own can come.
  await context.route(`${server.origin}/sync/**`, () => {});
  await takeOver(page, { countries: 'li' });
  const calls = [['search', 'Städtle 43', { countries: ['li'] }]];
  assert.deepEqual(await ask(page, calls), await askServer(calls));
});

test('keys are asked for when that is wanted', async () => {
  const page = await openPage();
  await register(page, { countries: 'li', requireKey: 'true' });
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
  const page = await openPage();
  await register(page, { countries: 'li' });
  const bodies = ['', '{}', '[]', 'null', '{', `{"query":"${'x'.repeat(70_000)}"}`, '{"query":7}'];
  const read = async (response) => {
    const { errors, results } = await response.json();
    return [response.status, errors?.map(({ param }) => param) ?? null, Array.isArray(results)];
  };
  const expected = [];
  for (const body of bodies) {
    const headers = { 'x-placekit-api-key': server.privateKey };
    expected.push(
      await read(await fetch(`${server.origin}/search`, { method: 'POST', headers, body })),
    );
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

/** Approves a street that no shard has. */
async function approve(name) {
  const response = await fetch(`${server.origin}/patch`, {
    method: 'POST',
    headers: { 'x-placekit-api-key': server.privateKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      status: 'approved',
      record: {
        ...{ name, city: 'Vaduz', country: 'Liechtenstein', countrycode: 'li', type: 'street' },
        ...{ zipcode: ['9490'], population: 5696, coordinates: '47.1411, 9.5212' },
      },
    }),
  });
  assert.equal(response.status, 200);
}

test('corrections arrive by background sync, by periodic sync, and when the page asks', async () => {
  const page = await openPage();
  await register(page, { countries: 'li' });
  const devtools = await context.newCDPSession(page);
  const known = new Promise((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    }),
  );
  await devtools.send('ServiceWorker.enable');
  const event = { origin: host.url, registrationId: await known, tag: 'hereabouts-sync' };
  const post = async () =>
    (await navigator.serviceWorker.ready).active.postMessage('hereabouts-sync');
  const triggers = [
    [
      'Hintergrundweg',
      () => devtools.send('ServiceWorker.dispatchSyncEvent', { ...event, lastChance: false }),
    ],
    ['Wochenweg', () => devtools.send('ServiceWorker.dispatchPeriodicSyncEvent', event)],
    ['Fragweg', () => page.evaluate(post)],
  ];
  for (const [name, trigger] of triggers) {
    await approve(name);
    const search = [['search', `${name} Vaduz`, { countries: ['li'], types: ['street'] }]];
    const [before] = await ask(page, search);
    assert.ok(!before.answer.results.some((result) => result.name === name), name);
    await trigger();
    await until(
      page,
      async (name) => {
        const { results } = await window.pk.search(`${name} Vaduz`, { countries: ['li'] });
        return results[0]?.name === name;
      },
      name,
    );
  }
});

test('a new worker takes over with its own files, and answers from the same shards', async () => {
  const page = await openPage();
  await register(page, { countries: 'li', files: '/page.html,/page.js', version: '1' });
  const blobs = (page) =>
    page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(
        'hereabouts',
      );
      const names = [];
      for await (const name of folder.keys()) names.push(name);
      return names.filter((name) => name.startsWith('base-'));
    });
  const before = await blobs(page);
  project.write('site/page.html', '<!doctype html><title>second</title>');
  await takeOver(page, { countries: 'li', files: '/page.html', version: '2' });
  await until(page, async () => (await caches.keys()).length === 2);
  const kinds = await page.evaluate(async () => (await caches.keys()).map((n) => n.split(' ')[0]));
  assert.deepEqual(kinds.sort(), ['hereabouts-engine', 'hereabouts-files']);
  await goOffline();
  const [{ answer }] = await ask(page, [['search', 'Städtle 43', { countries: ['li'] }]]);
  assert.equal(answer.results[0].name, 'Städtle 43');
  assert.deepEqual(await blobs(page), before);
});

test('the browser replaces a worker whose script changed', async () => {
  const page = await openPage();
  await register(page, { countries: 'li' });
  appendFileSync(project.at('site/hereabouts-sw.js'), '\n// Another version.');
  const [{ answer }] = await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const replaced = new Promise((resolve) => (serviceWorker.oncontrollerchange = resolve));
    await (await serviceWorker.ready).update();
    await replaced;
    return [{ answer: await window.pk.search('Städtle 43', { countries: ['li'] }) }];
  });
  assert.equal(answer.results[0].name, 'Städtle 43');
});

test('a worker that is told too little, or what it does not know, is not installed', async () => {
  const page = await openPage();
  const failures = await page.evaluate(() => {
    const urls = ['/hereabouts-sw.js', '/hereabouts-sw.js?server=/geo/&country=li'];
    const refused = (url) => navigator.serviceWorker.register(url).then(String, (e) => e.name);
    return Promise.all(urls.map(refused));
  });
  assert.deepEqual(failures, ['TypeError', 'TypeError']);
});

test('a worker with the engine of another version is not installed', async () => {
  appendFileSync(project.at('site/hereabouts.wasm'), 'x');
  const page = await openPage();
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register('/hereabouts-sw.js?server=/geo/');
    const worker = registration.installing;
    return new Promise((resolve) => (worker.onstatechange = () => resolve(worker.state)));
  });
  assert.equal(state, 'redundant');
});
