// The tables on the terminal.

import { CONTENDERS } from '../contenders/index.mjs';
import { count, ms, percent, size } from './figures.mjs';

/** Prints a table for every data set and host. */
export function printTables({ sets, hosts, skipped }) {
  for (const set of sets) {
    for (const [host, reports] of Object.entries(set.hosts)) {
      print(`\n${set.title} (${count(set.records)} records), ${hosts[host]}`);
      print(set.note);
      for (const report of reports) printContender(report, set);
    }
  }
  for (const line of skipped) print(`skipped: ${line}`);
}

function printContender(report, set) {
  const { title } = CONTENDERS.find(({ id }) => id === report.id);
  const held = report.records === set.records ? '' : ` on ${count(report.records ?? 0)} records`;
  print(`\n  ${title}${held}: ${summary(report)}`);
  if (report.failure) {
    print(`    with ${count(report.failure.records)} records: ${report.failure.reason}`);
  }
  const columns = ['kind', 'queries', 'p50 ms', 'p95 ms', 'p99 ms', 'recall@1', 'recall@5'];
  print(row(columns));
  for (const [kind, { queries, p50, p95, p99, recall1, recall5 }] of Object.entries(report.kinds)) {
    print(row([kind, queries, ms(p50), ms(p95), ms(p99), percent(recall1), percent(recall5)]));
  }
}

function summary({ openMs, firstAnswerMs, heapBytes, wasmBytes, wasmBytesAfter, indexBytes }) {
  const parts = [`open ${ms(openMs)} ms`];
  if (firstAnswerMs) parts.push(`cached to first answer ${ms(firstAnswerMs)} ms`);
  if (heapBytes !== undefined) parts.push(`heap ${size(heapBytes)}`);
  if (wasmBytes) parts.push(`wasm memory ${size(wasmBytes)}, later ${size(wasmBytesAfter)}`);
  if (indexBytes) parts.push(`index ${size(indexBytes)}`);
  return parts.join(', ');
}

function row([first, ...others]) {
  return `    ${`${first}`.padEnd(10)}${others.map((cell) => `${cell ?? '–'}`.padStart(10)).join('')}`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
