// What people correct, before and after, on the server, on a device in Node and on one in Chromium:
// all three answer the same.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Browser, withProfile } from './harness/browser.mjs';
import { NodeKit, TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const { office, proxy, close } = await startProxied({ demoCountries: ['li', 'zz'] });
/** Cities are looked for in all countries. */
const WORLDWIDE = { countries: undefined, types: ['city'] };
after(close);

/** First result of a search in the office. */
async function find(query, options) {
  const [first] = await office.search(query, options);
  assert.ok(first, query);
  return first;
}

const nameAndPlace = ([first]) => first && `${first.name}, ${first.city} (${first.precision})`;

/** Each correction, how it is made, and what a question answers before and after. */
const CORRECTIONS = [
  {
    what: 'a house number is fixed',
    async make() {
      const house = await find('Städtle 43 Vaduz');
      const street = { ...house.street, number: '143', suffix: '' };
      await office.correct(house, { street });
    },
    expect: [
      ['Städtle 43 Vaduz', 'Städtle 43, Vaduz (exact)', /^(?!Städtle 43, Vaduz \(exact\))/],
      ['Städtle 143 Vaduz', 'Städtle, Vaduz (street)', 'Städtle 143, Vaduz (exact)'],
    ],
  },
  {
    what: 'a street is renamed',
    make: async () => office.correct(await find('Lettstrasse Vaduz'), { name: 'Quittenallee' }),
    expect: [
      ['Quittenallee', undefined, 'Quittenallee, Vaduz (street)'],
      ['Lettstrasse Vaduz', 'Lettstrasse, Vaduz (street)', /^(?!Lettstrasse, Vaduz \(street\))/],
    ],
  },
  {
    what: 'a street is added in a village',
    make: () =>
      office.add({
        type: 'street',
        name: 'Mispelgasse',
        city: 'Nendeln',
        zipcode: ['9485'],
        coordinates: '47.1985,9.5441',
      }),
    expect: [['Mispelgasse Nendeln', /^Nendeln/, 'Mispelgasse, Nendeln (street)']],
  },
  {
    what: 'a wrong place is deleted',
    make: async () => office.correct(await find('Postmuseum Vaduz'), undefined, { remove: true }),
    expect: [['Postmuseum Vaduz', 'Postmuseum, Vaduz (exact)', /^(?!Postmuseum,)/]],
  },
  {
    what: 'a French translation is added',
    make: async () =>
      office.correct(
        await find('Postmuseum Vaduz'),
        { name: 'Musée de la poste' },
        { language: 'fr' },
      ),
    options: { language: 'fr' },
    expect: [['Postmuseum Vaduz', 'Postmuseum, Vaduz (exact)', 'Musée de la poste, Vaduz (exact)']],
  },
  {
    what: 'a city that only the world has is renamed',
    async make() {
      const nairobi = await find('Nairobi', WORLDWIDE);
      assert.equal(nairobi.countrycode, 'ke');
      await office.correct(nairobi, { name: 'Quittenstadt' });
    },
    options: WORLDWIDE,
    expect: [
      ['Quittenstadt', undefined, 'Quittenstadt, Quittenstadt (area)'],
      ['Nairobi', 'Nairobi, Nairobi (area)', /^(?!Nairobi, Nairobi)/],
    ],
  },
  {
    what: 'a town is added where only the world knows the country',
    make: () =>
      office.add({
        type: 'city',
        name: 'Mispelhausen',
        city: 'Mispelhausen',
        country: 'Austria',
        countrycode: 'at',
        zipcode: [],
        population: 900,
        coordinates: '47.3,9.7',
      }),
    options: WORLDWIDE,
    expect: [['Mispelhausen', undefined, 'Mispelhausen, Mispelhausen (area)']],
  },
];
// The museum is translated before it is deleted.
CORRECTIONS.push(...CORRECTIONS.splice(3, 1));

test('corrections are seen alike by server, Node and Chromium', async (t) => {
  await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const options = { apiKey: office.deviceKey, countries: ['li', 'zz'] };
      const nodeKit = await NodeKit.make({ server: proxy.origin, ...options });
      const tab = await browser.openTab(proxy.origin);
      const tabKit = new TabKit(tab, options);
      const inNode = await nodeKit.open(nodeKit.fresh());
      const inBrowser = await tabKit.open(tabKit.fresh());
      const assertSame = async (query, options, expected) => {
        const served = await office.search(query, options);
        const answer = nameAndPlace(served);
        if (expected instanceof RegExp) assert.match(answer ?? '', expected);
        else assert.equal(answer, expected);
        assert.deepEqual(await inNode.search(query, options), served);
        assert.deepEqual(await inBrowser.search(query, options), served);
      };
      for (const { what, make, options, expect } of CORRECTIONS) {
        await t.test(what, async () => {
          for (const [query, before] of expect) await assertSame(query, options, before);
          await make();
          await inNode.syncWatched('Vaduz');
          await inBrowser.syncWatched('Vaduz');
          for (const [query, , after] of expect) await assertSame(query, options, after);
        });
      }
      await inNode.close();
      assert.deepEqual(tab.faults, []);
    } finally {
      await browser.kill();
    }
  });
});
