// Questions while the user types, over a geocoder that is told what to say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatestSearch } from 'hereabouts';

/** A geocoder whose answers wait until the test gives them. */
function heldGeocoder() {
  const asked = [];
  const search = (query) =>
    new Promise((resolve, reject) => {
      asked.push({ query, answer: () => resolve({ query }), fail: reject });
    });
  return { asked, search };
}

/** Lets everything run that waits for a settled promise. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function listener() {
  const heard = [];
  return {
    heard,
    answered: ({ query }) => heard.push(query),
    failed: (error) => heard.push(String(error)),
  };
}

test('only the newest question waits while one runs, and stale answers are dropped', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  for (const query of ['v', 'va', 'vad']) search.ask(query, {});
  await settle();
  assert.deepEqual(
    geocoder.asked.map(({ query }) => query),
    ['v'],
  );
  geocoder.asked[0].answer();
  await settle();
  assert.deepEqual(hears.heard, []);
  assert.deepEqual(
    geocoder.asked.map(({ query }) => query),
    ['v', 'vad'],
  );
  geocoder.asked[1].answer();
  await settle();
  assert.deepEqual(hears.heard, ['vad']);
});

test('a cancelled question is not answered', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  search.ask('vad', {});
  await settle();
  search.cancel();
  geocoder.asked[0].answer();
  await settle();
  assert.deepEqual(hears.heard, []);
});

test('a fault of the listener is reported and stops no later question', async (t) => {
  const geocoder = heldGeocoder();
  const reported = [];
  const later = globalThis.queueMicrotask;
  t.mock.method(globalThis, 'queueMicrotask', (run) =>
    later(() => {
      try {
        run();
      } catch (error) {
        reported.push(error.message);
      }
    }),
  );
  const fail = (what) => () => {
    throw new Error(what);
  };
  const search = new LatestSearch(geocoder, { answered: fail('answered'), failed: fail('failed') });
  for (const [number, settled] of ['answer', 'fail', 'answer'].entries()) {
    search.ask('vad', {});
    await settle();
    geocoder.asked[number][settled](new Error('broken'));
    await settle();
  }
  assert.deepEqual(reported, ['answered', 'failed', 'answered']);
});

test('a failure is told and later questions still run', async () => {
  const geocoder = heldGeocoder();
  const hears = listener();
  const search = new LatestSearch(geocoder, hears);
  search.ask('a', {});
  await settle();
  geocoder.asked[0].fail(new Error('broken'));
  await settle();
  search.ask('b', {});
  await settle();
  geocoder.asked[1].answer();
  await settle();
  assert.deepEqual(hears.heard, ['Error: broken', 'b']);
});
