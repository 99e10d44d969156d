// The same faults with the client in Chromium, its files on disk; HEREABOUTS_SOAK_FAULTS asks for
// more runs than a test run has time for.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Browser, withProfile } from './harness/browser.mjs';
import { playFaults } from './harness/fault-run.mjs';
import { JOURNEYS, journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';
import { runsOf } from './harness/runs.mjs';
import { Witness } from './harness/witness.mjs';

const RUNS = runsOf('HEREABOUTS_SOAK_FAULTS', 20, 5);

const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION });
after(close);

test('faults leave a device in Chromium in the old state or the new one', async (t) => {
  await withProfile(async (profile) => {
    const browser = await Browser.start(profile);
    try {
      const tab = await browser.openTab(proxy.origin);
      const kit = new TabKit(tab, { apiKey: office.deviceKey });
      const witness = new Witness(office);
      const setting = { kit, proxy, witness, office };
      let seed = 2000;
      for await (const journey of journeys(office, witness, kit)) {
        await t.test(journey.name, async (t) => {
          const quota = Math.ceil(RUNS / JOURNEYS);
          const { runs, requests } = await playFaults(setting, journey, { seed, quota });
          t.diagnostic(`${runs} runs over ${requests} requests`);
          assert.deepEqual(tab.faults, []);
        });
        seed += 1000;
      }
    } finally {
      await browser.kill();
    }
  });
});
