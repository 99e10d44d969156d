// Processes of the server killed at seeded moments of publishing, approving and compacting: what
// was acknowledged is there afterwards, what is named is there, and devices go on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { below, randomFrom } from '../harness/random.mjs';
import { until } from '../harness/until.mjs';
import { binary } from '../harness/workspace.mjs';
import { isClean, settled } from './device/device.mjs';
import { assertStored } from './harness/files.mjs';
import { generationName, MARK, shardsOf } from './harness/generations.mjs';
import { SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';

const KILLS = Number(process.env.HEREABOUTS_SOAK_KILLS ?? 12);
/** Approvals of one round: some segments and a snapshot or two. */
const APPROVALS = 40;

const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION });
after(close);
const kit = await NodeKit.make({ server: proxy.origin, apiKey: office.deviceKey });

/** Asserts that manifest and heads agree, and that every blob that they name is what its name says. */
async function assertWhole() {
  let manifest;
  let heads;
  // A compaction that a start has begun may end between the two questions.
  await until(async () => {
    manifest = await office.manifest();
    heads = await office.heads();
    return heads.version === manifest.version;
  }, 'manifest and heads agree');
  const { countries, epoch } = manifest;
  assert.equal(heads.epoch, epoch);
  const { base, overlay } = countries.li;
  const head = heads.countries.li;
  assert.equal(base.generation, head.generation);
  assert.deepEqual([overlay.head, overlay.state_sha256], [head.head, head.state_sha256]);
  const blobs = [base, ...base.chunks, ...overlay.segments];
  if (overlay.snapshot) blobs.push(overlay.snapshot);
  for (const { sha256 } of blobs) {
    const response = await fetch(`${office.server.origin}/sync/v1/blobs/${sha256}`);
    assert.equal(response.status, 200, `blob ${sha256}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  }
  let position = overlay.floor;
  for (const { from, to } of overlay.segments) {
    assert.ok(from <= position && from < to, 'segments follow each other');
    position = Math.max(position, to);
  }
  await office.command('verify', '--database-url', office.database);
  return head;
}

/** Asserts that a device that was synchronised before, and a new one, are where the server is. */
async function assertDevicesFollow(files, names) {
  const head = await assertWhole();
  for (const storage of [files, kit.fresh()]) {
    const device = await kit.open(storage);
    const outcome = await settled(device.geocoder.sync());
    assert.ok(isClean(outcome), JSON.stringify(outcome));
    assertStored(storage.describe(), head);
    for (const name of names) {
      assert.deepEqual(await device.search(name), await office.search(name), name);
    }
    await device.close();
  }
}

test('acknowledged approvals survive a killed server, and its compaction leaves nothing half', async () => {
  const files = kit.fresh();
  await (await kit.open(files)).close();
  const random = randomFrom(77);
  const firstMs = await durationMs(async () => {
    for (let at = 0; at < APPROVALS; at += 1)
      await office.add({ name: `${MARK} ${word(at)} vorab` });
  });
  const approvalMs = firstMs / APPROVALS;
  for (let round = 0; round < KILLS; round += 1) {
    const last = below(random, APPROVALS);
    let killed;
    const acknowledged = [];
    for (let at = 0; at < APPROVALS && !killed; at += 1) {
      if (at === last) killed = sleep(random() * 2 * approvalMs).then(() => office.server.stop());
      const name = `${MARK} ${word(round * APPROVALS + at)}`;
      const added = await settled(office.add({ name }));
      if (added.error) break;
      acknowledged.push(name);
    }
    await killed;
    assert.ok(acknowledged.length >= last, `round ${round}: approvals before the kill`);
    await office.open();
    for (const name of acknowledged) {
      const [first] = await office.search(name);
      assert.equal(first?.name, name, `round ${round}: an acknowledged approval is lost`);
    }
    await assertDevicesFollow(files, acknowledged.slice(-3));
  }
});

test('a killed publication leaves the old manifest or the new one, and the next one works', async () => {
  const files = kit.fresh();
  await (await kit.open(files)).close();
  const random = randomFrom(78);
  const manifestFile = join(office.data, 'manifest.json');
  const manifest = () => readFileSync(manifestFile, 'utf8');
  const changed = (before) =>
    until(() => manifest() !== before, 'the manifest changes', { everyMs: 1 });
  let generation = 2;
  const first = manifest();
  const [, changeMs] = await Promise.all([
    office.publish(generation),
    durationMs(() => changed(first)),
  ]);
  const seen = new Set();
  for (let round = 0; round < KILLS; round += 1) {
    const before = manifest();
    const next = generation === 1 ? 2 : 1;
    const args = ['publish', shardsOf(next), '--data', office.data];
    const publisher = spawn(binary('sync-server'), args, { stdio: 'ignore' });
    const ended = once(publisher, 'exit');
    // The first one has done nothing yet, some have just replaced the manifest.
    if (round % 3 === 1) await changed(before);
    else if (round > 0) await sleep(random() * changeMs);
    publisher.kill('SIGKILL');
    await ended;
    if (round % 3 === 0) {
      await office.server.stop();
      await office.open();
    }
    const isPublished = manifest() !== before;
    seen.add(isPublished);
    if (isPublished) generation = next;
    const { countries } = JSON.parse(manifest());
    for (const { sha256 } of [countries.li.base, ...countries.li.base.chunks]) {
      assert.ok(existsSync(join(office.data, 'blobs', sha256)), 'a named blob is there');
    }
    // Publishing again does what is left to do, and waits until the server has it.
    await office.publish(generation);
    assert.equal(
      (await office.search(generationName(generation)))[0]?.name,
      generationName(generation),
    );
    await assertDevicesFollow(files, [generationName(1), generationName(2)]);
  }
  assert.equal(seen.size, 2, 'some publications were killed early enough, some too late');
});

test('a server that is killed while a base is published starts with a whole one', async () => {
  const files = kit.fresh();
  await (await kit.open(files)).close();
  const random = randomFrom(79);
  const publishMs = await durationMs(() => office.publish(3));
  for (let round = 0; round < KILLS; round += 1) {
    const generation = 1 + (round % 3);
    const published = office.command('publish', shardsOf(generation), '--data', office.data);
    await sleep(random() * publishMs);
    await office.server.stop();
    await published;
    await office.open();
    const [first] = await office.search(generationName(generation));
    assert.equal(first?.name, generationName(generation));
    await assertDevicesFollow(files, [1, 2, 3].map(generationName));
  }
});

/** How long something takes on this machine now. */
async function durationMs(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** A number as a word, so that it is no house number. */
function word(number) {
  return [...`${number}`].map((digit) => 'abcdefghij'[digit]).join('x');
}
