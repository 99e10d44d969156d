// Measures all contenders on one data set in one host, side by side in rounds.

import { contendersOf } from './contenders/index.mjs';
import { median, percentile } from './report/statistics.mjs';

const FIRST_ANSWERS = 7;
const ROUND_SLACK_MS = 60_000;

/**
 * @typedef {object} Plan
 * @property {import('./data/sets.mjs').DataSet} set
 * @property {Record<string, import('./query/generate.mjs').Query[]>} queries By kind.
 * @property {import('./query/judge.mjs').Judge} judge
 * @property {string} shardPath
 * @property {{path: string, count: number}} records All records of the set.
 * @property {{path: string, count: number}} sample For who cannot hold all.
 * @property {number} rounds
 * @property {number} limitMs What a contender gets for the queries of a kind in a round.
 * @property {number} buildLimitMs
 * @property {Map<string, {records: number, reason: string}>} failures Who could not hold all.
 * @property {Set<string>} [only] Contenders to measure; all when absent.
 * @property {(text: string) => void} log
 */

/** Returns what was measured of each contender. */
export async function measureSet(host, plan) {
  const contenders = contendersOf(host.name).filter(({ id }) => !plan.only || plan.only.has(id));
  const running = [];
  try {
    for (const contender of contenders) running.push(await openOne(host, contender, plan));
    const open = running.filter(({ session }) => session);
    for (let round = 0; round <= plan.rounds; round += 1) {
      for (const [kind, queries] of Object.entries(plan.queries)) {
        // Who comes first changes from round to round.
        const turn = round % open.length;
        for (const one of [...open.slice(turn), ...open.slice(0, turn)]) {
          await askRound(one, kind, queries, round, plan);
        }
      }
      plan.log(`${host.name} ${plan.set.id}: round ${round} of ${plan.rounds} done`);
    }
    for (const one of open) await close(one, plan);
  } finally {
    for (const { session } of running) await session?.close();
  }
  return running.map(({ report }) => report);
}

/** Opens a contender on all records, or on the sample when it cannot hold them. */
async function openOne(host, contender, plan) {
  const { id, does } = contender;
  const report = { id, does, kinds: {}, unanswered: [], failure: plan.failures.get(id) };
  // Who could not hold all records in one host is not asked to in the next.
  const attempts = report.failure ? [plan.sample] : [plan.records, plan.sample];
  for (const { path, count } of attempts) {
    const session = await host.start();
    try {
      const request = { id, recordsPath: path, shardPath: plan.shardPath };
      const { openMs, before, indexBytes } = await session.call('open', request, plan.buildLimitMs);
      const { bytes, wasmBytes } = await session.call('memory', {}, ROUND_SLACK_MS);
      const heapBytes = bytes === undefined ? undefined : bytes - before;
      Object.assign(report, { openMs, indexBytes, wasmBytes, heapBytes, records: count });
      plan.log(
        `${host.name} ${plan.set.id}: ${id} open with ${count} records, ${Math.round(openMs)} ms`,
      );
      const reopen = async () => {
        const again = await host.start();
        await again.call('open', request, plan.buildLimitMs);
        return again;
      };
      return { contender, report, session, reopen, times: new Map() };
    } catch (error) {
      plan.log(`${host.name} ${plan.set.id}: ${id} with ${count} records: ${error.message}`);
      report.failure = { records: count, reason: error.message };
      plan.failures.set(id, report.failure);
      await session.close();
      if (id.startsWith('hereabouts')) throw error;
    }
  }
  return { contender, report };
}

async function askRound(one, kind, queries, round, plan) {
  const { contender, session, times, report } = one;
  const asksReverse = kind === 'reverse';
  if (contender.does !== 'both' && asksReverse !== (contender.does === 'reverse')) return;
  // The first round warms up and is judged; its times are not counted.
  const keep = round === 0;
  const options = { queries, keep, limitMs: plan.limitMs };
  if (report.unanswered.some((known) => known.kind === kind)) return;
  let answered;
  try {
    answered = await session.call('ask', options, plan.limitMs + ROUND_SLACK_MS);
  } catch (error) {
    if (report.id.startsWith('hereabouts')) throw error;
    // One query may take it minutes: it is opened anew for the other kinds.
    plan.log(`${plan.set.id}: ${report.id} ${kind}: ${error.message}`);
    report.unanswered.push({ kind, reason: error.message });
    delete report.kinds[kind];
    times.delete(kind);
    await session.close();
    one.session = await one.reopen();
    return;
  }
  if (keep) {
    report.kinds[kind] = judged(answered.answers, queries, plan.judge);
    times.set(kind, []);
  } else {
    times.get(kind).push(answered.times);
  }
}

function judged(answers, queries, judge) {
  const places = answers.map((answer, at) => judge.firstRight(queries[at], answer));
  const share = (limit) => places.filter((at) => at >= 0 && at < limit).length / places.length;
  return { recall1: share(1), recall5: share(5), judged: places.length };
}

async function close({ contender, session, times, report }, plan) {
  for (const [kind, rounds] of times) {
    const count = Math.min(...rounds.map((round) => round.length));
    const perQuery = Array.from({ length: count }, (_, at) => median(rounds.map((of) => of[at])));
    Object.assign(report.kinds[kind], {
      queries: count,
      p50: percentile(perQuery, 0.5),
      p95: percentile(perQuery, 0.95),
      p99: percentile(perQuery, 0.99),
      times: perQuery.map((time) => Number(time.toFixed(4))),
    });
  }
  const after = await session.call('memory', {}, ROUND_SLACK_MS);
  report.wasmBytesAfter = after.wasmBytes;
  if (contender.id === 'hereabouts') {
    const request = {
      id: contender.id,
      shardPath: plan.shardPath,
      text: plan.queries.exact[0].text,
    };
    const all = [];
    for (let count = 0; count < FIRST_ANSWERS; count += 1) {
      all.push(await session.call('firstAnswer', request, ROUND_SLACK_MS));
    }
    report.firstAnswerMs = median(all);
  }
}
