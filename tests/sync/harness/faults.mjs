// The faults of networks that the proxy plays, with what each of them needs to know from a seed.

import { below, oneOf, randomFrom } from '../../harness/random.mjs';

/**
 * What can happen to an exchange.
 *
 * - `drop-request`: the connection ends before the server hears of the request.
 * - `drop-answer`: the server has done what was asked, and nobody hears of it.
 * - `truncate`: the connection ends within the body.
 * - `shorten`: the body ends early, and looks complete.
 * - `stall`: the body stops for a while.
 * - `delay`: the answer comes late.
 * - `corrupt`: bits of the body are flipped.
 * - `garbage`: a page of a captive portal, with status 200.
 * - `duplicate`: the server gets the request twice.
 * - `stale`: an answer of before, as from a cache that does not ask again.
 * - `unavailable`, `failed`, `overloaded`: 503, 500 and 429, most with `Retry-After`.
 */
export const KINDS = [
  ...['drop-request', 'drop-answer', 'truncate', 'shorten', 'stall', 'delay', 'corrupt'],
  ...['garbage', 'duplicate', 'stale', 'unavailable', 'failed', 'overloaded'],
];

const STATUS = { unavailable: 503, failed: 500, overloaded: 429 };
const PORTAL = '<!doctype html><title>Welcome</title><p>Please accept our terms to go online.</p>';

/** Makes a fault of a kind; equal seeds make equal faults. */
export function makeFault(kind, seed) {
  const random = randomFrom(seed);
  return {
    kind,
    delayMs: 5 + below(random, 120),
    /** Where in the body it happens, from 0 to 1. */
    place: random(),
    /** How many bits are flipped. */
    flips: oneOf(random, [1, 1, 2, 16]),
    retryAfter: oneOf(random, ['0', '1', undefined]),
    random,
  };
}

/** Tells whether the server is asked at all. */
export function reachesServer({ kind }) {
  return kind !== 'drop-request' && kind !== 'garbage' && !STATUS[kind];
}

/** What is answered in place of the server. */
export function substitute({ kind, retryAfter }) {
  if (kind === 'garbage') {
    return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(PORTAL) };
  }
  const headers = { 'content-type': 'application/json' };
  if (retryAfter !== undefined) headers['retry-after'] = retryAfter;
  const body = Buffer.from('{"message":"the proxy of the test refuses"}');
  return { status: STATUS[kind], headers, body };
}

/** Flips bits of a body, in a copy. */
export function corrupt(body, { flips, random }) {
  const changed = Buffer.from(body);
  for (let flip = 0; changed.length > 0 && flip < flips; flip += 1) {
    changed[below(random, changed.length)] ^= 1 << below(random, 8);
  }
  return changed;
}

/** Draws faults for requests: each request has one with a probability, and none after a number. */
export function randomFaults(seed, { probability, last = Number.POSITIVE_INFINITY }) {
  const random = randomFrom(seed);
  return (index) => {
    const [happens, kind, faultSeed] = [random(), oneOf(random, KINDS), below(random, 2 ** 31)];
    return happens < probability && index < last ? makeFault(kind, faultSeed) : undefined;
  };
}

/** One fault at one request, everything else goes through. */
export function faultAt(index, kind, seed) {
  return (request) => (request === index ? makeFault(kind, seed) : undefined);
}
