// Memory stays flat over many generated queries, hostile ones among them, once the caches of
// decoded blocks are full.
// HEREABOUTS_SOAK_QUERIES asks for more of them than a test run does.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { availableSets } from '../data/sets.mjs';
import { shardOf } from '../data/shards.mjs';
import { readTable } from '../data/table.mjs';
import { watchWasmMemory } from '../host/measure.mjs';
import { generate } from '../query/generate.mjs';

const QUERIES = Number(process.env.HEREABOUTS_SOAK_QUERIES ?? 5000);
const SEED = 13;
const QUERIES_PER_KIND = 100;
const WARM_UP_PASSES = 3;
// Blocks of other sizes take one another's place, which leaves gaps, but not many.
const GAP_BYTES = 1_000_000;
// What JavaScript strings can hold and no keyboard types: lone surrogates stand alone at the end.
const HOSTILE = [
  '\ud800',
  'a\udc00b\ud83d',
  'x'.repeat(10_000),
  '👩‍👩‍👧🏳️‍🌈'.repeat(500),
  'شارع الملك فهد '.repeat(600),
  'd\u200bo\u200cr\u200df\ufeff '.repeat(900),
  '\0a\0b'.repeat(2500),
  'a b c d e '.repeat(1000),
];

const wasmBytes = watchWasmMemory();
const { Geocoder } = await import('hereabouts');

test(`memory after ${QUERIES} queries is what it was when the caches were full`, async () => {
  const sets = availableSets().sets.filter(({ build }) => !build);
  const shards = sets.map((set) => readFileSync(shardOf(set).path));
  const asked = [];
  for (const set of sets) {
    const kinds = generate(set, await readTable(set), QUERIES_PER_KIND, SEED);
    asked.push(...Object.values(kinds).flat());
  }
  asked.push(...HOSTILE.map((text) => ({ text })));
  const geocoder = await Geocoder.fromShards(shards);
  const ask = async ({ text, point }) => {
    if (point) return geocoder.reverse({ coordinates: point.join() });
    return geocoder.search(text, { maxResults: 20 });
  };
  for (let pass = 0; pass < WARM_UP_PASSES; pass += 1) {
    for (const query of asked) await ask(query);
  }
  const before = wasmBytes();
  assert.ok(before > 1e6);
  for (let count = 0; count < QUERIES; count += 1) await ask(asked[count % asked.length]);
  const grown = wasmBytes() - before;
  assert.ok(grown <= GAP_BYTES, `${grown} bytes more than ${before}`);
  geocoder.close();
});
