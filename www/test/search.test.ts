// Questions while the user types, and questions about a point, over a geocoder that is told what to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReverseOptions, SearchResponse, SearchResult } from 'hereabouts';
import { LatestSearch } from '../src/search.js';
import { whatsHere } from '../src/whats-here.js';

function response(query: string, results: SearchResult[] = []): SearchResponse {
  return { results, resultsCount: results.length, maxResults: 5, query };
}

/** A geocoder whose answers wait until the test gives them. */
function heldGeocoder() {
  const asked: { query: string; answer(): void; fail(error: Error): void }[] = [];
  const search = (query: string) =>
    new Promise<SearchResponse>((resolve, reject) => {
      asked.push({ query, answer: () => resolve(response(query)), fail: reject });
    });
  return { asked, search };
}

/** Lets everything run that waits for a settled promise. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function listener() {
  const heard: string[] = [];
  return {
    heard,
    answered: ({ query }: SearchResponse) => heard.push(query),
    failed: (error: unknown) => heard.push(String(error)),
  };
}

test('only the newest question waits while one runs, and stale answers are dropped', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  for (const query of ['v', 'va', 'vad']) search.ask(query, {});
  assert.deepEqual(
    geocoder.asked.map(({ query }) => query),
    ['v'],
  );
  geocoder.asked[0]?.answer();
  await settle();
  assert.deepEqual(hears.heard, []);
  assert.deepEqual(
    geocoder.asked.map(({ query }) => query),
    ['v', 'vad'],
  );
  geocoder.asked[1]?.answer();
  await settle();
  assert.deepEqual(hears.heard, ['vad']);
});

test('a cancelled question is not answered', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  search.ask('vad', {});
  search.cancel();
  geocoder.asked[0]?.answer();
  await settle();
  assert.deepEqual(hears.heard, []);
});

test('a failure is told and later questions still run', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  search.ask('a', {});
  geocoder.asked[0]?.fail(new Error('broken'));
  await settle();
  search.ask('b', {});
  geocoder.asked[1]?.answer();
  await settle();
  assert.deepEqual(hears.heard, ['Error: broken', 'b']);
});

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
