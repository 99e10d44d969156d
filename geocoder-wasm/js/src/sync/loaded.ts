// What the engine answers from, and how it follows the stored state.

import { toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { baseFile, type Entry, type Held, overlayFile } from './state.js';
import type { SyncStorage, SyncUpdate } from './types.js';

/** A country in the engine. */
export interface Answering {
  held: Held;
  /** Its corrections, to which deltas are applied. */
  snapshot: Uint8Array | undefined;
  /** Whether its base is among the files; without room for it, it is there for this visit. */
  stored: boolean;
}

/** The countries of an engine. */
export class Loaded {
  readonly #host: EngineHost;
  readonly #files: SyncStorage;
  readonly #answering = new Map<string, Answering>();
  /** The stored `current` of each country as it was when it was last looked at. */
  readonly #seen = new Map<string, string>();
  /** Countries whose stored `current` was read and found good. */
  readonly #proven = new Set<string>();
  readonly #damaged = new Set<string>();

  constructor(host: EngineHost, files: SyncStorage) {
    this.#host = host;
    this.#files = files;
  }

  /** Number of countries that answer. */
  get size(): number {
    return this.#answering.size;
  }

  /** What answers for a country. */
  get(code: string): Answering | undefined {
    return this.#answering.get(code);
  }

  /** Whether what is stored as current was read from the files and answers. */
  isProven(code: string, { current }: Entry): boolean {
    return this.#proven.has(code) && this.#seen.get(code) === JSON.stringify(current);
  }

  /** Brings the engine to what is stored; returns what changed. What cannot be read is left out. */
  async adopt(countries: [string, Entry][]): Promise<SyncUpdate[]> {
    const updates: SyncUpdate[] = [];
    for (const [country, { current, previous }] of countries) {
      const key = JSON.stringify(current);
      if (this.#seen.get(country) === key) continue;
      this.#seen.set(country, key);
      const before = this.#answering.get(country)?.held;
      const good = await this.#load(country, current);
      this.#damaged.delete(country);
      if (good) this.#proven.add(country);
      else this.#damaged.add(country);
      if (!good && !before && previous) await this.#load(country, previous);
      const held = this.#answering.get(country)?.held;
      if (!held || held === before) continue;
      const { generation, head } = held;
      const action = before?.sha256 === held.sha256 ? 'changes' : 'base';
      updates.push({ country, action, generation, head });
    }
    for (const [country, { held, stored }] of this.#answering) {
      if (!stored || countries.some(([code]) => code === country)) continue;
      await this.remove(country);
      updates.push({ country, action: 'removed', generation: held.generation, head: held.head });
    }
    return updates;
  }

  /** Keeps what answers for this visit, as the files are gone. */
  keep(): void {
    for (const answering of this.#answering.values()) answering.stored = false;
    this.#seen.clear();
  }

  /** Names the countries of which stored files were not good, once. */
  takeDamaged(): string[] {
    const damaged = [...this.#damaged];
    this.#damaged.clear();
    return damaged;
  }

  /** Puts a base or, without one, corrections into the engine; whatever fails leaves it as it was. */
  async put(
    code: string,
    held: Held,
    base: Uint8Array | undefined,
    snapshot: Uint8Array | undefined,
  ): Promise<Answering> {
    if (base) {
      const { sizeBytes, sha256 } = held;
      await this.#host.insertBytes(base, { sizeBytes, sha256 }, snapshot);
    } else if (snapshot !== this.#answering.get(code)?.snapshot) {
      await this.#host.insertOverlay(code, snapshot);
    }
    const stored = base ? true : (this.#answering.get(code)?.stored ?? true);
    const answering = { held, snapshot, stored };
    this.#answering.set(code, answering);
    return answering;
  }

  /** Notes that what answers is what is stored now. */
  follow(code: string, { current }: Entry): void {
    this.#seen.set(code, JSON.stringify(current));
    this.#proven.delete(code);
  }

  /** Takes a country out of the engine. */
  async remove(code: string): Promise<boolean> {
    this.#answering.delete(code);
    this.#seen.delete(code);
    return this.#host.removeShard(code);
  }

  /** Reads a country's files into the engine; answers whether they were all there and good. */
  async #load(code: string, stored: Held): Promise<boolean> {
    try {
      const snapshot = stored.state === null ? undefined : await this.#overlay(stored.state);
      const complete = stored.state === null || snapshot !== undefined;
      // A base without its corrections is what it was at the beginning of its feed.
      const held = complete ? stored : { ...stored, epoch: '', head: 0, state: null };
      const same = this.#answering.get(code)?.held.sha256 === stored.sha256;
      const base = same ? undefined : await this.#files.read(baseFile(stored.sha256));
      if (!same && !base) return false;
      const answering = await this.put(code, held, base, snapshot);
      answering.stored = true;
      return complete;
    } catch (error) {
      // Damaged or gone: it is fetched again. A geocoder that was closed has nothing to load into.
      if (toGeocoderError(error).code === 'closed') throw error;
      return false;
    }
  }

  async #overlay(state: string): Promise<Uint8Array | undefined> {
    const snapshot = await this.#files.read(overlayFile(state));
    return snapshot && (await this.#host.sha256(snapshot)) === state ? snapshot : undefined;
  }
}
