// Measures Hereabouts beside its peers and writes docs/BENCHMARKS.md; `make bench` runs it.
//
//   node run.mjs [--sets world,addresses] [--hosts node,chromium] [--contenders hereabouts,fuse]
//                [--rounds 3] [--queries 300] [--add] [--draft]
//
// --add keeps the sets that were measured before and are not now; --draft leaves the document alone.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { availableSets } from './data/sets.mjs';
import { buildShard, shardOf } from './data/shards.mjs';
import { readTable, sampleOf, writeRecords } from './data/table.mjs';
import { ChromiumHost } from './host/chromium.mjs';
import { NodeHost } from './host/node.mjs';
import { measureSet } from './measure-set.mjs';
import { generate } from './query/generate.mjs';
import { Judge } from './query/judge.mjs';
import { writeDocument } from './report/document.mjs';
import { engineSizes } from './report/engine-sizes.mjs';
import { machine } from './report/machine.mjs';
import { printTables } from './report/terminal.mjs';
import { TARGET } from './workspace.mjs';

const SEED = 20_240_229;
const SAMPLE = 200_000;
const LIMIT_MS = 1500;
const BUILD_LIMIT_MS = 180_000;
const RESULTS = join(TARGET, 'results.json');

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string' },
    hosts: { type: 'string', default: 'node,chromium' },
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    queries: { type: 'string', default: '300' },
    add: { type: 'boolean', default: false },
    draft: { type: 'boolean', default: false },
  },
});
const log = (text) => process.stderr.write(`${text}\n`);
const listed = (text) => (text === undefined ? undefined : new Set(text.split(',')));

mkdirSync(TARGET, { recursive: true });
const { sets, skipped } = availableSets();
// The bundled excerpts stand in for the whole files, where these are not all here.
const byDefault = sets.filter(({ build }) => build || skipped.length > 0).map(({ id }) => id);
const wanted = listed(options.sets) ?? new Set(byDefault);
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  engine: engineSizes(),
  settings: { seed: SEED, sample: SAMPLE, limitMs: LIMIT_MS, buildLimitMs: BUILD_LIMIT_MS },
  rounds: Number(options.rounds),
  queries: Number(options.queries),
  skipped,
  hosts: {},
  sets: [],
};
const before = options.add ? JSON.parse(readFileSync(RESULTS, 'utf8')) : { hosts: {}, sets: [] };
Object.assign(results.hosts, before.hosts);
const known = new Map(before.sets.map((report) => [report.id, report]));
for (const set of sets.filter(({ id }) => wanted.has(id))) {
  known.set(set.id, await measure(set));
  results.sets = sets.flatMap(({ id }) => known.get(id) ?? []);
  writeFileSync(RESULTS, JSON.stringify(results));
}
printTables(results);
if (!options.draft) writeDocument(results);

/** Prepares a data set and measures it in every host. */
async function measure(set) {
  log(`${set.id}: preparing`);
  await buildShard(set);
  const shard = shardOf(set);
  const table = await readTable(set);
  const queries = generate(set, table, results.queries, SEED);
  writeQueries(set, queries);
  const count = table.names.length;
  const records = { path: await writeRecords(set, table, table.names.keys()), count };
  const chosen = sampleOf(table, queries, SAMPLE);
  const sample = { path: await writeRecords(set, table, chosen, '.sample'), count: chosen.length };
  const plan = {
    ...{ set, queries, records, sample, log },
    ...{ judge: new Judge(table), shardPath: shard.path, only: listed(options.contenders) },
    ...{ rounds: results.rounds, limitMs: LIMIT_MS, buildLimitMs: BUILD_LIMIT_MS },
    failures: new Map(),
  };
  const { id, title, note } = set;
  const report = {
    id,
    title,
    note,
    records: count,
    shard: { ...shard, path: undefined },
    hosts: {},
  };
  for (const host of await hostsOf(listed(options.hosts))) {
    results.hosts[host.name] = host.title;
    try {
      report.hosts[host.name] = await measureSet(host, plan);
    } finally {
      await host.close();
    }
  }
  return report;
}

async function hostsOf(names) {
  const hosts = [];
  if (names.has('node')) hosts.push(new NodeHost());
  if (names.has('chromium')) hosts.push(await ChromiumHost.launch());
  return hosts;
}

/** Writes the queries for the native benches: kind, tab, text or point. */
function writeQueries(set, queries) {
  const lines = Object.entries(queries).flatMap(([kind, list]) =>
    list.map(({ text, point }) => `${kind}\t${text ?? point.join()}\n`),
  );
  writeFileSync(join(TARGET, `${set.id}.queries.tsv`), lines.join(''));
}
