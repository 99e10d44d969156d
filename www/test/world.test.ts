// The packed world outlines against the TopoJSON that they are made of.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { packWorld } from '../scripts/world.mjs';
import { unproject } from '../src/map/projection.js';
import { unpackWorld } from '../src/map/world.js';

/** Folder of the repository; filled in by the runner. */
declare const REPOSITORY: string;

const topology = JSON.parse(
  readFileSync(`${REPOSITORY}tests/data/world-countries-110m.json`, 'utf8'),
);
const packed: Uint8Array = packWorld(topology);
const world = unpackWorld(packed);

test('every country keeps its name and rings', () => {
  const { geometries } = topology.objects.countries;
  assert.deepEqual(
    world.outlines.map(({ name }) => name),
    geometries.map(({ properties }: { properties: { name: string } }) => properties.name),
  );
  assert.equal(world.borders.length, topology.arcs.length);
  assert.ok(world.outlines.every(({ rings }) => rings.length > 0));
});

test('rings are closed and no line jumps around the world', () => {
  for (const { name, rings } of world.outlines) {
    if (name === 'Antarctica') continue;
    for (const ring of rings) {
      const [first, last] = [ring[0], ring.at(-1)];
      assert.ok(first && last);
      assert.ok(Math.abs(first.x - last.x) < 1e-6 && Math.abs(first.y - last.y) < 1e-6, name);
      ring.forEach((point, index) => {
        const before = ring[index - 1];
        if (before) assert.ok(Math.abs(point.x - before.x) < 0.2, name);
      });
    }
  }
});

test('outlines stand where the countries are', () => {
  const switzerland = world.outlines.find(({ name }) => name === 'Switzerland');
  assert.ok(switzerland);
  const { lon, lat } = unproject(switzerland.label);
  assert.ok(lon > 7 && lon < 9.5 && lat > 46 && lat < 47.5, `${lon}, ${lat}`);
});

test('the packed file is a third of the original', () => {
  assert.ok(packed.length < 40_000, `${packed.length} bytes`);
});

test('a file that is cut short is refused', () => {
  assert.throws(() => unpackWorld(packed.subarray(0, packed.length - 1)), /cut short/);
});
