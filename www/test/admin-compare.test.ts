// What the admin pages say about a patch.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, distanceM, sides, summary } from '../src/admin/patches/compare.js';
import type { Patch, PlaceRecord } from '../src/admin/types.js';
import { hashOf, routeOf } from '../src/admin/view.js';

const HOUSE: PlaceRecord = {
  name: 'Städtle 43',
  type: 'street',
  street: { number: '43', suffix: '', name: 'Städtle' },
  zipcode: ['9490'],
  city: 'Vaduz',
  county: '',
  administrative: '',
  country: 'Liechtenstein',
  countrycode: 'li',
  population: 5229,
  lat: 47.13814,
  lng: 9.52271,
};

const patch = (change: Partial<Patch>): Patch => ({
  ...HOUSE,
  id: '60fbbd2ac335677a0cae6acd58d62577',
  status: 'pending',
  revision: 1,
  languages: [],
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  origin: HOUSE,
  ...change,
});

test('a correction is told by the fields that differ', () => {
  const corrected = patch({ zipcode: ['9491', '9492'], lat: 47.14 });
  assert.equal(summary(corrected), 'Correction: postcodes, coordinates');
  const { before, after } = sides(corrected);
  const changed = compare(before, after).filter(({ isChanged }) => isChanged);
  assert.deepEqual(
    changed.map((row) => [row.label, row.before, row.after]),
    [
      ['Postcodes', '9490', '9491, 9492'],
      ['Coordinates', '47.13814, 9.52271', '47.14, 9.52271'],
    ],
  );
});

test('fields that neither side has are left out', () => {
  const labels = compare(HOUSE, HOUSE).map(({ label }) => label);
  assert.ok(!labels.includes('County') && !labels.includes('Region'));
  assert.ok(labels.includes('Number'));
});

test('new records, removals and translations are told as such', () => {
  const { origin: _, ...added } = patch({});
  assert.equal(summary(added), 'New record');
  assert.equal(summary(patch({ remove: true })), 'Removal');
  assert.equal(sides(patch({ remove: true })).after, null);
  assert.equal(summary(patch({ languages: ['fr'] })), 'Translation');
  assert.equal(summary(patch({})), 'No difference');
});

test('a minute of latitude is a nautical mile', () => {
  const north = { ...HOUSE, lat: HOUSE.lat + 1 / 60 };
  assert.ok(Math.abs(distanceM(HOUSE, north) - 1853) < 1);
  assert.equal(distanceM(HOUSE, HOUSE), 0);
});

test('addresses of pages are read as they were written', () => {
  const hash = hashOf('patches', 'a/b', { query: 'Städtle & Au', status: '' });
  const { section, id, filters } = routeOf(hash);
  assert.deepEqual([section, id, [...filters]], ['patches', 'a/b', [['query', 'Städtle & Au']]]);
  assert.deepEqual(routeOf('#/keys/%E0').id, '');
  assert.equal(routeOf('').section, '');
});
