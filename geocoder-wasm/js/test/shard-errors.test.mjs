// Bytes that are no good shard: a clear code for each fault, and the geocoder goes on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Geocoder } from 'hereabouts';
import { responseOf, shardOf, withCode } from './shards.mjs';

const li = shardOf('li');

for (const worker of [false, true]) {
  describe(worker ? 'loading into a worker' : 'loading into this thread', () => {
    let geocoder;
    before(async () => {
      geocoder = await Geocoder.fromShards([], { worker });
    });
    after(() => geocoder.close());

    test('empty and foreign bytes are not shards', async () => {
      const png = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, ...new Array(1000).fill(0));
      for (const bytes of [new Uint8Array(), new ArrayBuffer(4096), png]) {
        await assert.rejects(geocoder.insertShard(bytes), (error) =>
          ['not_a_shard', 'truncated'].includes(error.code),
        );
      }
      await assert.rejects(geocoder.insertShard(png), withCode('not_a_shard'));
    });

    test('a shard of a newer format asks for a newer reader', async () => {
      // The version follows the eight bytes of the magic.
      const bytes = li.bytes.slice();
      bytes[8] = 0xff;
      await assert.rejects(geocoder.insertShard(bytes), withCode('unsupported_version'));
    });

    test('a shard that was cut anywhere is refused', async () => {
      for (const part of [0.1, 0.5, 0.9, 0.999]) {
        const bytes = li.bytes.subarray(0, Math.floor(li.sizeBytes * part));
        await assert.rejects(geocoder.insertShard(bytes), (error) =>
          ['truncated', 'malformed'].includes(error.code),
        );
      }
    });

    test('a flipped bit is an error when loading or when answering, never another answer', async () => {
      const expected = await answers(li.bytes);
      const counts = { refused: 0, failed: 0, same: 0 };
      for (let step = 0; step < 60; step += 1) {
        const bytes = li.bytes.slice();
        bytes[Math.floor(((step + 0.5) / 60) * bytes.length)] ^= 1 << (step % 8);
        const outcome = await answers(bytes).catch(({ code }) => code);
        if (typeof outcome === 'string') {
          assert.match(outcome, /^(not_a_shard|truncated|checksum_mismatch|malformed)$/);
          counts.refused += 1;
          continue;
        }
        for (const [index, answer] of outcome.entries()) {
          if (answer.code) {
            assert.equal(answer.code, 'checksum_mismatch');
            counts.failed += 1;
          } else {
            assert.deepEqual(answer, expected[index]);
            counts.same += 1;
          }
        }
      }
      assert.ok(counts.refused > 0 && counts.failed > 0 && counts.same > 0, JSON.stringify(counts));
    });

    test('the announced hash makes any change known on arrival', async () => {
      const bytes = li.bytes.slice();
      bytes[bytes.length - 20] ^= 4;
      await assert.rejects(geocoder.insertShard(bytes, li), withCode('hash_mismatch'));
      await assert.rejects(
        geocoder.insertShard(responseOf(bytes), { sha256: li.sha256 }),
        withCode('hash_mismatch'),
      );
      await geocoder.insertShard(li.bytes, { sha256: li.sha256.toUpperCase() });
    });

    test('the announced size is kept to', async () => {
      const { bytes, sizeBytes } = li;
      for (const wrong of [sizeBytes - 1, sizeBytes + 1, 0]) {
        const options = { sizeBytes: wrong };
        await assert.rejects(geocoder.insertShard(bytes, options), withCode('size_mismatch'));
        await assert.rejects(
          geocoder.insertShard(responseOf(bytes), options),
          withCode('size_mismatch'),
        );
      }
      for (const absurd of [2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY]) {
        await assert.rejects(
          geocoder.insertShard(bytes, { sizeBytes: absurd }),
          withCode('too_large'),
        );
      }
    });

    test('a faulty shard leaves the one that is loaded in place', async () => {
      await geocoder.insertShard(li.bytes);
      await assert.rejects(geocoder.insertShard(li.bytes.subarray(0, 5000)));
      assert.ok((await geocoder.search('vaduz')).resultsCount > 0);
    });

    async function answers(bytes) {
      await geocoder.removeShard('li');
      await geocoder.insertShard(bytes);
      const calls = [
        geocoder.search('Städtle 43 Vaduz'),
        geocoder.search('landesmuseum'),
        geocoder.reverse({ coordinates: '47.22,9.52' }),
      ];
      return Promise.all(calls.map((call) => call.catch(({ code }) => ({ code }))));
    }
  });
}
