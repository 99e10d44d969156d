// Devices that come back: after hundreds of corrections, a compaction and another base; to a server
// that was restored from a backup; to one that went back to the base before.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { isClean } from './device/device.mjs';
import { assertStored } from './harness/files.mjs';
import { generationName, MARK } from './harness/generations.mjs';
import { SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const CORRECTIONS = 300;

let office;
let proxy;
let close;
let kit;
beforeEach(async () => {
  ({ office, proxy, close } = await startProxied({ options: SMALL_COMPACTION }));
  kit = await NodeKit.make({ server: proxy.origin, apiKey: office.deviceKey });
});
afterEach(() => close?.());

function word(number) {
  return [...`${number}`].map((digit) => 'abdfgklmns'[digit]).join('o');
}

/** Synchronises once and asserts that the device is where the server is. */
async function synchroniseOnce(device, files, names) {
  const outcome = await device.syncWatched(MARK);
  assert.ok(isClean(outcome), JSON.stringify(outcome));
  assertStored(files.describe(), await office.head());
  for (const name of names) {
    assert.deepEqual(await device.search(name), await office.search(name), name);
  }
  return outcome.report.countries[0];
}

test('a device that was away for 300 corrections, a compaction and a new base needs one synchronisation', async (t) => {
  const files = kit.fresh();
  const device = await kit.open(files);
  proxy.offline = true;
  const names = Array.from({ length: CORRECTIONS }, (_, at) => `${MARK} ${word(at)}`);
  const ids = await office.addAll(names.map((name) => ({ name })));
  for (const id of ids.slice(0, 20)) await office.delete(id);
  await office.publish(2);
  await office.compacted();
  // Whoever is away goes on answering.
  assert.equal((await device.search(generationName(1)))[0].name, generationName(1));
  proxy.offline = false;
  proxy.begin();
  const probes = names.filter((_, at) => at % 13 === 0);
  const report = await synchroniseOnce(device, files, [...probes, generationName(2)]);
  t.diagnostic(
    `${report.action}: ${report.receivedBytes} bytes, ${proxy.exchanges.length} requests`,
  );
  assert.equal((await device.search(names[19]))[0]?.name === names[19], false);
  assert.equal((await device.search(names[20]))[0].name, names[20]);
  await device.close();
});

test('a device that is ahead of a restored server goes back with it', async () => {
  await office.add({ name: `${MARK} Kept` });
  const backup = await office.backup('backup.db');
  const { epoch } = await office.heads();
  await office.addAll([{ name: `${MARK} Lost` }, { name: `${MARK} Gone` }]);
  const files = kit.fresh();
  const device = await kit.open(files);
  assert.equal((await device.search(`${MARK} Lost`))[0].name, `${MARK} Lost`);
  await office.restore(backup);
  assert.notEqual((await office.heads()).epoch, epoch);
  const names = ['Kept', 'Lost', 'Gone', 'After'].map((name) => `${MARK} ${name}`);
  await synchroniseOnce(device, files, names);
  await office.add({ name: `${MARK} After` });
  await synchroniseOnce(device, files, names);
  assert.equal((await device.search(`${MARK} After`))[0].name, `${MARK} After`);
  await device.close();
});

test('a restored server that is as far as before, with other corrections, misleads nobody', async () => {
  const backup = await office.backup('backup.db');
  await office.addAll([{ name: `${MARK} Lost` }]);
  const files = kit.fresh();
  const device = await kit.open(files);
  await office.restore(backup);
  await office.addAll([{ name: `${MARK} Other` }]);
  await synchroniseOnce(device, files, [`${MARK} Lost`, `${MARK} Other`]);
  await device.close();
});

test('a base that is rolled back is rolled back on devices', async () => {
  const files = kit.fresh();
  await office.add({ name: `${MARK} Kept` });
  await office.publish(2);
  const device = await kit.open(files);
  assert.equal((await device.search(generationName(2)))[0].name, generationName(2));
  await office.rollback();
  await synchroniseOnce(device, files, [generationName(1), generationName(2), `${MARK} Kept`]);
  assert.equal((await device.search(generationName(1)))[0].name, generationName(1));
  await device.close();
});

test('stored files that were damaged are fetched again, and searches go on', async () => {
  await office.add({ name: `${MARK} Kept` });
  for (const damaged of [/^base-/, /^overlay-/, /^state\.json$/, /./]) {
    const files = kit.fresh();
    await (await kit.open(files)).close();
    files.damage(damaged, (bytes) => {
      bytes[Math.floor(bytes.length / 2)] ^= 1;
      return bytes;
    });
    const device = await kit.open(files);
    await synchroniseOnce(device, files, [`${MARK} Kept`, generationName(1)]);
    await device.close();
  }
});
