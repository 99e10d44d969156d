// What is asked and what counts as right, on a handful of records.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from '../../harness/random.mjs';
import { fold, hasWordThatBegins } from '../query/fold.mjs';
import { generate } from '../query/generate.mjs';
import { Judge } from '../query/judge.mjs';
import { withTypo } from '../query/typo.mjs';
import { percentile } from '../report/statistics.mjs';

// Vaduz, Schaan, and Schaan's street twice.
const TABLE = {
  names: ['Vaduz', 'Schaan', 'Landstrasse 5', 'Landstrasse 7'],
  contexts: ['Liechtenstein', 'Liechtenstein', '9494 Schaan', '9494 Schaan'],
  streets: ['', '', 'Landstrasse', 'Landstrasse'],
  numbers: ['', '', '5', '7'],
  cities: ['', '', 'Schaan', 'Schaan'],
  countries: ['Liechtenstein', 'Liechtenstein', '', ''],
  alternates: ['Vadutz|Вадуц', '', '', ''],
  lats: [47.1415, 47.165, 47.1661, 47.1668],
  lons: [9.5215, 9.5087, 9.5101, 9.5096],
};

test('one seed asks the same queries, another seed others', () => {
  const queries = (seed) => generate({ id: 'x', kind: 'addresses' }, TABLE, 3, seed);
  assert.deepEqual(queries(1), queries(1));
  assert.notDeepEqual(queries(1).reverse, queries(2).reverse);
  assert.ok(queries(1).typo.every(({ text }) => !text.includes('landstrasse')));
});

test('a typo changes the longest word by one letter, and short words not at all', () => {
  const random = randomFrom(5);
  for (let count = 0; count < 200; count += 1) {
    const wrong = withTypo('am landweg 5', random);
    if (wrong === undefined) continue;
    assert.match(wrong, /^am .* 5$/);
    assert.ok(Math.abs(wrong.length - 'am landweg 5'.length) <= 1);
    assert.notEqual(wrong, 'am landweg 5');
  }
  assert.equal(withTypo('rue 5', random), undefined);
});

test('the judge takes answers by position, street, beginning and nearness', () => {
  const judge = new Judge(TABLE);
  const first = (query, ...answers) => judge.firstRight(query, answers);
  const house = { records: [2], toleranceM: 100 };
  assert.equal(first(house, { record: 0 }, { record: 3 }, { record: 2 }), 1, '87 m beside');
  assert.equal(first({ ...house, toleranceM: 20 }, { record: 3 }, { record: 2 }), 1);
  const street = { street: { name: 'Landstrasse', city: 'Schaan' } };
  assert.equal(first(street, { record: 1 }, { record: 3 }), 1);
  assert.equal(first({ prefix: 'вад' }, { record: 1 }, { record: 0 }), 1, 'by another name');
  assert.equal(first({ prefix: 'xq' }, { record: 0 }), -1);
  const point = { point: [47.1662, 9.5101] };
  assert.equal(first(point, { record: 3 }, { lat: 47.1661, lon: 9.5101 }), 1);
});

test('text is folded and percentiles are by the nearest rank', () => {
  assert.equal(fold("  L'Île-Øst, Straße "), 'l ile ost strasse');
  assert.ok(hasWordThatBegins('Rue de la Gare', 'gar') && !hasWordThatBegins('Rue', 'ue'));
  assert.ok(hasWordThatBegins('大阪府枚方市', '枚方'));
  assert.equal(percentile([4, 1, 3, 2], 0.5), 2);
  assert.equal(percentile([4, 1, 3, 2], 0.99), 4);
});
