// What a server offers, read with every field checked, since it comes from outside.

import { GeocoderError } from '../errors.js';
import type { CountryOffer } from './types.js';

/** Largest base that is downloaded; the engine cannot hold more. */
const MAX_BASE_BYTES = 1 << 30;

/** Bytes by their hash. */
export interface Blob {
  sha256: string;
  size: number;
}

/** Where a country stands. */
export interface Head {
  generation: string;
  /** Position of the feed; 0 without one. */
  head: number;
  /** Hash of the state; null without corrections, as on a static host. */
  state: string | null;
}

/** What is polled. */
export interface Heads {
  epoch: string;
  version: number;
  /** Least seconds between two questions. */
  minPollS: number;
  /** Whether a signature or a digest shows that this is what the server said. */
  verified: boolean;
  countries: Map<string, Head>;
}

/** A run of operations. */
export interface Segment extends Blob {
  from: number;
  to: number;
}

/** All there is of a country. */
export interface Offer extends Head {
  base: Blob;
  chunks: Blob[];
  /** Position below which only a snapshot helps. */
  floor: number;
  snapshot: (Blob & { seq: number }) | null;
  segments: Segment[];
}

/** The manifest. */
export interface Manifest extends Heads {
  countries: Map<string, Offer>;
}

/** What arrived, and whether it is known to be what was sent. */
export interface Text {
  text: string;
  verified: boolean;
}

/** Reads heads. */
export function readHeads(text: Text): Heads {
  return read(text, (entry) => ({
    generation: generation(entry['generation']),
    head: count(entry['head'] ?? 0),
    state: orNull(entry['state_sha256'], sha256),
  }));
}

/** Reads a manifest. */
export function readManifest(text: Text): Manifest {
  return read(text, (entry) => {
    const base = object(entry['base']);
    const overlay = orNull(entry['overlay'], object);
    const chunks = list(base['chunks'] ?? []).map(blob);
    const whole = blob(base);
    const total = chunks.reduce((sum, { size }) => sum + size, 0);
    if (chunks.length > 0 && total !== whole.size) refuse('chunks', chunks.length);
    if (whole.size > MAX_BASE_BYTES) {
      throw new GeocoderError('too_large', `a base has over ${MAX_BASE_BYTES} bytes`);
    }
    return {
      generation: generation(base['generation']),
      base: whole,
      // Without chunks the base is one.
      chunks: chunks.length > 0 ? chunks : [whole],
      head: count(overlay?.['head'] ?? 0),
      floor: count(overlay?.['floor'] ?? 0),
      state: overlay ? sha256(overlay['state_sha256']) : null,
      snapshot: orNull(overlay?.['snapshot'], (value) => {
        const { seq } = object(value);
        return { ...blob(value), seq: count(seq) };
      }),
      segments: list(overlay?.['segments'] ?? []).map((value) => {
        const { from, to } = object(value);
        return { ...blob(value), from: count(from), to: count(to) };
      }),
    };
  });
}

/** Reads what a manifest tells people, ordered by country code. */
export function readOffers(text: Text): CountryOffer[] {
  const { countries } = read(text, ({ name, attribution, base: value }, country) => {
    const base = object(value);
    const { sha256, size: sizeBytes } = blob(base);
    const records = object(base['records'] ?? {});
    for (const number of Object.values(records)) count(number);
    const bbox = list(base['bbox']);
    if (bbox.length !== 4 || !bbox.every(Number.isFinite)) refuse('bbox', bbox);
    return {
      country,
      name: string(name),
      generation: generation(base['generation']),
      sha256,
      sizeBytes,
      downloadBytes: count(base['size_br'] ?? 0) || sizeBytes,
      bbox,
      records,
      attribution: list(attribution).map((item) => {
        const { source, licence, url, notice, share_alike: shareAlike } = object(item);
        const texts = { source: string(source), licence: string(licence), url: string(url) };
        return { ...texts, notice: string(notice), shareAlike: shareAlike === true };
      }),
    } as CountryOffer;
  });
  return [...countries.values()].sort((a, b) => (a.country < b.country ? -1 : 1));
}

function read<T>(
  { text, verified }: Text,
  country: (entry: Record<string, unknown>, code: string) => T,
): Omit<Heads, 'countries'> & { countries: Map<string, T> } {
  const { format, epoch, version, min_poll_s: minPollS, countries } = object(parse(text));
  if (format !== 1) {
    if (Number(format) > 1) {
      throw new GeocoderError('too_old', `the server speaks format ${format}: update this package`);
    }
    refuse('format', format);
  }
  const read = new Map<string, T>();
  for (const [code, value] of Object.entries(object(countries))) {
    if (!/^[a-z]{2}$/.test(code)) refuse('country', code);
    read.set(code, country(object(value), code));
  }
  return {
    epoch: string(epoch),
    version: count(version),
    minPollS: count(minPollS ?? 0),
    verified,
    countries: read,
  };
}

/** Reads an answer as JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('answer', text.slice(0, 60));
  }
}

/** Reads what may be missing. */
function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value == null ? null : read(value);
}

function blob(value: unknown): Blob {
  const { sha256: hash, size } = object(value);
  return { sha256: sha256(hash), size: count(size) };
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) refuse('value', value);
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) refuse('list', value);
  return value as unknown[];
}

function string(value: unknown): string {
  if (typeof value !== 'string') refuse('text', value);
  return value as string;
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse('number', value);
  return value as number;
}

function sha256(value: unknown): string {
  return digits(value, 64);
}

function generation(value: unknown): string {
  return digits(value, 16);
}

function digits(value: unknown, length: number): string {
  if (typeof value !== 'string' || value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    refuse('hash', value);
  }
  return value as string;
}

/** Throws, since the server sent something else than it should. */
export function refuse(what: string, value: unknown): never {
  throw new GeocoderError('protocol', `the server's answer is damaged: ${what} is ${value}`);
}
