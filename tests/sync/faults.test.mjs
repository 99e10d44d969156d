// Devices in Node behind a network that fails at every request in every way: they end where the
// server is or where they were, and never answer from anything else. HEREABOUTS_RUNS=all asks for
// every run; otherwise a sample of them is played.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playFaults } from './harness/fault-run.mjs';
import { journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';
import { ALL_RUNS } from './harness/runs.mjs';
import { Witness } from './harness/witness.mjs';

const RUNS_PER_JOURNEY = ALL_RUNS ? Number.POSITIVE_INFINITY : 12;
const LEAST_RUNS = ALL_RUNS ? 300 : 60;

const OFFICES = [
  ['every fault at every request of every journey leaves the old state or the new one', false],
  ['so it does where heads and manifests are signed', true],
];

for (const [name, signs] of OFFICES) {
  test(name, { skip: signs && !ALL_RUNS && 'HEREABOUTS_RUNS=all runs it' }, async (t) => {
    const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION, signs });
    try {
      const { deviceKey: apiKey, publicKey } = office;
      const kit = await NodeKit.make({ server: proxy.origin, apiKey, publicKey });
      const witness = new Witness(office);
      const setting = { kit, proxy, witness, office };
      let runs = 0;
      let seed = signs ? 7000 : 1000;
      for await (const journey of journeys(office, witness, kit)) {
        await t.test(journey.name, async (t) => {
          const quota = RUNS_PER_JOURNEY;
          const played = await playFaults(setting, journey, { seed, quota });
          t.diagnostic(`${played.runs} runs over ${played.requests} requests`);
          runs += played.runs;
        });
        seed += 1000;
      }
      assert.ok(runs >= LEAST_RUNS, `${runs} runs`);
    } finally {
      await close();
    }
  });
}
