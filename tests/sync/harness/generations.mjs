// Generations of Liechtenstein: the bundled extract with a few records of our own, which differ
// between generations as declared here. Each is built once.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { binary, REPOSITORY } from '../../harness/workspace.mjs';

/** Word that all records of these tests share, and that Liechtenstein has not. */
export const MARK = 'Zeugnis';

const FOLDER = `${REPOSITORY}target/sync-tests`;
const EXTRACT = `${REPOSITORY}tests/data/liechtenstein.osm.pbf`;

/**
 * Own records of a generation: one that names the generation, and two that later generations
 * move and drop.
 */
function recordsOf(number) {
  const place = (name, lat, lng) => ({ type: 'tourism', name, city: 'Vaduz', lat, lng });
  const records = [
    place(generationName(number), 47.139, 9.5227),
    place(`${MARK} Wanderer`, 47.14 + number / 1000, 9.523),
  ];
  if (number === 1) records.push(place(`${MARK} Gast`, 47.142, 9.521));
  return records;
}

/** Name of the record that only this generation has. */
export function generationName(number) {
  return `${MARK} Stand ${'ABCDEFGHIJ'[number]}`;
}

/** Builds a generation where it is not there yet; returns its folder. */
export function buildGeneration(number) {
  const lines = recordsOf(number)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
  const inputs = [readFileSync(binary('shard-builder')), readFileSync(EXTRACT), lines];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input);
  const folder = `${FOLDER}/${hash.digest('hex').slice(0, 16)}`;
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(`${fresh}/own.ndjson`, lines);
  writeFileSync(`${fresh}/build.toml`, buildFile());
  execFileSync(binary('shard-builder'), ['build', '--config', `${fresh}/build.toml`], {
    stdio: 'pipe',
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}

/** Folder of the shards of a generation, as any static host could serve it. */
export function shardsOf(number) {
  return `${buildGeneration(number)}/shards`;
}

function buildFile() {
  return `out = "shards"
[[country]]
code = "li"
share_alike = true
[[country.source]]
kind = "records"
path = "own.ndjson"
attribution = { source = "Tests", licence = "CC0-1.0", url = "https://example.org", notice = "" }
[[country.source]]
kind = "osm"
paths = [${JSON.stringify(EXTRACT)}]
`;
}
