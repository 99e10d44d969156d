// Words for places: second lines, sizes, distances, links.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchResult } from 'hereabouts';
import { formatLink, parseLink } from '../src/link.js';
import { formatDistance, scaleBar } from '../src/map/scale.js';
import { formatBytes, iconOf, oneLine, secondLine, TYPE_GROUPS, typeLabel } from '../src/places.js';

const HOUSE: SearchResult = {
  name: '43 Städtle',
  highlight: '',
  city: 'Vaduz',
  county: '',
  administrative: 'Oberland',
  country: 'Liechtenstein',
  administrativecode: '',
  countrycode: 'li',
  countycode: '',
  citycode: '',
  zipcode: ['9490'],
  population: 5668,
  lat: 47.1392,
  lng: 9.5227,
  coordinates: '47.1392, 9.5227',
  type: 'street',
  street: { number: '43', suffix: '', name: 'Städtle' },
  precision: 'exact',
};

test('an address is told with postcode, city and country', () => {
  assert.equal(secondLine(HOUSE), '9490 Vaduz, Liechtenstein');
  assert.equal(oneLine(HOUSE), '43 Städtle, 9490 Vaduz, Liechtenstein');
  assert.equal(typeLabel(HOUSE), 'Address');
  assert.equal(iconOf(HOUSE), 'house');
});

test('a street with several postcodes is told without them', () => {
  assert.equal(secondLine({ ...HOUSE, zipcode: ['9490', '9494'] }), 'Vaduz, Liechtenstein');
});

test('a street without a house number is a street', () => {
  const street = { ...HOUSE, street: { number: '', suffix: '', name: 'Städtle' } };
  assert.equal(typeLabel(street), 'Street');
  assert.equal(iconOf(street), 'street');
});

test('areas are told by what they lie in, never by themselves', () => {
  const area = {
    ...HOUSE,
    ...{ name: 'Monaco', city: 'Monaco', county: '', administrative: '', country: 'Monaco' },
  };
  assert.equal(secondLine({ ...area, type: 'city', zipcode: ['98000'] }), '98000');
  assert.equal(secondLine({ ...area, type: 'country' }), '');
  assert.equal(secondLine({ ...HOUSE, name: 'Oberland', type: 'administrative' }), 'Liechtenstein');
});

test('the filter groups hold each of the ten types once', () => {
  const types = TYPE_GROUPS.flatMap((group) => group.types);
  assert.equal(types.length, 10);
  assert.equal(new Set(types).size, 10);
});

test('sizes are told in the unit that reads best', () => {
  assert.deepEqual([12, 1234, 180_499, 999_999, 12_345_678, 2.5e9].map(formatBytes), [
    '12 B',
    '1 kB',
    '180 kB',
    '1.0 MB',
    '12 MB',
    '2.5 GB',
  ]);
});

test('distances are told with no more digits than they deserve', () => {
  assert.deepEqual([0, 0.4, 12.4, 999.6, 1234, 12_345, 1_234_567].map(formatDistance), [
    '0 m',
    'less than 1 m',
    '12 m',
    '1 km',
    '1.2 km',
    '12 km',
    '1,235 km',
  ]);
});

test('the scale bar has a round length and fits', () => {
  assert.deepEqual(scaleBar(1, 110), { label: '100 m', widthPx: 100 });
  assert.deepEqual(scaleBar(9.9, 110), { label: '1 km', widthPx: 1000 / 9.9 });
});

test('a link names the place and is read back', () => {
  const hash = formatLink({ at: { lat: 47.139212, lon: 9.522713 }, query: 'Städtle 43, Vaduz' });
  assert.ok(hash.startsWith('#at=47.13921,9.52271&q='));
  assert.deepEqual(parseLink(hash), {
    at: { lat: 47.13921, lon: 9.52271 },
    query: 'Städtle 43, Vaduz',
  });
});

test('a hash that is no place is ignored', () => {
  for (const hash of ['', '#', '#at=', '#at=91,0', '#at=0,181', '#at=1;2', '#q=Vaduz', '#%']) {
    assert.equal(parseLink(hash), null, hash);
  }
});
