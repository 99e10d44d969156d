// Decides what brings a country from where it is to where the server is.

import type { Blob, Head, Offer, Segment } from './offers.js';
import type { Held } from './state.js';

/** Operations up to which changes are asked for right away, without looking for cheaper blobs. */
const FEW_OPERATIONS = 1000;
/** What an operation weighs in a comparison with blobs, whose size is known. */
const OPERATION_BYTES = 100;

/**
 * What is to be done: nothing; to note that the same state is at another position (`adopt`); to
 * take the corrections away (`bare`); to ask for changes; to choose among blobs (`far`); to forget
 * the position (`snapshot`); to fetch another base.
 */
export type Plan = 'none' | 'adopt' | 'bare' | 'changes' | 'far' | 'snapshot' | 'base';

/** Makes the plan of a country. */
export function planOf(held: Held | undefined, wanted: Head, epoch: string): Plan {
  if (held?.generation !== wanted.generation) return 'base';
  if (held.state === wanted.state) {
    return held.epoch === epoch && held.head === wanted.head ? 'none' : 'adopt';
  }
  if (wanted.state === null) return 'bare';
  const gap = wanted.head - held.head;
  if (held.state === null || held.epoch !== epoch || gap <= 0) return 'snapshot';
  return gap > FEW_OPERATIONS ? 'far' : 'changes';
}

/** Blobs that lead to a position, from which changes lead on. */
export interface Route {
  snapshot: Blob | null;
  segments: Segment[];
  /** Position after the blobs. */
  since: number;
}

/** Finds the cheapest route, from a position (nothing: from none at all). */
export function routeTo(offer: Offer, from: number | undefined): Route {
  const { snapshot, floor } = offer;
  const anew = along(offer, snapshot, snapshot?.seq ?? 0);
  if (from === undefined || from < floor) return anew;
  const onwards = along(offer, null, from);
  const cost = ({ snapshot, segments, since }: Route) =>
    [snapshot, ...segments].reduce((sum, blob) => sum + (blob?.size ?? 0), 0) +
    (offer.head - since) * OPERATION_BYTES;
  return cost(anew) < cost(onwards) ? anew : onwards;
}

/** Follows segments from a position for as long as there are any. */
function along(offer: Offer, snapshot: Route['snapshot'], from: number): Route {
  const segments: Segment[] = [];
  let since = from;
  for (;;) {
    const next = offer.segments.find(({ from, to }) => from <= since && since < to);
    if (!next) return { snapshot, segments, since };
    segments.push(next);
    since = next.to;
  }
}
