// The data sets of the bench: where their sources are, and which shard holds the same records.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_DATA, DEMO_SOURCES, TARGET } from '../workspace.mjs';
import { danishAddresses, geonamesCities, icelandicAddresses, mixedRecords } from './sources.mjs';

const { HEREABOUTS_DATA, HEREABOUTS_PERF } = process.env;

/**
 * @typedef {object} DataSet
 * @property {string} id
 * @property {string} title
 * @property {string} note What must be said wherever a figure of the set is quoted.
 * @property {string} source The file that records and queries are read from.
 * @property {string} data Folder with the manifest and the shard.
 * @property {string} country Code of the shard.
 * @property {string} [build] Build file of the shard; the demo's shards are built by `make data`.
 * @property {'places' | 'addresses' | 'mixed'} kind Decides which queries are asked.
 * @property {(set: DataSet) => AsyncIterable<import('./sources.mjs').Row>} rows
 */

const admin1 = (folder) => join(folder, 'geonames/admin1.json.gz');

/** @type {DataSet[]} */
const BUNDLED = [
  {
    id: 'cities15000',
    title: 'World places of 15,000 inhabitants and more',
    note: 'Bundled excerpt of GeoNames.',
    source: join(DEMO_SOURCES, 'geonames/cities15000.txt.xz'),
    data: DEMO_DATA,
    country: 'zz',
    kind: 'places',
    rows: ({ source }) => geonamesCities(source, admin1(DEMO_SOURCES)),
  },
  {
    id: 'iceland',
    title: 'Addresses of Iceland',
    note: 'Official register; numbered and named addresses.',
    source: join(DEMO_SOURCES, 'iceland_addresses.csv.xz'),
    data: DEMO_DATA,
    country: 'is',
    kind: 'addresses',
    rows: ({ source }) => icelandicAddresses(source),
  },
];

/** @type {DataSet[]} */
const WHOLE = [
  {
    id: 'world',
    title: 'World places',
    note: 'All cities of GeoNames `cities500`.',
    source: join(HEREABOUTS_DATA ?? '', 'cities500-2023-03.txt.xz'),
    data: join(TARGET, 'world'),
    country: 'zz',
    build: 'world.toml',
    kind: 'places',
    rows: ({ source }) => geonamesCities(source, admin1(DEMO_SOURCES)),
  },
  {
    id: 'addresses',
    title: '1.4 M addresses',
    note: 'Danish street names and street positions are real (OpenStreetMap); house numbers and address points are synthetic.',
    source: join(HEREABOUTS_PERF ?? '', 'dk_addresses_semisynthetic.tsv.gz'),
    data: join(TARGET, 'addresses'),
    country: 'dk',
    build: 'addresses.toml',
    kind: 'addresses',
    rows: ({ source }) => danishAddresses(source),
  },
  {
    id: 'mixed',
    title: '1.43 M mixed records of the world',
    note: 'Real cities, streets, stops, stations, airports, addresses and named places.',
    source: join(HEREABOUTS_PERF ?? '', 'world_real_1m4.tsv.gz'),
    data: join(TARGET, 'mixed'),
    country: 'zz',
    build: 'mixed.toml',
    kind: 'mixed',
    rows: ({ source }) => mixedRecords(source),
  },
];

/** Returns the sets whose sources are here, and a line on each that is not. */
export function availableSets() {
  const here = WHOLE.filter(({ source }) => existsSync(source));
  const skipped = WHOLE.filter(({ source }) => !existsSync(source)).map(
    ({ title, kind }) =>
      `${title}: ${kind === 'places' ? 'HEREABOUTS_DATA' : 'HEREABOUTS_PERF'} does not name the folder of its file`,
  );
  return { sets: [...BUNDLED, ...here], skipped };
}
