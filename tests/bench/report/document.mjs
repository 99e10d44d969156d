// Writes docs/BENCHMARKS.md and its charts.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENDERS } from '../contenders/index.mjs';
import { REPOSITORY } from '../workspace.mjs';
import { latencyChart } from './chart.mjs';
import { count, ms, percent, ratio, size } from './figures.mjs';
import { goals } from './goals.mjs';
import { bestPeer, ours } from './pooled.mjs';
import { installedVersion } from './versions.mjs';

const DOCS = join(REPOSITORY, 'docs');
const CHARTS = join(DOCS, 'benchmarks');
/** A peer is compared when it finds nearly as much. */
const COMPARABLE = 0.9;

/** Writes the document and the charts of all sets. */
export function writeDocument(results) {
  rmSync(CHARTS, { recursive: true, force: true });
  mkdirSync(CHARTS, { recursive: true });
  const parts = [head(results), goalTable(results), contenderTable()];
  for (const set of results.sets) parts.push(setPart(set, results.hosts));
  writeFileSync(join(DOCS, 'BENCHMARKS.md'), `${parts.join('\n\n')}\n`);
}

function head({ date, machine, hosts, rounds, queries, settings, skipped }) {
  const lines = [
    '# Benchmarks',
    '',
    'Written by `make bench`; how it measures is in [tests/bench](../tests/bench/README.md).',
    '',
    `- Date: ${date}. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, load average ${machine.load} at the start.`,
    `- ${Object.values(hosts).join(', ')}, ${machine.rustc}.`,
    `- ${queries} queries of each kind from the source files, seed ${settings.seed}; a warm-up round and ${rounds} rounds in which all contenders take turns. A query's time is its median over the rounds; percentiles are over the queries.`,
    `- A contender has ${settings.limitMs / 1000} s for the queries of a kind in a round; who is slower answers fewer of them, which the tables tell.`,
    `- One process or page each, with a heap of 4 GB, and ${settings.buildLimitMs / 1000} s to build. Who needs more is measured on a sample of ${count(settings.sample)} records (marked *) that has the records asked for, so that it is easier than the whole.`,
    '- Peers index name and context and return numbers of records; Hereabouts also searches other names, and returns whole results with names, areas and highlights.',
    '- Right is, for prefixes, a result with a word that begins so; for reverse, the nearest record by its name, or what no record is nearer than; otherwise the place or address that the query was made from, by position (2 km for places, 100 m for addresses).',
    ...skipped.map((line) => `- Not measured: ${line}.`),
  ];
  return lines.join('\n');
}

function goalTable(results) {
  const rows = goals(results).map(({ what, goal, figure, met }) => [
    what,
    goal,
    figure,
    met ? 'yes' : 'no',
  ]);
  return `## Goals\n\n${table(['what', 'goal', 'measured', 'met'], rows)}`;
}

function contenderTable() {
  const rows = CONTENDERS.map((contender) => [
    contender.title,
    installedVersion(contender.package),
    contender.settings,
  ]);
  return `## Contenders\n\n${table(['contender', 'version', 'set up as its documentation says'], rows)}`;
}

function setPart(set, hosts) {
  const { bytes, brotli } = set.shard;
  const perRecord = (brotli / set.records).toFixed(1);
  const parts = [
    `## ${set.title}\n\n${set.note} ${count(set.records)} records; the shard has ${size(bytes)}, ${size(brotli)} with brotli (${perRecord} bytes a record).`,
  ];
  for (const [host, reports] of Object.entries(set.hosts)) {
    const chart = `${set.id}-${host}.svg`;
    writeFileSync(join(CHARTS, chart), latencyChart(set, hosts[host], reports));
    parts.push(`### ${set.title} in ${hosts[host]}`);
    parts.push(`![Latencies of ${set.title} in ${hosts[host]}](benchmarks/${chart})`);
    parts.push(openTable(set, reports));
    parts.push(ratioTable(reports));
    parts.push(
      `<details><summary>All figures</summary>\n\n${kindTable(set, reports)}\n\n</details>`,
    );
  }
  return parts.join('\n\n');
}

function openTable(set, reports) {
  const header = [
    '',
    'records',
    'open or build',
    'cached shard to first answer',
    'heap',
    'wasm memory',
    'after the queries',
    'index',
  ];
  const rows = reports.map((report) => [
    named(report, set),
    report.records ? count(report.records) : '–',
    `${ms(report.openMs)} ms`,
    report.firstAnswerMs ? `${ms(report.firstAnswerMs)} ms` : '–',
    report.heapBytes === undefined ? '–' : size(Math.max(0, report.heapBytes)),
    report.wasmBytes ? size(report.wasmBytes) : '–',
    report.wasmBytesAfter ? size(report.wasmBytesAfter) : '–',
    size(report.indexBytes),
  ]);
  const failures = reports.filter(({ failure }) => failure);
  const notes = failures.map(
    (report) =>
      `\\* ${titleOf(report)} with ${count(report.failure.records)} records: ${report.failure.reason}.`,
  );
  const unanswered = reports.flatMap((report) =>
    report.unanswered.map(({ kind, reason }) => `${titleOf(report)}, ${kind}: ${reason}.`),
  );
  return [table(header, rows), ...notes, ...unanswered].join('\n\n');
}

/** The fastest peer of each kind, and the fastest that finds nearly as much. */
function ratioTable(reports) {
  const own = ours(reports);
  const header = [
    'kind',
    'Hereabouts p50',
    'recall@1 / @5',
    'fastest peer',
    'ratio',
    'fastest peer of like recall',
    'ratio',
  ];
  const rows = Object.entries(own?.kinds ?? {}).map(([kind, figures]) => {
    const peerCells = [0, COMPARABLE].flatMap((share) => {
      const peer = bestPeer(reports, kind, share);
      if (!peer) return ['none', '–'];
      const { p50, recall1, recall5 } = peer.kinds[kind];
      const cell = `${titleOf(peer)}: ${ms(p50)} ms, ${percent(recall1)} / ${percent(recall5)}`;
      return [cell, ratio(p50, figures.p50)];
    });
    const recall = `${percent(figures.recall1)} / ${percent(figures.recall5)}`;
    return [kind, `${ms(figures.p50)} ms`, recall, ...peerCells];
  });
  return table(header, rows);
}

function kindTable(set, reports) {
  const header = [
    'kind',
    'contender',
    'queries',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'p50 to ours',
    'recall@1',
    'recall@5',
  ];
  const own = ours(reports);
  const kinds = [...new Set(reports.flatMap((report) => Object.keys(report.kinds)))];
  const rows = kinds.flatMap((kind) =>
    reports
      .filter((report) => report.kinds[kind])
      .map((report) => {
        const { queries, p50, p95, p99, recall1, recall5 } = report.kinds[kind];
        const times = ratio(p50, own?.kinds[kind]?.p50);
        const found = [percent(recall1), percent(recall5)];
        return [kind, named(report, set), queries, ms(p50), ms(p95), ms(p99), times, ...found];
      }),
  );
  return table(header, rows);
}

function titleOf({ id }) {
  return CONTENDERS.find((contender) => contender.id === id).title;
}

function named(report, set) {
  return report.records === set.records ? titleOf(report) : `${titleOf(report)}*`;
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
