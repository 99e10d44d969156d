// Versions of the ready-made service worker in Chromium: how they are installed, and follow each
// other.

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { ask, project, site, untilInPage, withSites } from './service-worker-site.mjs';

withSites();

test('a new worker takes over with its own files, and answers from the same shards', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li', files: '/page.html,/page.js', version: '1' });
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
  await site.takeOver(page, { countries: 'li', files: '/page.html', version: '2' });
  await untilInPage(page, async () => (await caches.keys()).length === 2);
  const kinds = await page.evaluate(async () => (await caches.keys()).map((n) => n.split(' ')[0]));
  assert.deepEqual(kinds.sort(), ['hereabouts-engine', 'hereabouts-files']);
  await site.goOffline();
  const [{ answer }] = await ask(page, [['search', 'Städtle 43', { countries: ['li'] }]]);
  assert.equal(answer.results[0].name, 'Städtle 43');
  assert.deepEqual(await blobs(page), before);
});

test('the browser replaces a worker whose script changed', async () => {
  const page = await site.open();
  await site.register(page, { countries: 'li' });
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
  const page = await site.open();
  const failures = await page.evaluate(() => {
    const wrong = ['country=li', 'intervalS=soon', 'metered=yes', 'requireKey=1'];
    const urls = wrong.map((parameter) => `/hereabouts-sw.js?server=/geo/&${parameter}`);
    const refused = (url) => navigator.serviceWorker.register(url).then(String, (e) => e.name);
    return Promise.all(['/hereabouts-sw.js', ...urls].map(refused));
  });
  assert.deepEqual(failures, Array(5).fill('TypeError'));
});

test('a worker with the engine of another version is not installed', async () => {
  appendFileSync(project.at('site/hereabouts.wasm'), 'x');
  const page = await site.open();
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register('/hereabouts-sw.js?server=/geo/');
    const worker = registration.installing;
    return new Promise((resolve) => (worker.onstatechange = () => resolve(worker.state)));
  });
  assert.equal(state, 'redundant');
});
