// Synchronisation by the ready-made service worker in Chromium: who asks for it, and that nothing
// that was asked for is missed.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../harness/until.mjs';
import { ask, project, site, untilInPage, withSites } from './service-worker-site.mjs';

const TAG = 'hereabouts-sync';
const PLACE = {
  ...{ city: 'Vaduz', country: 'Liechtenstein', countrycode: 'li', type: 'street' },
  ...{ zipcode: ['9490'], population: 5696, coordinates: '47.1411, 9.5212' },
};

withSites();

/** Approves a street that no shard has. */
const approve = (name) =>
  site.server.call('POST', '/patch', { status: 'approved', record: { ...PLACE, name } });

/** Posts the message that asks for synchronisation. */
const post = async (tag) => (await navigator.serviceWorker.ready).active.postMessage(tag);

/** Gives what sends the events of browsers to the worker. */
async function devtoolsOf(page) {
  const devtools = await site.context.newCDPSession(page);
  const known = new Promise((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    }),
  );
  await devtools.send('ServiceWorker.enable');
  const event = { origin: site.origin, registrationId: await known, tag: TAG };
  return {
    sync: () => devtools.send('ServiceWorker.dispatchSyncEvent', { ...event, lastChance: false }),
    periodicSync: () => devtools.send('ServiceWorker.dispatchPeriodicSyncEvent', event),
  };
}

/** Whether the page finds a street first. */
async function finds(name) {
  const { results } = await window.pk.search(`${name} Vaduz`, { countries: ['li'] });
  return results[0]?.name === name;
}

test('corrections arrive by background sync, by periodic sync, and when the page asks', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
  const { sync, periodicSync } = await devtoolsOf(page);
  const triggers = [
    ['Hintergrundweg', sync],
    ['Wochenweg', periodicSync],
    ['Fragweg', () => page.evaluate(post, TAG)],
  ];
  for (const [name, trigger] of triggers) {
    await approve(name);
    const search = [['search', `${name} Vaduz`, { countries: ['li'], types: ['street'] }]];
    const [before] = await ask(page, search);
    assert.ok(!before.answer.results.some((result) => result.name === name), name);
    await trigger();
    await untilInPage(page, finds, name);
  }
});

test('what is asked for while a synchronisation is under way is not missed', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
  let asked = 0;
  let hold = () => {};
  const held = new Promise((resolve) => (hold = resolve));
  await site.context.route(`${site.server.origin}/sync/v1/heads*`, async (route) => {
    asked += 1;
    if (asked > 1) return route.continue();
    const stale = await route.fetch();
    await approve('Spätweg');
    await page.evaluate(post, TAG);
    await page.evaluate(post, TAG);
    hold();
    await route.fulfill({ response: stale });
  });
  await page.evaluate(post, TAG);
  await held;
  await untilInPage(page, finds, 'Spätweg');
  assert.equal(asked, 2, 'many that wait are one');
});

test('a proposal made offline is sent by background sync after its page was closed', async () => {
  for (const file of ['index.js', 'worker.js', 'service-worker.js', 'hereabouts.wasm']) {
    cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(`site/${file}`));
  }
  const apiKey = await site.server.createKey({
    permissions: ['geocode:search', 'sync:read', 'patches:propose'],
  });
  site.write(
    'proposal.js',
    `import { Geocoder } from './index.js';
    import { requestSync } from './service-worker.js';
    const options = { server: '${site.server.origin}', apiKey: '${apiKey}', countries: ['li'] };
    const geocoder = await Geocoder.open({ ...options, updates: 'manual' });
    window.propose = async (update) => {
      const { outcome } = await geocoder.propose({ update });
      await requestSync();
      return outcome;
    };`,
  );
  site.write('proposal.html', '<!doctype html><script type="module" src="proposal.js"></script>');
  const other = await site.open();
  await site.register(other, { countries: 'li', apiKey });
  const page = await site.open('proposal.html');
  await page.waitForFunction(() => window.propose);
  await site.context.setOffline(true);
  const outcome = await page.evaluate((update) => window.propose(update), {
    ...PLACE,
    name: 'Vorschlagsweg',
  });
  assert.equal(outcome, 'queued');
  const tags = await other.evaluate(async () =>
    (await navigator.serviceWorker.ready).sync.getTags(),
  );
  assert.deepEqual(tags, [TAG], 'the browser knows that there is something to send');
  await page.close();
  const { sync } = await devtoolsOf(other);
  await site.context.setOffline(false);
  await sync();
  const proposals = async () =>
    (await site.server.call('POST', '/patch/search', { query: 'Vorschlagsweg' })).results;
  await until(async () => (await proposals()).length > 0, 'a proposal arrives', { everyMs: 200 });
  const sent = await proposals();
  assert.deepEqual([sent.length, sent[0].name, sent[0].status], [1, 'Vorschlagsweg', 'pending']);
});
