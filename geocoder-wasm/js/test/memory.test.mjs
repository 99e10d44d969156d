// Memory: flat over many calls, given back by close, and gone with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const memories = [];
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...args) => {
  const instance = await instantiate(...args);
  memories.push(instance.exports.memory);
  return instance;
};
const { Geocoder } = await import('hereabouts');
const { responseOf, shardOf, withCode } = await import('./shards.mjs');

const li = shardOf('li');
const mc = shardOf('mc');
const wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

test('ten thousand queries leave the memory as large as it was', async () => {
  const geocoder = await Geocoder.fromShards([li.bytes, mc.bytes]);
  const words = [
    'städtle',
    '43',
    'vaduz',
    'dorfstr',
    '9495',
    'landesmuseum',
    'rue',
    'grimaldi',
    'xq',
  ];
  const ask = async (index) => {
    const query = [3, 5, 7].map((stride) => words[(index * stride + (index >> 3)) % words.length]);
    await geocoder.search(query.join(' ').slice(0, 1 + (index % 24)), { maxResults: 20 });
    const coordinates = `${47.05 + (index % 97) / 500},${9.48 + (index % 89) / 600}`;
    await geocoder.reverse({ coordinates });
    if (index % 10 === 0) await geocoder.search(index).catch(withCode('invalid_options'));
  };
  for (let index = 0; index < 1000; index += 1) await ask(index);
  const before = wasmBytes();
  for (let index = 1000; index < 10_000; index += 1) await ask(index);
  assert.equal(wasmBytes(), before);
  geocoder.close();
});

test('shards that are replaced, refused or closed give their memory back', async () => {
  const round = async () => {
    const geocoder = await Geocoder.fromShards([li.bytes, mc.bytes]);
    await geocoder.insertShard(responseOf(li.bytes));
    await assert.rejects(geocoder.insertShard(li.bytes.subarray(1)));
    await assert.rejects(geocoder.insertShard(responseOf(li.bytes), { sha256: 'no' }));
    await geocoder.removeShard('mc');
    geocoder.close();
  };
  for (let count = 0; count < 5; count += 1) await round();
  const before = wasmBytes();
  for (let count = 0; count < 100; count += 1) await round();
  assert.equal(wasmBytes(), before);
  assert.equal(memories.length, 1, 'geocoders of one thread share one instance');
});

for (const worker of [false, true]) {
  const where = worker ? 'in a worker' : 'in this thread';

  test(`a closed geocoder ${where} refuses every call, and closing again is fine`, async () => {
    const geocoder = await Geocoder.fromShards([mc.bytes], { worker });
    const underWay = geocoder.search('rue');
    geocoder.close();
    geocoder.close();
    await assert.rejects(underWay, withCode('closed'));
    const calls = [
      geocoder.search('rue'),
      geocoder.reverse({ coordinates: '43.7,7.4' }),
      geocoder.insertShard(mc.bytes),
      geocoder.removeShard('mc'),
      geocoder.countries(),
    ];
    for (const call of calls) await assert.rejects(call, withCode('closed'));
  });
}
