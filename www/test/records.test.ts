// Finding the record of a shown place again, among others at the same point.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Geocoder, ReverseOptions, SearchResponse, SearchResult } from 'hereabouts';
import { inLanguage, sameAmong } from '../src/records.js';

/** A place at the one point of these tests. */
function place(name: string, more: Partial<SearchResult> = {}): SearchResult {
  const fields = { name, city: 'Vaduz', type: 'tourism', lat: 47.1, lng: 9.5, zipcode: ['9490'] };
  return { ...fields, coordinates: '47.1, 9.5', population: 0, ...more } as SearchResult;
}

/** Answers every question about a language with its places. */
function geocoder(places: Record<string, SearchResult[]>): Pick<Geocoder, 'reverse'> {
  return {
    reverse: async ({ language = 'local' }: ReverseOptions) =>
      ({ results: places[language] ?? [] }) as SearchResponse,
  };
}

test('of two records at one point the one with the name of the place is found', async () => {
  const answers = geocoder({ local: [place('Landakot I A'), place('Landakot I B')] });
  const found = await inLanguage(answers, place('Landakot I B'), undefined, undefined);
  assert.equal(found?.name, 'Landakot I B');
});

test('the same street in another city is another record', async () => {
  const answers = geocoder({ local: [place('Dorf', { city: 'Triesen' }), place('Dorf')] });
  const found = await inLanguage(answers, place('Dorf'), undefined, undefined);
  assert.equal(found?.city, 'Vaduz');
});

test('a translated record is told by its turn among those that differ in their names alone', async () => {
  const answers = geocoder({
    fr: [place('Tour'), place('Château de Vaduz'), place('Musée', { zipcode: ['9491'] })],
    local: [place('Museum', { zipcode: ['9491'] }), place('Turm'), place('Schloss Vaduz')],
  });
  const found = await inLanguage(answers, place('Château de Vaduz'), 'fr', undefined);
  assert.equal(found?.name, 'Schloss Vaduz');
});

test('where a language tells two records as one, nothing but the name tells which it is', async () => {
  const answers = geocoder({ fr: [place('Tour')], local: [place('Turm'), place('Tor')] });
  assert.equal(await inLanguage(answers, place('Tour'), 'fr', undefined), undefined);
});

test('a place that is alone at its point may have been renamed', () => {
  assert.equal(sameAmong([place('Neu')], place('Alt'))?.name, 'Neu');
  assert.equal(sameAmong([place('Neu'), place('Alt')], place('Alt'))?.name, 'Alt');
  assert.equal(sameAmong([place('Neu'), place('Anders')], place('Alt')), undefined);
});
