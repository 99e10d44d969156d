// The ways from one state to the next that a device can go: a first download, changes, a snapshot
// after a long absence, another base, and a server that was restored from a backup.

import { MARK } from './generations.mjs';

/** Settings of the server under which a feed is compacted after a few operations. */
export const SMALL_COMPACTION = [
  ...['--sync-segment-operations', '8', '--sync-snapshot-operations', '16'],
  ...['--sync-keep-operations', '24'],
];

/** Number of journeys. */
export const JOURNEYS = 5;

/**
 * Leads a server from state to state, and stops at each; `files` are those of a device that was
 * synchronised at the state `from`.
 */
export async function* journeys(office, witness, kit) {
  const [first, second] = await office.addAll(named('Ader', 'Bach', 'Christ', 'Dorn', 'Esche'));
  await witness.note('first');
  const empty = kit.fresh();
  yield { name: 'install', from: undefined, to: 'first', files: empty };

  await (await kit.open(empty)).close();
  await office.addAll(named('Falke', 'Ginster'));
  await office.edit(first, { update: { name: `${MARK} Adler` } });
  await office.delete(second);
  await witness.note('changed');
  yield { name: 'changes', from: 'first', to: 'changed', files: empty };

  for (let round = 0; round < 60; round += 1) {
    await office.edit(first, { update: { coordinates: `47.15,${9.52 + round / 1e4}` } });
  }
  await office.addAll(named('Habicht'));
  await office.compacted();
  await witness.note('compacted');
  yield { name: 'snapshot', from: 'first', to: 'compacted', files: empty };

  await office.publish(2);
  await witness.note('rebased');
  yield { name: 'base', from: 'first', to: 'rebased', files: empty };

  const backup = await office.backup('journey.db');
  await office.addAll(named('Iltis'));
  await witness.note('lost');
  const ahead = kit.fresh();
  await (await kit.open(ahead)).close();
  await office.restore(backup);
  await office.addAll(named('Jaspis'));
  await witness.note('restored');
  yield { name: 'restore', from: 'lost', to: 'restored', files: ahead };
}

function named(...names) {
  return names.map((name) => ({ name: `${MARK} ${name}` }));
}
