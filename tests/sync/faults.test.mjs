// Devices in Node behind a network that fails at every request in every way: they end where the
// server is or where they were, and never answer from anything else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FaultProxy } from './harness/fault-proxy.mjs';
import { playFaults } from './harness/fault-run.mjs';
import { journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { Office } from './harness/office.mjs';
import { Witness } from './harness/witness.mjs';

const LEAST_RUNS = 300;

let office;
let proxy;
before(async () => {
  office = await Office.start({ options: SMALL_COMPACTION });
  proxy = await FaultProxy.start(office.server.origin);
});
after(async () => {
  proxy?.close();
  await office?.close();
});

test('every fault at every request of every journey leaves the old state or the new one', async (t) => {
  const kit = await NodeKit.make(proxy.origin, office.deviceKey);
  const witness = new Witness(office);
  const setting = { kit, proxy, witness, office };
  let runs = 0;
  let seed = 1000;
  for await (const journey of journeys(office, witness, kit)) {
    await t.test(journey.name, async (t) => {
      const played = await playFaults(setting, journey, { seed, quota: Number.POSITIVE_INFINITY });
      t.diagnostic(`${played} runs over ${setting.requests} requests`);
      runs += played;
    });
    seed += 1000;
  }
  assert.ok(runs >= LEAST_RUNS, `${runs} runs`);
});
