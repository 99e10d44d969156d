// A device that ends at every single change of its files, on every journey: the next start, without
// a network, answers from the old state or the new one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../harness/until.mjs';
import { settled } from './device/device.mjs';
import { converge, startedAt } from './harness/fault-run.mjs';
import { assertStored } from './harness/files.mjs';
import { journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';
import { Witness } from './harness/witness.mjs';

const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION });
after(close);
const kit = await NodeKit.make({ server: proxy.origin, apiKey: office.deviceKey });
const witness = new Witness(office);

/** Synchronises a copy and ends it after some changes; whether that was before its end. */
async function crash(journey, changes) {
  const files = journey.files.copy();
  const work = async () => {
    const device = await kit.open(files);
    files.pullPlugAfter(changes);
    await settled(device.geocoder.sync());
    return device;
  };
  // A first download happens while the device opens.
  if (!journey.from) files.pullPlugAfter(changes);
  let ended;
  const working = work().then((device) => {
    ended = device;
  });
  await until(() => ended || files.isPulled, 'the device ends or is done');
  const wasPulled = files.isPulled;
  const left = files.copy();
  if (wasPulled) working.catch(() => {});
  else await ended.close();
  return { left, wasPulled };
}

test('a device that ends at any change of its files starts with the old state or the new one', async (t) => {
  for await (const journey of journeys(office, witness, kit)) {
    await t.test(journey.name, async (t) => {
      const starts = [];
      for (let changes = 0; ; changes += 1) {
        const { left, wasPulled } = await crash(journey, changes);
        if (!wasPulled) break;
        proxy.offline = true;
        const device = await kit.open(left).catch(() => undefined);
        proxy.offline = false;
        const at = await startedAt(device, witness, journey);
        starts.push(at ?? 'nothing');
        const again = await kit.open(left);
        await converge(again, witness, at ?? journey.to, journey.to);
        await again.close();
        assertStored(left.describe(), await office.head());
      }
      assert.ok(starts.length > 1, 'there are changes to end at');
      t.diagnostic(`started with ${starts.join(', ')}`);
    });
  }
});
