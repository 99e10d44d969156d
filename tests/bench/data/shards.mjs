// Builds the shards of the data sets with the builder, which skips what did not change.

import { execFileSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BENCH, binary, TARGET } from '../workspace.mjs';
import { mixedRecords } from './sources.mjs';

const INPUTS = join(TARGET, 'inputs');
const TYPES = { city: 'city', town: 'city', stop: 'bus', station: 'train', airport: 'airport' };

/** Builds the shard of a set, unless it is the demo's or up to date. */
export async function buildShard(set) {
  if (!set.build) return;
  mkdirSync(INPUTS, { recursive: true });
  link('data', process.env.HEREABOUTS_DATA);
  link('perf', process.env.HEREABOUTS_PERF);
  if (set.kind === 'mixed') await writeMixedRecords(set.source, join(INPUTS, 'mixed.ndjson'));
  const config = join(BENCH, 'builds', set.build);
  execFileSync(binary('shard-builder'), ['build', '--config', config], { stdio: 'inherit' });
}

function link(name, folder) {
  const path = join(INPUTS, name);
  rmSync(path, { force: true });
  if (folder) symlinkSync(folder, path);
}

/** Path and sizes of the shard of a set. */
export function shardOf(set) {
  const manifest = JSON.parse(readFileSync(join(set.data, 'manifest.json'), 'utf8'));
  const { base } = manifest.countries[set.country];
  const path = join(set.data, 'blobs', base.sha256);
  return { path, bytes: base.size, brotli: base.size_br, records: base.records };
}

/** Writes the mixed file as own records of the builder, once. */
async function writeMixedRecords(source, path) {
  const isNewer = () => statSync(path).mtimeMs > statSync(source).mtimeMs;
  if (existsSync(path) && isNewer()) return;
  async function* text() {
    for await (const row of mixedRecords(source)) yield `${JSON.stringify(ownRecord(row))}\n`;
  }
  await pipeline(text, createWriteStream(path));
}

/** Returns a row in the shape of the builder's own records. */
function ownRecord({ kind, name, lat, lon, code, city, alternates }) {
  const common = { lat, lng: lon, countrycode: code, alternates };
  const type = TYPES[kind];
  // What the file puts a town into is larger than a city.
  if (type)
    return { type, name, ...common, ...(city && { [type === 'city' ? 'county' : 'city']: city }) };
  if (kind === 'placename') return { type: 'tourism', name, ...common };
  const [, zipcode, town] = /^(\d{3}) (.+)$/.exec(city) ?? [undefined, undefined, city];
  const [, street, number] = /^(.*\S) (\d+)$/.exec(name) ?? [undefined, name];
  const place = { ...(town && { city: town }), ...(zipcode && { zipcode }) };
  return {
    type: 'street',
    street: { name: street, ...(number && { number }) },
    ...common,
    ...place,
  };
}
