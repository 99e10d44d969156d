// What the engine answers from, and how it follows the stored state.

import { toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { baseFile, type Entry, type Held, overlayFile } from './state.js';
import type { SyncAction, SyncStorage, SyncUpdate } from './types.js';

/** A country in the engine. */
export interface Answering {
  held: Held;
  /** Its corrections, to which deltas are applied. */
  snapshot: Uint8Array | undefined;
  /** Whether its base is among the files; without room for it, it is there for this visit. */
  stored: boolean;
}

/** The countries of an engine. */
export type Loaded = ReturnType<typeof loadedInto>;

/** Follows what an engine answers from. */
export function loadedInto(host: EngineHost, files: SyncStorage) {
  const answering = new Map<string, Answering>();
  /** The stored `current` of each country as it was when it was last looked at. */
  const seen = new Map<string, string>();
  /** Countries whose stored `current` was read and found good. */
  const proven = new Set<string>();
  const damaged = new Set<string>();

  /** Puts a base or, without one, corrections into the engine; whatever fails leaves it as it was. */
  async function put(
    code: string,
    held: Held,
    base: Uint8Array | undefined,
    snapshot: Uint8Array | undefined,
  ): Promise<Answering> {
    const before = answering.get(code);
    if (base) await host.insertBytes(base, held, snapshot);
    else if (snapshot !== before?.snapshot) await host.insertOverlay(code, snapshot);
    const now = { held, snapshot, stored: base ? true : (before?.stored ?? true) };
    answering.set(code, now);
    return now;
  }

  /** Takes a country out of the engine. */
  function remove(code: string): Promise<boolean> {
    answering.delete(code);
    seen.delete(code);
    return host.removeShard(code);
  }

  /** Reads a country's files into the engine; answers whether they were all there and good. */
  async function load(code: string, stored: Held): Promise<boolean> {
    const { state, sha256 } = stored;
    try {
      let snapshot = state === null ? undefined : await files.read(overlayFile(state));
      if (snapshot && (await host.sha256(snapshot)) !== state) snapshot = undefined;
      const complete = state === null || snapshot !== undefined;
      // A base without its corrections is what it was at the beginning of its feed.
      const held = complete ? stored : { ...stored, epoch: '', head: 0, state: null };
      const same = answering.get(code)?.held.sha256 === sha256;
      const base = same ? undefined : await files.read(baseFile(sha256));
      if (!same && !base) return false;
      (await put(code, held, base, snapshot)).stored = true;
      return complete;
    } catch (error) {
      // Damaged or gone: it is fetched again. A geocoder that was closed has nothing to load into.
      if (toGeocoderError(error).code === 'closed') throw error;
      return false;
    }
  }

  return {
    put,
    remove,

    /** Number of countries that answer. */
    count: () => answering.size,

    /** What answers for a country. */
    get: (code: string) => answering.get(code),

    /** Whether what is stored as current was read from the files and answers. */
    isProven: (code: string, { current }: Entry) =>
      proven.has(code) && seen.get(code) === JSON.stringify(current),

    /** Brings the engine to what is stored; returns what changed. What cannot be read is left out. */
    async adopt(countries: [string, Entry][]): Promise<SyncUpdate[]> {
      const updates: SyncUpdate[] = [];
      const note = (country: string, action: SyncAction, { generation, head }: Held) =>
        updates.push({ country, action, generation, head });
      for (const [country, { current, previous }] of countries) {
        const key = JSON.stringify(current);
        if (seen.get(country) === key) continue;
        seen.set(country, key);
        const before = answering.get(country)?.held;
        const good = await load(country, current);
        damaged.delete(country);
        (good ? proven : damaged).add(country);
        if (!good && !before && previous) await load(country, previous);
        const held = answering.get(country)?.held;
        if (!held || held === before) continue;
        note(country, before?.sha256 === held.sha256 ? 'changes' : 'base', held);
      }
      for (const [country, { held, stored }] of answering) {
        if (!stored || countries.some(([code]) => code === country)) continue;
        await remove(country);
        note(country, 'removed', held);
      }
      return updates;
    },

    /** Keeps what answers for this visit, as the files are gone. */
    keep(): void {
      for (const now of answering.values()) now.stored = false;
      seen.clear();
    },

    /** Names the countries of which stored files were not good, once. */
    takeDamaged(): string[] {
      const taken = [...damaged];
      damaged.clear();
      return taken;
    },

    /** Notes that what answers is what is stored now. */
    follow(code: string, { current }: Entry): void {
      seen.set(code, JSON.stringify(current));
      proven.delete(code);
    },
  };
}
