// Lines for maps, in this thread and in a worker, with equal results.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Geocoder } from 'hereabouts';
import { shardOf } from './shards.mjs';

const li = shardOf('li');
const VADUZ = [9.51, 47.13, 9.53, 47.15];

/** Checks that every line has at least two points, and all points lie near the country. */
function checkLines({ coordinates, ends }) {
  let start = 0;
  for (const end of ends) {
    assert.ok(end - start >= 4 && (end - start) % 2 === 0);
    start = end;
  }
  assert.equal(start, coordinates.length);
  for (let at = 0; at < coordinates.length; at += 2) {
    assert.ok(coordinates[at] > 9.4 && coordinates[at] < 9.7);
    assert.ok(coordinates[at + 1] > 47 && coordinates[at + 1] < 47.3);
  }
}

for (const worker of [false, true]) {
  describe(worker ? 'a geocoder in a worker' : 'a geocoder in this thread', () => {
    let geocoder;
    before(async () => {
      geocoder = await Geocoder.fromShards([li.bytes], { worker });
    });
    after(() => geocoder.close());

    test('gives the streets and boundaries of a box', async () => {
      const { streets, boundaries } = await geocoder.features({ bbox: VADUZ, streets: true });
      assert.ok(streets.ends.length > 100, `${streets.ends.length} streets`);
      assert.ok(boundaries.ends.length > 0);
      checkLines(streets);
      checkLines(boundaries);
    });

    test('gives streets only when they are asked for', async () => {
      const { streets, boundaries } = await geocoder.features({ bbox: VADUZ });
      assert.equal(streets.ends.length, 0);
      assert.ok(boundaries.ends.length > 0);
    });

    test('gives nothing where no shard has anything', async () => {
      const { streets, boundaries } = await geocoder.features({
        bbox: [0, 0, 1, 1],
        streets: true,
      });
      assert.deepEqual([streets.ends.length, boundaries.ends.length], [0, 0]);
    });
  });
}
