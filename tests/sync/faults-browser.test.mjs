// The same faults with the client in Chromium, its files on disk; HEREABOUTS_SOAK_FAULTS asks for
// more runs than a test run has time for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, withProfile } from './harness/browser.mjs';
import { FaultProxy } from './harness/fault-proxy.mjs';
import { playFaults } from './harness/fault-run.mjs';
import { journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { TabKit } from './harness/kits.mjs';
import { Office } from './harness/office.mjs';
import { pageFile } from './harness/page-host.mjs';
import { Witness } from './harness/witness.mjs';

const ALL = process.env.HEREABOUTS_RUNS === 'all';
const RUNS = Number(process.env.HEREABOUTS_SOAK_FAULTS ?? (ALL ? 20 : 5));
const JOURNEYS = 5;

let office;
let proxy;
before(async () => {
  office = await Office.start({ options: SMALL_COMPACTION });
  proxy = await FaultProxy.start(office.server.origin, pageFile);
});
after(async () => {
  proxy?.close();
  await office?.close();
});

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
