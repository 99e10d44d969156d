// Measures the built package in Node on the demo's shards: opening, searching, reversing.

import { readFileSync } from 'node:fs';
import { Geocoder } from '../dist/node.js';

const DATA = new URL('../../../demo-data/', import.meta.url);
const ROUNDS = 100;
const WARM_UP_ROUNDS = 20;
const QUERIES = {
  prefix: ['s', 'st', 'sta', 'landstr', 'boulevard des mou', 'rue gri'],
  address: [
    'städtle 43 vad',
    'dorfstrasse 24, triesen',
    'dorfstr 24 9495',
    '30 bd princesse charlotte',
  ],
  typo: ['heiligkreuz 25 vadz', 'hauptstrase balzers', 'princese charlotte 30', 'landesmuesum'],
};

const { countries } = JSON.parse(readFileSync(new URL('manifest.json', DATA), 'utf8'));
const shards = Object.values(countries).map(({ base }) =>
  readFileSync(new URL(`blobs/${base.sha256}`, DATA)),
);

await report('open and first answer', async () => {
  const opened = await Geocoder.fromShards(shards);
  await opened.search('landstrasse');
  opened.close();
});
const geocoder = await Geocoder.fromShards(shards);
for (const [kind, queries] of Object.entries(QUERIES)) {
  await report(`search, ${kind}`, ...queries.map((query) => () => geocoder.search(query)));
}
const boxes = (await geocoder.countries()).map(({ bbox }) => bbox);
const points = boxes.flatMap(([west, south, east, north]) =>
  [0.2, 0.35, 0.5, 0.65, 0.8].map(
    (part) => `${south + part * (north - south)},${west + part * (east - west)}`,
  ),
);
await report('reverse', ...points.map((coordinates) => () => geocoder.reverse({ coordinates })));
geocoder.close();

/** Times each of the calls in turn, many times, and prints percentiles over all. */
async function report(what, ...calls) {
  const times = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const call of calls) {
      const start = performance.now();
      await call();
      if (round >= WARM_UP_ROUNDS) times.push(performance.now() - start);
    }
  }
  times.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((part) => times[Math.floor(part * times.length)].toFixed(3));
  console.log(`${what}: p50 ${p50} ms, p99 ${p99} ms`);
}
