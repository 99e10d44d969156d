// What the project wants to reach, beside what was measured.

import { ms, size } from './figures.mjs';
import { isTyping, ours, pooled } from './pooled.mjs';

const KB = 1000;

/** Returns rows of what, goal, figure and whether it is met; figures of the first host measured. */
export function goals({ engine, sets, hosts }) {
  const rows = [
    sizeGoal('engine (wasm), brotli', engine.wasm, 80 * KB),
    sizeGoal('client of the npm package (page and worker), brotli', engine.client, 15 * KB),
  ];
  for (const set of sets) {
    for (const host of Object.keys(set.hosts)) {
      rows.push(...setGoals(set, ours(set.hosts[host]), `${set.title}, ${hosts[host]}`));
    }
  }
  return rows;
}

function sizeGoal(what, { bytes, brotli }, limit) {
  const figure = `${size(brotli)} (${size(bytes)} raw)`;
  return { what, goal: size(limit), figure, met: brotli <= limit };
}

function setGoals(set, report, where) {
  if (!report) return [];
  // The goals are for a million records and more, and for all places of the world.
  const [p50Goal, p99Goal] = set.records > 1e6 ? [0.3, 4] : [0.05, 1];
  const typing = (part) => pooled(report, isTyping, part);
  const rows = [];
  if (set.records > 1e6 || set.id === 'world') {
    rows.push(
      timeGoal(`search p50 over prefixes, typos, several words: ${where}`, typing(0.5), p50Goal),
    );
    rows.push(timeGoal(`search p99 over the same: ${where}`, typing(0.99), p99Goal));
  }
  if (set.records > 1e6) {
    rows.push(timeGoal(`cached shard to first answer: ${where}`, report.firstAnswerMs, 50));
  }
  rows.push(timeGoal(`reverse p50: ${where}`, report.kinds.reverse?.p50, 0.02));
  return rows;
}

function timeGoal(what, value, limit) {
  return { what, goal: `${limit} ms`, figure: `${ms(value)} ms`, met: value <= limit };
}
