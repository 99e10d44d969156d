// One device, one journey, some faults: what it answered, what it stored, where it ended.

import assert from 'node:assert/strict';
import { below, randomFrom } from '../../harness/random.mjs';
import { isClean } from '../device/device.mjs';
import { faultAt, KINDS, randomFaults } from './faults.mjs';
import { assertStored } from './files.mjs';

/** Synchronisations without faults after which a device has to be where the server is. */
const ATTEMPTS = 3;
const RANDOM_SHARE = 0.2;

/**
 * Plays a journey with faults: one of each kind at each request, in an order from the seed, and
 * some runs with several faults each; `quota` runs, all of them when it is infinite.
 *
 * Returns how many runs there were, and how many requests the journey takes.
 */
export async function playFaults(setting, journey, { seed, quota }) {
  const requests = await countRequests(setting, journey);
  const single = [];
  for (let index = 0; index < requests; index += 1) {
    for (const kind of KINDS) single.push({ index, kind });
  }
  shuffle(single, randomFrom(seed));
  const total = Math.max(1, Number.isFinite(quota) ? quota : single.length / (1 - RANDOM_SHARE));
  const several = Math.ceil(total * RANDOM_SHARE);
  const runs = single.slice(0, Math.ceil(total) - several).map(({ index, kind }, at) => ({
    what: `${kind} at request ${index}`,
    faultOf: faultAt(index, kind, seed + at),
  }));
  while (runs.length < total) {
    const runSeed = seed + runs.length;
    const faultOf = randomFaults(runSeed, { probability: 0.35, last: 20 });
    runs.push({ what: `faults of seed ${runSeed}`, faultOf });
  }
  for (const { what, faultOf } of runs) {
    try {
      await play(setting, journey, faultOf);
    } catch (error) {
      error.message = `${journey.name}, ${what}: ${error.message}`;
      throw error;
    }
  }
  return { runs: runs.length, requests };
}

/** Requests of the journey when nothing goes wrong. */
async function countRequests(setting, journey) {
  await play(setting, journey, () => undefined);
  return setting.requests;
}

async function play(setting, journey, faultOf) {
  const { kit, proxy, witness, office } = setting;
  const files = await kit.copy(journey.files);
  let at = journey.from;
  let device;
  proxy.begin(faultOf);
  if (at === undefined) {
    device = await kit.open(files).catch(isGeocoderError);
    setting.requests = proxy.exchanges.length;
    if (!device) {
      proxy.begin();
      device = await kit.open(files);
    }
    at = witness.labelOf(JSON.stringify(await device.search(witness.question)));
    assert.equal(at, journey.to);
  } else {
    device = await kit.open(files);
    const outcome = await device.syncWatched(witness.question);
    setting.requests = proxy.exchanges.length;
    // What a cache said of before is old, not wrong.
    const wasMisled = proxy.exchanges.some(({ fault }) => fault === 'stale');
    at = witness.judge(outcome.answers, at, journey.to, wasMisled);
    if (isClean(outcome) && !wasMisled)
      assert.equal(at, journey.to, 'a clean report, an old state');
  }
  proxy.begin();
  at = await converge(device, witness, at, journey.to);
  await device.close();
  assertStored(await kit.describe(files), await office.head());
  proxy.offline = true;
  const restarted = await kit.open(files);
  const answer = JSON.stringify(await restarted.search(witness.question));
  assert.equal(witness.labelOf(answer), journey.to, 'after a start without a network');
  await restarted.close();
  proxy.offline = false;
  await kit.discard(files);
}

/**
 * Judges a start without a network: the state that answers is one end of the journey, and there is
 * none (no device either) only where there was none before. Closes the device.
 */
export async function startedAt(device, witness, { from, to }) {
  if (!device) {
    assert.equal(from, undefined, 'a device that had a state starts with one');
    return undefined;
  }
  const at = witness.labelOf(JSON.stringify(await device.search(witness.question)));
  assert.ok([from, to].includes(at), `started with ${at}`);
  await device.close();
  return at;
}

/** Synchronises until nothing fails; asserts that the device is then where the server is. */
export async function converge(device, witness, from, to) {
  let at = from;
  let outcome;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    outcome = await device.syncWatched(witness.question);
    at = witness.judge(outcome.answers, at, to);
    if (isClean(outcome)) break;
  }
  assert.ok(isClean(outcome), `still fails without faults: ${JSON.stringify(outcome)}`);
  assert.equal(at, to, `no fault, no error, and an old state: ${JSON.stringify(outcome.report)}`);
  return at;
}

function isGeocoderError(error) {
  // Errors of pages arrive as text with their name.
  assert.match(`${error.stack ?? error}`, /GeocoderError|AbortError/);
  return undefined;
}

function shuffle(list, random) {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = below(random, at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
}
