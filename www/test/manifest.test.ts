// The manifest comes from outside: what it says is checked before it is used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManifestError, parseManifest, parseStoredEntry } from '../src/shards/manifest.js';

const BASE = {
  generation: '0123456789abcdef',
  format: 1,
  size: 400_000,
  sha256: 'ab'.repeat(32),
  size_br: 180_000,
  size_gzip: 200_000,
  bbox: [9.47, 47.04, 9.64, 47.28],
  records: { street: 10, house: 100 },
  chunks: [],
};
const ATTRIBUTION = {
  source: 'OpenStreetMap',
  licence: 'ODbL-1.0',
  url: 'https://www.openstreetmap.org/copyright',
  notice: '© OpenStreetMap contributors',
  share_alike: true,
};

/** Makes a manifest of one country with some fields of its base changed. */
function manifest(base: object = {}, top: object = {}): unknown {
  const li = { name: 'Liechtenstein', base: { ...BASE, ...base }, attribution: [ATTRIBUTION] };
  return { format: 1, epoch: 'e', version: 1, countries: { li }, ...top };
}

test('a country keeps its name, sizes and notices', () => {
  const [entry] = parseManifest(manifest());
  assert.equal(entry?.name, 'Liechtenstein');
  assert.equal(entry?.country, 'li');
  assert.equal(entry?.sizeBytes, 400_000);
  assert.equal(entry?.downloadBytes, 180_000);
  assert.equal(entry?.attribution[0]?.shareAlike, true);
});

test('without a compressed file the whole size is downloaded', () => {
  assert.equal(parseManifest(manifest({ size_br: 0 }))[0]?.downloadBytes, 400_000);
});

test('what is stored is read back the same', () => {
  const [entry] = parseManifest(manifest());
  assert.deepEqual(parseStoredEntry(JSON.parse(JSON.stringify(entry))), entry);
});

test('a newer format asks for a newer app', () => {
  assert.throws(() => parseManifest(manifest({}, { format: 2 })), /format 2.*reload/);
});

for (const [what, base] of Object.entries({
  'a hash that is none': { sha256: '../../etc/passwd' },
  'a negative size': { size: -1 },
  'a size that no browser can hold': { size: 2 ** 40 },
  'a size that is no number': { size: '12' },
  'a box of three sides': { bbox: [1, 2, 3] },
  'records that are no counts': { records: { street: 'many' } },
})) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseManifest(manifest(base)), ManifestError);
  });
}

test('a country code that is none is refused', () => {
  const [li] = Object.values((manifest() as { countries: object }).countries);
  assert.throws(() => parseManifest(manifest({}, { countries: { '../x': li } })), ManifestError);
});

test('anything that is no manifest is refused', () => {
  for (const json of [null, [], 'text', 3, {}, { format: 1 }, { format: 1, countries: [] }]) {
    assert.throws(() => parseManifest(json), ManifestError);
  }
});
