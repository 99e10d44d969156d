// What a synchronisation transfers for 1, 100 and 1,000 corrections of Iceland, beside its shard.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { below, randomFrom } from '../harness/random.mjs';
import { Browser, withProfile } from './harness/browser.mjs';
import { TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

/** Corrections and the bytes that a synchronisation may take for them. */
const BARS = [
  [1, 1000],
  [100, 10_000],
  [1000, 80_000],
];
const STREETS = ['Laugavegur', 'Hverfisgata', 'Skólavegur', 'Hafnargata', 'Aðalgata', 'Strandgata'];
const KINDS = ['Bakarí', 'Kaffihús', 'Safn', 'Gistiheimili', 'Bókabúð', 'Sundlaug'];

const { office, proxy, close } = await startProxied({ demoCountries: ['is'] });
after(close);

/** Corrections as people make them: most are of houses that are there, some are new places. */
async function correctionsOf(count, random) {
  const operations = [];
  const origins = new Set();
  while (operations.length < count) {
    const street = STREETS[below(random, STREETS.length)];
    const query = `${street} ${1 + below(random, 120)}`;
    const results = await office.search(query, { countries: ['is'], maxResults: 20 });
    for (const origin of results) {
      if (operations.length === count || origins.has(origin.coordinates)) continue;
      origins.add(origin.coordinates);
      const moved = (degrees) => (degrees + (random() - 0.5) / 2000).toFixed(5);
      const coordinates = `${moved(origin.lat)},${moved(origin.lng)}`;
      if (operations.length % 4 < 3 && origin.street?.number) {
        const update = { coordinates };
        operations.push({ method: 'upsert', origin, update, status: 'approved' });
      } else {
        const { city, country, countrycode, zipcode } = origin;
        const name = `${KINDS[below(random, KINDS.length)]} ${street} ${operations.length}`;
        const place = { city, country, countrycode, zipcode };
        const record = { name, ...place, population: 0, coordinates, type: 'tourism' };
        operations.push({ method: 'create', record, status: 'approved' });
      }
    }
  }
  return operations;
}

test('a synchronisation takes what changed and hardly more', async (t) => {
  const { base } = (await office.manifest()).countries.is;
  await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const tab = await browser.openTab(proxy.origin);
      const kit = new TabKit(tab, { apiKey: office.deviceKey });
      const device = await kit.open(kit.fresh(), { countries: ['is'] });
      const random = randomFrom(8);
      for (const [count, bar] of BARS) {
        const operations = await correctionsOf(count, random);
        await office.bulk(operations);
        proxy.begin();
        const before = proxy.transferredBytes;
        const report = await device.call('sync');
        const wire = proxy.transferredBytes - before;
        const body = proxy.exchanges.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
        assert.deepEqual(
          report.countries.map(({ error }) => error),
          [undefined],
        );
        assert.equal(report.countries[0].head, (await office.head('is')).head);
        t.diagnostic(
          `${count} corrections: ${body} bytes, ${wire} with headers both ways, in ` +
            `${proxy.exchanges.length} requests; the shard has ${base.size} (${base.size_br} with brotli)`,
        );
        assert.ok(body <= bar, `${count} corrections take ${body} bytes, over ${bar}`);
      }
      proxy.begin();
      const before = proxy.transferredBytes;
      await device.call('sync');
      t.diagnostic(`nothing new: ${proxy.transferredBytes - before} bytes with headers both ways`);
    } finally {
      await browser.kill();
    }
  });
});
