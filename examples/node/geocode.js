// Addresses from standard input, one a line, to JSON lines with their coordinates.
//
//   node geocode.js SHARD... < addresses.txt > places.jsonl

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Geocoder } from 'hereabouts';

const shards = process.argv.slice(2);
if (shards.length === 0) {
  console.error('usage: node geocode.js SHARD... < addresses.txt');
  process.exit(2);
}
const geocoder = await Geocoder.fromShards(await Promise.all(shards.map((path) => readFile(path))));

for await (const address of createInterface({ input: process.stdin })) {
  const { results } = await geocoder.search(address, { maxResults: 1 });
  const [best] = results;
  const place = best && {
    lat: best.lat,
    lng: best.lng,
    precision: best.precision,
    found: `${best.name}, ${best.city}`,
  };
  console.log(JSON.stringify({ address, ...place }));
}
geocoder.close();
