// What a browser keeps: a static folder of shards followed in Chromium, over reloads, tabs and damage.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { baseOf, otherMonaco } from '../../geocoder-wasm/js/test/generations.mjs';
import { launchChromium } from './chromium.mjs';
import { makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const DEMO = join(root, 'demo-data');
const QUERY = 'Boulevard Princesse Charlotte';

let project;
let host;
let browser;
before(async () => {
  project = makeProject();
  mkdirSync(project.at('data/blobs'), { recursive: true });
  project.write('page.html', '<!doctype html><link rel="icon" href="data:,">');
  host = await serveFolder(project.folder);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  host?.close();
  project?.remove();
});

let version = 0;

/** Offers bases; what was offered before stays as blobs. */
function publish(bases) {
  const { countries } = JSON.parse(readFileSync(join(DEMO, 'manifest.json'), 'utf8'));
  const offered = Object.entries(bases).map(([code, { sha256, bytes, chunks }]) => {
    const base = { generation: sha256.slice(0, 16), sha256, size: bytes.length, chunks };
    writeFileSync(project.at(`data/blobs/${sha256}`), bytes);
    let offset = 0;
    for (const { sha256, size } of chunks) {
      writeFileSync(project.at(`data/blobs/${sha256}`), bytes.subarray(offset, offset + size));
      offset += size;
    }
    return [code, { ...countries[code], base: { ...countries[code].base, ...base } }];
  });
  version += 1;
  const manifest = { format: 1, epoch: '1', version, countries: Object.fromEntries(offered) };
  project.write('data/manifest.json', JSON.stringify(manifest));
}

const mc = baseOf('mc');
const li = baseOf('li');
const newMc = otherMonaco();
const blobs = () => host.requests.filter((path) => path.includes('/blobs/'));

/** Opens the page with a geocoder in it. */
async function openPage(context, storage, countries = ['mc']) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${host.url}/page.html`);
  await page.evaluate(
    async ({ storage, countries }) => {
      const { Geocoder } = await import('/node_modules/hereabouts/dist/index.js');
      const server = '/data/manifest.json';
      const options = { server, storage, countries, updates: 'manual' };
      window.geocoder = await Geocoder.open(options);
      window.told = [];
      window.geocoder.on('update', ({ action }) => window.told.push(action));
    },
    { storage, countries },
  );
  return page;
}

const search = (page) =>
  page.evaluate(async (query) => (await window.geocoder.search(query)).results[0]?.name, QUERY);
const sync = (page) =>
  page.evaluate(async () => {
    const { countries } = await window.geocoder.sync();
    return countries.map(({ action, generation, error }) => error?.code ?? [action, generation]);
  });
const kept = (page) => page.evaluate(() => window.geocoder.storage());

for (const storage of ['opfs', 'indexeddb', 'auto']) {
  describe(`with storage ${storage}`, () => {
    let context;
    beforeEach(async () => {
      await context?.close();
      context = await browser.newContext();
      publish({ mc, li });
      host.requests.length = 0;
    });
    after(() => context?.close());

    test('countries outlive the page, are replaced and removed', async () => {
      let page = await openPage(context, storage);
      assert.equal(await search(page), QUERY);
      await page.close();
      host.requests.length = 0;
      page = await openPage(context, storage);
      assert.equal(await search(page), QUERY);
      assert.deepEqual(blobs(), []);
      publish({ mc: newMc, li });
      assert.deepEqual(await sync(page), [['base', newMc.sha256.slice(0, 16)]]);
      assert.ok(blobs().length < newMc.chunks.length, 'what was there was fetched again');
      const { kind, usedBytes, quotaBytes, countries } = await kept(page);
      assert.equal(kind, storage === 'auto' ? 'opfs' : storage);
      assert.ok(quotaBytes > usedBytes);
      assert.ok(usedBytes > mc.bytes.length + newMc.bytes.length, 'the former base is kept');
      assert.equal(countries[0].baseBytes, newMc.bytes.length);
      await page.close();
      page = await openPage(context, storage);
      await sync(page);
      assert.ok((await kept(page)).usedBytes < mc.bytes.length + newMc.bytes.length);
      assert.equal(await page.evaluate(() => window.geocoder.removeCountry('mc')), true);
      assert.equal(await search(page), undefined);
      assert.ok((await kept(page)).usedBytes < 1000);
      await page.close();
    });

    test('two tabs download once, and the second hears of what the first does', async () => {
      const pages = await Promise.all([openPage(context, storage), openPage(context, storage)]);
      const once = blobs();
      assert.deepEqual([...new Set(once)], once);
      const [first, second] = pages;
      publish({ mc: newMc, li });
      await sync(first);
      await second.waitForFunction(() => window.told.includes('base'));
      assert.deepEqual(await sync(second), [['none', newMc.sha256.slice(0, 16)]]);
      await first.evaluate(() => window.geocoder.addCountry('li'));
      await second.waitForFunction(() => window.told.length === 2);
      const names = await second.evaluate(async () => (await window.geocoder.countries()).length);
      assert.equal(names, 2);
    });

    test('a proposal outlives the page', async () => {
      let page = await openPage(context, storage);
      const update = { name: QUERY };
      await page.evaluate((update) => window.geocoder.propose({ update }), update);
      await page.close();
      page = await openPage(context, storage);
      const [proposal] = await page.evaluate(() => window.geocoder.proposals());
      assert.deepEqual([proposal.outcome, proposal.update], ['queued', update]);
    });
  });
}

test('what the browser cleared, cut or spoilt is fetched again', async () => {
  const context = await browser.newContext();
  publish({ mc });
  let page = await openPage(context, 'opfs');
  const name = `base-${mc.sha256}`;
  for (const harm of ['removed', 'cut', 'spoilt']) {
    await page.evaluate(
      async ({ name, harm }) => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(
          'hereabouts',
        );
        if (harm === 'removed') return folder.removeEntry(name);
        const writable = await (await folder.getFileHandle(name)).createWritable({
          keepExistingData: true,
        });
        if (harm === 'cut') await writable.truncate(5000);
        else await writable.write({ type: 'write', position: 9000, data: new Uint8Array(16) });
        await writable.close();
      },
      { name, harm },
    );
    await page.close();
    host.requests.length = 0;
    page = await openPage(context, 'opfs');
    assert.equal(await search(page), QUERY, harm);
    assert.equal(blobs().length > 0, true, harm);
    assert.deepEqual(await sync(page), [['none', mc.sha256.slice(0, 16)]]);
  }
  await context.close();
});

test('a browser without locks and channels keeps countries all the same', async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'locks', { value: undefined });
    delete globalThis.BroadcastChannel;
  });
  publish({ mc });
  const first = await openPage(context, 'auto');
  publish({ mc: newMc });
  const second = await openPage(context, 'auto');
  assert.deepEqual(await sync(first), [['base', newMc.sha256.slice(0, 16)]]);
  assert.deepEqual(await sync(second), [['none', newMc.sha256.slice(0, 16)]]);
  assert.equal(await search(second), QUERY);
  assert.equal(typeof (await first.evaluate(() => window.geocoder.persist())), 'boolean');
  await context.close();
});

test('without room the country answers for this visit', async () => {
  const context = await browser.newContext();
  publish({ mc });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: host.url, quotaSize: 4000 });
  await page.goto(`${host.url}/page.html`);
  const told = await page.evaluate(async () => {
    const { Geocoder } = await import('/node_modules/hereabouts/dist/index.js');
    const options = { server: '/data/manifest.json', countries: ['mc'], updates: 'manual' };
    const geocoder = await Geocoder.open(options);
    const { countries } = await geocoder.sync();
    const { resultsCount } = await geocoder.search('Monaco');
    return { action: countries[0].action, found: resultsCount > 0 };
  });
  assert.deepEqual(told, { action: 'none', found: true });
  await context.close();
});
