// What a correction says: only what was changed, in the shape of the API, and nothing that is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SearchResult } from 'hereabouts';
import {
  describeProposal,
  editableFields,
  isCorrectable,
  readUpdate,
} from '../src/corrections/fields.js';

const CITY: SearchResult = {
  name: 'Vaduz',
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
  population: 5229,
  lat: 47.1392862,
  lng: 9.5227962,
  coordinates: '47.1392862, 9.5227962',
  type: 'city',
  precision: 'area',
};
const HOUSE: SearchResult = {
  ...CITY,
  name: 'Städtle 43',
  type: 'street',
  street: { name: 'Städtle', number: '43', suffix: '' },
  precision: 'exact',
};

/** The form as it stands before anybody writes into it, with some values changed. */
function written(place: SearchResult, changed: Record<string, string>): Record<string, string> {
  const values = editableFields(place).map(({ name, value }) => [name, value]);
  return { ...Object.fromEntries(values), ...changed };
}

test('what is left as it was is not sent', () => {
  for (const place of [CITY, HOUSE]) {
    assert.deepEqual(readUpdate(place, written(place, {})), { update: {}, errors: [] });
  }
});

test('changed fields are sent in the types of the API', () => {
  const changed = {
    name: 'Vaduz-Dorf',
    zipcode: '9490, 9491',
    population: '5300',
    coordinates: '47.14 9.52',
  };
  assert.deepEqual(readUpdate(CITY, written(CITY, changed)).update, {
    name: 'Vaduz-Dorf',
    zipcode: ['9490', '9491'],
    population: 5300,
    coordinates: '47.14,9.52',
  });
  assert.deepEqual(readUpdate(CITY, written(CITY, { zipcode: '' })).update, { zipcode: [] });
});

test('a house is corrected as a house of its street', () => {
  const changed = { number: '45', suffix: 'a' };
  assert.deepEqual(readUpdate(HOUSE, written(HOUSE, changed)).update, {
    street: { name: 'Städtle', number: '45', suffix: 'a' },
  });
  const names = editableFields(HOUSE).map(({ name }) => name);
  assert.deepEqual(names, ['number', 'suffix', 'zipcode', 'coordinates']);
});

test('what the server would refuse is refused at its field', () => {
  const wrong = {
    name: '',
    city: '<b>',
    population: '-1',
    coordinates: '147.1, 9.5',
  };
  const { update, errors } = readUpdate(CITY, written(CITY, wrong));
  assert.deepEqual(update, {});
  assert.deepEqual(
    errors.map(({ path }) => path),
    ['name', 'city', 'population', 'coordinates'],
  );
});

test('countries are corrected by nobody, and only cities have inhabitants', () => {
  assert.equal(isCorrectable({ ...CITY, type: 'country' }), false);
  assert.equal(isCorrectable(CITY), true);
  const fields = editableFields({ ...CITY, type: 'tourism' });
  assert.ok(!fields.some(({ name }) => name === 'population'));
});

test('a suggestion is told by the fields that it changes', () => {
  assert.equal(describeProposal({ origin: CITY, remove: true }), 'Does not exist');
  const update = { administrative: 'Unterland', zipcode: [] };
  assert.equal(describeProposal({ origin: CITY, update }), 'Region, Postcodes');
  assert.equal(describeProposal({ origin: HOUSE, update: { street: {} } }), 'House number');
});
