// Questions about a point, over a geocoder that is told what to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReverseOptions, SearchResponse, SearchResult } from 'hereabouts';
import { whatsHere } from '../src/whats-here.js';

function response(query: string, results: SearchResult[] = []): SearchResponse {
  return { results, resultsCount: results.length, maxResults: 5, query };
}

/** A geocoder that answers each group of types with one place at a distance. */
function reverseAt(distances: { street: number; poi: number; area: number }) {
  const place = (name: string, distance: number) => ({ name, distance }) as SearchResult;
  return {
    reverse: async ({ types = [] }: ReverseOptions) => {
      if (types.includes('street')) return response('', [place('street', distances.street)]);
      if (types.includes('bus')) return response('', [place('poi', distances.poi)]);
      return response('', [place('area', distances.area)]);
    },
  };
}

test('a click names the nearest address, then what else is there', async () => {
  const geocoder = reverseAt({ street: 12, poi: 80, area: 0 });
  const { nearest, others } = await whatsHere(geocoder, { lat: 47, lon: 9 }, undefined);
  assert.equal(nearest?.name, 'street');
  assert.deepEqual(
    others.map(({ name }) => name),
    ['poi', 'area'],
  );
});

test('far from any address a click names the area, and nothing where all is far', async () => {
  const point = { lat: 47, lon: 9 };
  const area = await whatsHere(reverseAt({ street: 5000, poi: 5000, area: 0 }), point, 'de');
  assert.equal(area.nearest?.name, 'area');
  const none = await whatsHere(reverseAt({ street: 5e6, poi: 5e6, area: 5e6 }), point, 'de');
  assert.deepEqual(none, { nearest: null, others: [] });
});
