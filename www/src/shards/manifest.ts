// The manifest of the sync server: read with every field checked, since it comes from outside.

import type { Attribution } from 'hereabouts';

/** Version of the manifest's shape that this app reads. */
export const MANIFEST_FORMAT = 1;

/** Most countries that a manifest may list; there are fewer than 250. */
const MAX_COUNTRIES = 400;

/** Largest shard that is downloaded; a browser tab cannot hold much more. */
export const MAX_SHARD_BYTES = 1 << 30;

/** One country on offer, or stored on this device. */
export interface CountryEntry {
  /** ISO 3166-1 alpha-2 code, lower case. */
  readonly country: string;
  /** Display name. */
  readonly name: string;
  /** Name of the generation. */
  readonly generation: string;
  /** SHA-256 of the shard in hexadecimal, which names its blob. */
  readonly sha256: string;
  /** Bytes of the shard. */
  readonly sizeBytes: number;
  /** Bytes to transfer, compressed where the server has a compressed file. */
  readonly downloadBytes: number;
  /** Box around all records: west, south, east, north in degrees. */
  readonly bbox: readonly [number, number, number, number];
  /** Number of records by type name, and `house` for house numbers. */
  readonly records: Readonly<Record<string, number>>;
  /** Sources with the notices that their licences demand. */
  readonly attribution: readonly Attribution[];
}

/** The manifest, or an entry of it, is not what this app understands. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Reads the manifest's JSON into entries, ordered by name. */
export function parseManifest(json: unknown): CountryEntry[] {
  const manifest = object(json, 'manifest');
  const format = manifest['format'];
  if (format !== MANIFEST_FORMAT) {
    throw new ManifestError(
      `the list of countries has format ${String(format)}, this app reads ${MANIFEST_FORMAT}; reload the app to update it`,
    );
  }
  const countries = Object.entries(object(manifest['countries'], 'countries'));
  if (countries.length > MAX_COUNTRIES) {
    throw new ManifestError(`the list of countries is longer than ${MAX_COUNTRIES}`);
  }
  return countries
    .map(([country, value]) => parseCountry(country, value))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Reads an entry that this app stored; the shape is {@link CountryEntry}'s own. */
export function parseStoredEntry(value: unknown): CountryEntry {
  const entry = object(value, 'stored entry');
  return {
    country: countryCode(entry['country']),
    name: text(entry['name'], 'name'),
    generation: text(entry['generation'], 'generation'),
    sha256: sha256(entry['sha256']),
    sizeBytes: size(entry['sizeBytes'], 'sizeBytes'),
    downloadBytes: size(entry['downloadBytes'], 'downloadBytes'),
    bbox: bbox(entry['bbox']),
    records: counts(entry['records']),
    attribution: list(entry['attribution'], 'attribution').map((item) => {
      const source = object(item, 'attribution');
      return attribution(source, source['shareAlike']);
    }),
  };
}

function parseCountry(country: string, value: unknown): CountryEntry {
  const entry = object(value, country);
  const base = object(entry['base'], `${country}.base`);
  const sizeBytes = size(base['size'], 'size');
  const compressed = size(base['size_br'] ?? 0, 'size_br');
  return {
    country: countryCode(country),
    name: text(entry['name'], 'name'),
    generation: text(base['generation'], 'generation'),
    sha256: sha256(base['sha256']),
    sizeBytes,
    downloadBytes: compressed === 0 ? sizeBytes : compressed,
    bbox: bbox(base['bbox']),
    records: counts(base['records']),
    attribution: list(entry['attribution'], 'attribution').map((item) => {
      const source = object(item, 'attribution');
      return attribution(source, source['share_alike']);
    }),
  };
}

function attribution(source: Record<string, unknown>, shareAlike: unknown): Attribution {
  return {
    source: text(source['source'], 'source'),
    licence: text(source['licence'], 'licence'),
    url: text(source['url'], 'url'),
    notice: text(source['notice'], 'notice'),
    shareAlike: shareAlike === true,
  };
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(what, 'an object');
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) refuse(what, 'a list');
  return value as unknown[];
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.length > 2000) refuse(what, 'a text');
  return value as string;
}

function countryCode(value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z]{2}$/.test(value)) refuse('country', 'a country code');
  return value as string;
}

function sha256(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) refuse('sha256', 'a SHA-256');
  return value as string;
}

function size(value: unknown, what: string): number {
  const number = value as number;
  if (!Number.isSafeInteger(value) || number < 0 || number > MAX_SHARD_BYTES) {
    refuse(what, `a size up to ${MAX_SHARD_BYTES} bytes`);
  }
  return number;
}

function counts(value: unknown): Record<string, number> {
  const records = object(value, 'records');
  for (const count of Object.values(records)) {
    if (typeof count !== 'number' || !(count >= 0)) refuse('records', 'counts');
  }
  return records as Record<string, number>;
}

function bbox(value: unknown): [number, number, number, number] {
  const box = list(value, 'bbox');
  if (box.length !== 4 || !box.every((side) => Number.isFinite(side)))
    refuse('bbox', 'four degrees');
  return box as [number, number, number, number];
}

function refuse(what: string, wanted: string): never {
  throw new ManifestError(`the list of countries is damaged: ${what} is not ${wanted}`);
}
