// Searching, reversing and managing shards, in this thread and in a worker, with equal results.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Geocoder, GeocoderError } from 'hereabouts';
import { shardOf, withCode } from './shards.mjs';

const li = shardOf('li');
const mc = shardOf('mc');
const FIELDS = [
  ...['name', 'highlight', 'city', 'county', 'administrative', 'country', 'administrativecode'],
  ...['countrycode', 'countycode', 'citycode', 'zipcode', 'population', 'lat', 'lng'],
  ...['coordinates', 'type', 'street', 'precision'],
];

for (const worker of [false, true]) {
  describe(worker ? 'a geocoder in a worker' : 'a geocoder in this thread', () => {
    let geocoder;
    before(async () => {
      geocoder = await Geocoder.fromShards([li.bytes, mc.bytes.buffer], { worker });
    });
    after(() => geocoder.close());

    test('finds a house by an unfinished query and gives every field', async () => {
      const response = await geocoder.search('Städtle 43 Vad', { maxResults: 3 });
      assert.equal(response.query, 'Städtle 43 Vad');
      assert.equal(response.maxResults, 3);
      assert.equal(response.resultsCount, response.results.length);
      const [house] = response.results;
      assert.deepEqual(Object.keys(house), FIELDS);
      assert.equal(house.city, 'Vaduz');
      assert.equal(house.countrycode, 'li');
      assert.equal(house.precision, 'exact');
      assert.deepEqual(house.street, { number: '43', suffix: '', name: 'Städtle' });
      assert.ok(Array.isArray(house.zipcode));
      assert.match(house.coordinates, /^47\.\d+, 9\.\d+$/);
    });

    test('says what is at the coordinates of a result, nearest first, with distances', async () => {
      const found = await geocoder.search('Städtle 43 Vaduz');
      const coordinates = found.results[0].coordinates;
      const { results, query } = await geocoder.reverse({ coordinates, types: ['street'] });
      assert.equal(query, '');
      assert.equal(results[0].name, found.results[0].name);
      assert.ok(results[0].distance < 1, `${results[0].distance} m`);
      const distances = results.map(({ distance }) => distance);
      assert.deepEqual(
        distances,
        distances.toSorted((a, b) => a - b),
      );
    });

    test('keeps to the countries and types that are asked for', async () => {
      const inMonaco = await geocoder.search('rue', { countries: ['MC'], maxResults: 20 });
      assert.ok(inMonaco.resultsCount > 0);
      assert.ok(inMonaco.results.every(({ countrycode }) => countrycode === 'mc'));
      const cities = await geocoder.search('va', { types: ['city'] });
      assert.ok(cities.resultsCount > 0);
      assert.ok(cities.results.every(({ type }) => type === 'city'));
    });

    test('explains scores only when it is asked to', async () => {
      const plain = await geocoder.search('vaduz');
      assert.equal(plain.results[0].explain, undefined);
      const explained = await geocoder.search('vaduz', { explain: true });
      assert.equal(typeof explained.results[0].explain.score, 'number');
      assert.ok(explained.results[0].explain.terms.length > 0);
    });

    test('lists its countries with what must be said about their sources', async () => {
      const countries = await geocoder.countries();
      assert.deepEqual(
        countries.map(({ code }) => code),
        ['li', 'mc'],
      );
      const [first] = countries;
      assert.equal(first.sizeBytes, li.sizeBytes);
      assert.ok(first.records.street > 100 && first.records.house > 1000);
      assert.match(first.attribution[0].notice, /OpenStreetMap/);
      assert.equal(first.attribution[0].shareAlike, true);
      const [west, south, east, north] = first.bbox;
      assert.ok(west < 9.52 && 9.52 < east && south < 47.14 && 47.14 < north, `${first.bbox}`);
    });

    test('unloads and loads shards while it is open', async () => {
      assert.equal(await geocoder.removeShard('mc'), true);
      assert.equal(await geocoder.removeShard('mc'), false);
      assert.equal((await geocoder.search('rue grimaldi', { countries: ['mc'] })).resultsCount, 0);
      assert.equal((await geocoder.insertShard(mc.bytes, mc)).code, 'mc');
      assert.ok((await geocoder.search('rue grimaldi', { countries: ['mc'] })).resultsCount > 0);
    });

    test('refuses options that break their rules and names each of them', async () => {
      await assert.rejects(
        geocoder.search('x', { maxResults: 21, countries: ['li', 'xyz'], types: 'street' }),
        (error) => {
          assert.ok(error instanceof GeocoderError);
          assert.equal(error.code, 'invalid_options');
          assert.deepEqual(
            error.errors.map(({ param }) => param),
            ['countries[1]', 'types', 'maxResults'],
          );
          return true;
        },
      );
      await assert.rejects(geocoder.reverse({ coordinates: '91,0' }), withCode('invalid_options'));
      await assert.rejects(geocoder.reverse(), withCode('invalid_options'));
      await assert.rejects(geocoder.search(42), withCode('invalid_options'));
      await assert.rejects(geocoder.search('x'.repeat(100_000)), withCode('invalid_options'));
    });

    test('survives options of any kind', async () => {
      const cyclic = [];
      cyclic.push(cyclic);
      const odd = [cyclic, 1n, Symbol('s'), () => 1, new Map(), new Date(), NaN, [undefined], {}];
      for (const value of odd) {
        for (const option of ['countries', 'types', 'maxResults', 'coordinates']) {
          await assert.rejects(
            geocoder.search('x', { [option]: value }),
            withCode('invalid_options'),
          );
        }
      }
      assert.ok(
        (await geocoder.search('vaduz', { anything: cyclic, language: null })).resultsCount,
      );
    });

    test('reads lone surrogates as unknown characters', async () => {
      for (const query of ['\ud800', 'vaduz \udc00', '\udfff\ud800 städtle', 'va\ud83dduz']) {
        const response = await geocoder.search(query);
        assert.equal(response.query, query.toWellFormed?.() ?? response.query);
      }
      const response = await geocoder.search('vaduz', { language: '\ud800' });
      assert.ok(response.resultsCount > 0);
    });

    test('leaves nothing at a signal when it has answered, and fires none for it', async (t) => {
      const { signal } = new AbortController();
      const abort = t.mock.method(AbortController.prototype, 'abort');
      await geocoder.search('vaduz', { signal });
      assert.equal(abort.mock.callCount(), 0);
      assert.deepEqual(getEventListeners(signal, 'abort'), []);
    });

    test('stops waiting when its signal fires', async () => {
      await assert.rejects(
        geocoder.search('x', { signal: AbortSignal.abort() }),
        withCode('aborted'),
      );
      const controller = new AbortController();
      const call = geocoder.search('vaduz', { signal: controller.signal });
      controller.abort('changed my mind');
      await assert.rejects(call, (error) => {
        assert.equal(error.name, 'AbortError');
        assert.equal(error.cause, 'changed my mind');
        return withCode('aborted')(error);
      });
      assert.ok((await geocoder.search('vaduz')).resultsCount > 0);
    });
  });
}

test('a worker and this thread give the same answers', async () => {
  const geocoders = await Promise.all(
    [false, true].map((worker) => Geocoder.fromShards([li.bytes, mc.bytes], { worker })),
  );
  const queries = [
    'Heiligkreuz 25 Vadz',
    '30 bd princesse charlotte',
    'schaan bahnhof',
    '9495',
    '',
  ];
  for (const query of queries) {
    const [local, remote] = await Promise.all(
      geocoders.map((geocoder) => geocoder.search(query, { maxResults: 20, explain: true })),
    );
    assert.deepEqual(remote, local);
  }
  const [local, remote] = await Promise.all(
    geocoders.map((geocoder) => geocoder.reverse({ coordinates: '43.7384,7.4246' })),
  );
  assert.deepEqual(remote, local);
  for (const geocoder of geocoders) geocoder.close();
});
