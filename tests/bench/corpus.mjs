// Writes tests/corpus/bench.jsonl: the queries of the native benches and of the instruction counts.
//
//   node tests/bench/corpus.mjs

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { availableSets } from './data/sets.mjs';
import { readTable } from './data/table.mjs';
import { generate } from './query/generate.mjs';
import { REPOSITORY } from './workspace.mjs';

const SEED = 7;
const QUERIES_PER_KIND = 30;

const lines = [];
for (const set of availableSets().sets.filter(({ build }) => !build)) {
  const kinds = generate(set, await readTable(set), QUERIES_PER_KIND, SEED);
  for (const [kind, queries] of Object.entries(kinds)) {
    for (const { text, point } of queries) {
      const request = point ? { coordinates: point.join() } : { query: text };
      lines.push(`${JSON.stringify({ country: set.country, kind, ...request })}\n`);
    }
  }
}
writeFileSync(join(REPOSITORY, 'tests/corpus/bench.jsonl'), lines.join(''));
