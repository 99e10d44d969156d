// Corrections over a loaded shard, as the engine's own bindings take them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, beforeEach, describe, test } from 'node:test';
import { Engine, initSync, sha256, updateSnapshot } from '../pkg/geocoder_wasm.js';
import { shardOf } from './shards.mjs';

const li = shardOf('li');
const GENERATION = li.sha256.slice(0, 16);

/** Encodes numbers as LEB128. */
function numbers(values) {
  return values.flatMap((value) => {
    const bytes = [];
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    return [...bytes, rest];
  });
}

/** Takes an attraction in Vaduz apart into numbers and texts, as snapshots and deltas have them. */
function attraction(name) {
  const texts = [name, 'Vaduz', '', '', 'Liechtenstein'].map((text) => Buffer.from(text));
  return {
    // An addition of type 7, in units of 1e-5 degree, all of which are above zero.
    numbers: [(7 + 1) * 5, 0, 952_000 * 2, 4_714_000 * 2, 0, ...texts.map((t) => t.length), 0, 0],
    texts: Buffer.concat(texts),
  };
}

/** Puts numbers behind how many there are. */
function list(values) {
  return numbers([values.length, ...values]);
}

/** Encodes columns as `docs/SYNC.md` has them. */
function encode(magic, generation, head, items) {
  const texts = items.flatMap((item) => [...(item.texts ?? [])]);
  return Uint8Array.from([
    ...Buffer.from(magic),
    1,
    ...Buffer.from(generation, 'hex'),
    ...list([...head, items.length]),
    ...numbers([items.length * 16]),
    ...items.flatMap((item) => new Array(16).fill(item.id)),
    ...list(items.flatMap((item) => item.numbers)),
    ...numbers([texts.length]),
    ...texts,
  ]);
}

/** Makes a snapshot of attractions by the first byte of their ids. */
function snapshot(names, generation = GENERATION) {
  const items = Object.entries(names).map(([id, name]) => ({
    id: Number(id),
    ...attraction(name),
  }));
  return encode('HSNP', generation, [], items);
}

/** Makes a delta of one operation. */
function delta(from, head, id, name, generation = GENERATION) {
  const change = name === undefined ? { numbers: [] } : attraction(name);
  const seq = name === undefined ? 1 : 0;
  const item = { id, numbers: [seq, ...change.numbers], texts: change.texts };
  return encode('HDLT', generation, [from, from + 1, head, 0], [item]);
}

const withCode = (code) => (error) => error.code === code;

describe('corrections over a shard', () => {
  let engine;
  before(() => {
    const module = readFileSync(new URL('../pkg/geocoder_wasm_bg.wasm', import.meta.url));
    initSync({ module });
  });
  beforeEach(() => {
    engine = new Engine();
  });

  const names = (query) => engine.search(query, {}).results.map((result) => result.name);
  const insert = (overlay) => engine.insertShard(li.bytes, li.sizeBytes, li.sha256, overlay);

  test('come with the shard, are replaced as a whole and removed', () => {
    insert(snapshot({ 1: 'Zwirbelturm' }));
    assert.deepEqual(names('zwirbelturm'), ['Zwirbelturm']);
    const report = engine.insertOverlay('li', snapshot({ 2: 'Knarzbrunnen', 3: 'Zum\tTab' }));
    const skipped = [{ id: '03'.repeat(16), reason: 'invalid' }];
    assert.deepEqual(report, { corrections: 1, skipped });
    assert.ok(!names('zwirbelturm').includes('Zwirbelturm'));
    assert.deepEqual(names('knarzbrunnen'), ['Knarzbrunnen']);
    assert.deepEqual(engine.insertOverlay('li', undefined), { corrections: 0, skipped: [] });
    assert.ok(!names('knarzbrunnen').includes('Knarzbrunnen'));
    assert.equal(names('vaduz')[0], 'Vaduz');
  });

  test('that cannot be laid over leave everything as it was', () => {
    assert.throws(() => engine.insertOverlay('li', snapshot({})), withCode('not_loaded'));
    insert(snapshot({ 1: 'Zwirbelturm' }));
    const other = snapshot({ 2: 'Knarzbrunnen' }, '00'.repeat(8));
    const cut = snapshot({ 2: 'Knarzbrunnen' }).slice(0, -1);
    for (const [overlay, code] of [
      [other, 'wrong_generation'],
      [cut, 'malformed_delta'],
    ]) {
      assert.throws(() => engine.insertOverlay('li', overlay), withCode(code));
      assert.throws(() => insert(overlay), withCode(code));
      assert.throws(
        () => engine.insertShard(li.bytes, undefined, undefined, overlay),
        withCode(code),
      );
      assert.deepEqual(names('zwirbelturm'), ['Zwirbelturm']);
    }
    // Without an announced hash the generation is that of the bytes.
    engine.insertShard(li.bytes, undefined, undefined, snapshot({ 2: 'Knarzbrunnen' }));
    assert.deepEqual(names('knarzbrunnen'), ['Knarzbrunnen']);
  });

  test('are brought up to date by deltas that follow one another', () => {
    const deltas = [delta(0, 4, 5, 'Turm'), delta(1, 4, 9, 'Brunnen'), delta(2, 4, 5)];
    const update = updateSnapshot(undefined, GENERATION, deltas);
    const expected = snapshot({ 9: 'Brunnen' });
    const hash = createHash('sha256').update(expected).digest('hex');
    assert.deepEqual(update, { snapshot: expected, sha256: hash, from: 0, to: 3, head: 4 });
    const next = updateSnapshot(update.snapshot, GENERATION, [delta(3, 4, 9, 'Quelle')]);
    assert.deepEqual(next.snapshot, snapshot({ 9: 'Quelle' }));
    for (const [wrong, code] of [
      [[deltas[0], deltas[2]], 'delta_out_of_order'],
      [[], 'malformed_delta'],
      [[deltas[0].slice(1)], 'malformed_delta'],
      [[delta(0, 1, 5, 'Turm', '11'.repeat(8))], 'wrong_generation'],
    ]) {
      assert.throws(() => updateSnapshot(undefined, GENERATION, wrong), withCode(code));
    }
    const foreign = snapshot({}, '11'.repeat(8));
    const outdated = () => updateSnapshot(foreign, GENERATION, [delta(0, 1, 5, 'Turm')]);
    assert.throws(outdated, withCode('wrong_generation'));
    const newer = snapshot({}).with(4, 2);
    assert.throws(() => updateSnapshot(newer, GENERATION, deltas), withCode('unsupported_version'));
  });

  test('have the SHA-256 that everyone computes', () => {
    for (const size of [0, 3, 65_536, 200_001]) {
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      assert.equal(sha256(bytes), createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
