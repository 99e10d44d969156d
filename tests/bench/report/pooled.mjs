// What the goals are about: several kinds of queries together, ratios to the best peer.

import { percentile } from './statistics.mjs';

/** Fewer answers than this tell no recall and win no comparison. */
export const FEW = 10;

/** Percentile over the queries of all kinds that `wanted` says. */
export function pooled(report, wanted, part) {
  const kinds = Object.entries(report?.kinds ?? {}).filter(([kind]) => wanted(kind));
  return percentile(
    kinds.flatMap(([, { times }]) => times),
    part,
  );
}

/** The kinds that users type most: prefixes, typos, several words. */
export function isTyping(kind) {
  return kind.startsWith('prefix-') || kind === 'typo' || kind === 'tokens';
}

/** The engine's own report among those of a host. */
export function ours(reports) {
  return reports?.find(({ id }) => id === 'hereabouts');
}

/** The fastest peer at a kind that finds at least `share` of what we find there. */
export function bestPeer(reports, kind, share = 0) {
  const least = share * (ours(reports)?.kinds[kind]?.recall5 ?? 0);
  const peers = reports.filter(({ id, kinds }) => {
    const enough = kinds[kind]?.judged >= FEW && kinds[kind].recall5 >= least;
    return enough && !id.startsWith('hereabouts');
  });
  const byTime = peers.sort((a, b) => a.kinds[kind].p50 - b.kinds[kind].p50);
  return byTime[0];
}
