// Counts the instructions of a query by kind with callgrind, and fails when a kind grew by more
// than a tenth or when hostile text costs more than ordinary text of its length.
//
//   node tests/bench/instructions.mjs            compare with instructions.json
//   node tests/bench/instructions.mjs --update   write the counts of this compiler there
//
// Counts depend on the engine, the compiler and the demo's shards, never on the machine's speed.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { BENCH, binary, DEMO_DATA, REPOSITORY, TARGET } from './workspace.mjs';

const GROWTH = 1.1;
const MEASURED = 'run_queries::answer_all';
const BUDGETS = join(BENCH, 'instructions.json');
const OUTPUT = join(TARGET, 'callgrind');

if (spawnSync('valgrind', ['--version']).error) {
  console.log('skipped: instructions are not counted, valgrind is missing (apt install valgrind)');
  process.exit();
}
const compiler = `${/[\d.]+/.exec(execFileSync('rustc', ['--version'], { encoding: 'utf8' }))[0]} ${arch()}`;
const { budgets, allowances } = JSON.parse(readFileSync(BUDGETS, 'utf8'));
const counts = countInstructions();
if (process.argv.includes('--update')) {
  const recorded = { budgets: { ...budgets, [compiler]: counts }, allowances };
  writeFileSync(BUDGETS, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log(`instructions.json has the counts of rustc ${compiler}`);
} else {
  const faults = [...grown(counts, budgets[compiler]), ...costlyHostile(counts)];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error('If that is worth it, say why in the commit and run `make callgrind-update`.');
    process.exitCode = 1;
  }
}

/** Returns the instructions a query, by country and kind. */
function countInstructions() {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  const output = join(OUTPUT, 'counts');
  const options = ['--tool=callgrind', `--toggle-collect=${MEASURED}`, `--dump-after=${MEASURED}`];
  const command = [
    ...[...options, `--callgrind-out-file=${output}`, binary('examples/run_queries')],
    ...[join(DEMO_DATA, 'manifest.json'), join(REPOSITORY, 'tests/corpus/bench.jsonl')],
  ];
  const told = execFileSync('valgrind', command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kinds = told.trim().split('\n');
  // Every kind has a dump of its own, in the order in which the kinds are told.
  return Object.fromEntries(
    kinds.map((line, at) => {
      const [kind, queries] = line.split('\t');
      const [, total] = /^totals: (\d+)$/m.exec(readFileSync(`${output}.${at + 1}`, 'utf8'));
      return [kind, Math.round(Number(total) / Number(queries))];
    }),
  );
}

function grown(counts, budget) {
  if (!budget) {
    console.log(`no budgets for rustc ${compiler}: run \`make callgrind-update\` to record these`);
  }
  return Object.entries(counts).flatMap(([kind, count]) => {
    const before = budget?.[kind];
    const change = before ? `${((count / before - 1) * 100).toFixed(1)} %` : 'new';
    console.log(
      `${kind.padEnd(34)}${count.toLocaleString('en').padStart(14)}${change.padStart(10)}`,
    );
    if (!before || count <= before * GROWTH) return [];
    return [`${kind}: ${count} instructions a query, the budget is ${before} and a tenth`];
  });
}

/**
 * Hostile text may cost what ordinary text of the same length may. What is above that is listed in
 * `allowances`, as a multiple of ordinary text, until it is below: then the entry must go.
 */
function costlyHostile(counts) {
  return Object.entries(counts).flatMap(([kind, count]) => {
    const [, country, length] = /^(\S+) hostile-.*-(\d+)$/.exec(kind) ?? [];
    if (!country) return [];
    const times = count / counts[`${country} ordinary-${length}`];
    const allowed = allowances[kind] ?? 1;
    if (times > allowed * GROWTH) {
      return [
        `${kind}: ${times.toFixed(1)} times ordinary text of that length, ${allowed} allowed`,
      ];
    }
    return allowed > 1 && times <= GROWTH ? [`${kind}: no allowance is needed any more`] : [];
  });
}
