// The countries of this device: what is on offer, stored, loaded, downloading or in trouble.

import type { Geocoder } from 'hereabouts';
import { fetchManifest, fetchShard } from './download.js';
import { explainError, isDamage, ShardError } from './errors.js';
import type { CountryEntry } from './manifest.js';
import type { ShardStore } from './store.js';

/** State of one country. */
export interface CountryState {
  /** The stored entry if there is one, else the one on offer. */
  readonly entry: CountryEntry;
  /** Whether it answers searches. */
  readonly loaded: boolean;
  /** Newer entry on offer for a loaded country. */
  readonly update: CountryEntry | null;
  /** Bytes received of the running download. */
  readonly receivedBytes: number | null;
  /** What went wrong last, in words. */
  readonly problem: string | null;
}

/** Whether the list of countries on offer is known. */
export type OfferState = 'loading' | 'known' | 'offline' | 'failed';

interface Country {
  loaded: CountryEntry | null;
  offered: CountryEntry | null;
  receivedBytes: number | null;
  problem: string | null;
  abort: AbortController | null;
}

/** Event of {@link ShardLibrary}: something about the countries changed. */
export const LIBRARY_CHANGED = 'changed';

/** Keeps the engine's shards, the store and the server's offer in step. */
export class ShardLibrary extends EventTarget {
  readonly #geocoder: Geocoder;
  readonly #store: ShardStore;
  readonly #countries = new Map<string, Country>();
  readonly #otherTabs = new BroadcastChannel('hereabouts-shards');
  #offer: OfferState = 'loading';
  #offerProblem: string | null = null;

  constructor(geocoder: Geocoder, store: ShardStore) {
    super();
    this.#geocoder = geocoder;
    this.#store = store;
    this.#otherTabs.onmessage = () => void this.loadStored();
  }

  /** What shards are stored in. */
  get storeKind(): ShardStore['kind'] {
    return this.#store.kind;
  }

  /** Whether the list on offer is known. */
  get offer(): OfferState {
    return this.#offer;
  }

  /** Why the list on offer could not be read, in words. */
  get offerProblem(): string | null {
    return this.#offerProblem;
  }

  /** Lists all known countries by name. */
  countries(): CountryState[] {
    return [...this.#countries.values()]
      .flatMap(({ loaded, offered, receivedBytes, problem }) => {
        const entry = loaded ?? offered;
        if (!entry) return [];
        const update = loaded && offered && loaded.sha256 !== offered.sha256 ? offered : null;
        return [{ entry, loaded: loaded !== null, update, receivedBytes, problem }];
      })
      .sort((a, b) => a.entry.name.localeCompare(b.entry.name, 'en'));
  }

  /** Lists the entries that answer searches. */
  loaded(): CountryEntry[] {
    return this.countries().flatMap(({ entry, loaded }) => (loaded ? [entry] : []));
  }

  /** Loads what is stored, verifying every byte; damaged shards are thrown away and told. */
  async loadStored(): Promise<void> {
    const entries = await this.#store.entries();
    const stored = new Set(entries.map(({ country }) => country));
    for (const [code, country] of this.#countries) {
      if (country.loaded && !stored.has(code)) await this.#unload(code, country);
    }
    await Promise.all(entries.map((entry) => this.#loadOne(entry)));
    this.#changed();
  }

  /** Asks the server what is on offer, and fetches again what was found damaged. */
  async refreshOffer(): Promise<void> {
    try {
      const entries = await fetchManifest();
      for (const country of this.#countries.values()) country.offered = null;
      for (const entry of entries) this.#country(entry.country).offered = entry;
      this.#offer = 'known';
      this.#offerProblem = null;
    } catch (error) {
      const offline = error instanceof ShardError && error.code === 'offline';
      this.#offer = offline ? 'offline' : 'failed';
      this.#offerProblem = explainError(error);
    }
    this.#changed();
  }

  /** Downloads the offered shard of a country, verifies, loads and stores it. */
  async download(code: string): Promise<void> {
    const country = this.#country(code);
    const entry = country.offered;
    if (!entry || country.abort) return;
    const abort = new AbortController();
    Object.assign(country, { abort, receivedBytes: 0, problem: null });
    this.#changed();
    try {
      const onProgress = (receivedBytes: number) => {
        country.receivedBytes = receivedBytes;
        this.#changed();
      };
      const bytes = await fetchShard(entry, onProgress, abort.signal);
      // The engine checks size, hash and format before it takes the shard in.
      const { sizeBytes, sha256 } = entry;
      await this.#geocoder.insertShard(bytes, { sizeBytes, sha256, signal: abort.signal });
      country.loaded = entry;
      await this.#store.put(entry, bytes);
      this.#otherTabs.postMessage(code);
    } catch (error) {
      if (!abort.signal.aborted) country.problem = explainError(error);
    } finally {
      Object.assign(country, { abort: null, receivedBytes: null });
      this.#changed();
    }
  }

  /** Stops a running download. */
  cancel(code: string): void {
    this.#countries.get(code)?.abort?.abort();
  }

  /** Removes a country from the engine and the store. */
  async remove(code: string): Promise<void> {
    const country = this.#country(code);
    try {
      await this.#store.remove(code);
      await this.#unload(code, country);
      country.problem = null;
      this.#otherTabs.postMessage(code);
    } catch (error) {
      country.problem = explainError(error);
    }
    this.#changed();
  }

  /** Throws away the shards that the engine found damaged while answering, and fetches them again. */
  async recheck(): Promise<void> {
    for (const [code, country] of this.#countries) {
      if (country.loaded) await this.#unload(code, country);
    }
    await this.loadStored();
    await this.repair();
  }

  /** Downloads the countries again whose stored data was damaged. */
  async repair(): Promise<void> {
    const damaged = [...this.#countries].filter(
      ([, country]) => country.problem !== null && !country.loaded && country.offered,
    );
    for (const [code, country] of damaged) {
      const { problem } = country;
      await this.download(code);
      if (country.loaded && problem !== null) {
        country.problem = null;
        this.dispatchEvent(new CustomEvent('repaired', { detail: country.loaded.name }));
      }
    }
    this.#changed();
  }

  async #loadOne(entry: CountryEntry): Promise<void> {
    const country = this.#country(entry.country);
    if (country.loaded?.sha256 === entry.sha256) return;
    try {
      const bytes = await this.#store.read(entry);
      const { sizeBytes, sha256 } = entry;
      await this.#geocoder.insertShard(bytes, { sizeBytes, sha256 });
      country.loaded = entry;
      country.problem = null;
    } catch (error) {
      const gone = error instanceof ShardError && error.code === 'missing';
      if (!gone && !isDamage(error)) {
        country.offered ??= entry;
        country.problem = explainError(error);
        return;
      }
      country.offered ??= entry;
      country.problem = `The stored data of ${entry.name} was damaged and is not used. It is downloaded again as soon as the server can be reached.`;
      await this.#store.remove(entry.country).catch(() => undefined);
      this.dispatchEvent(new CustomEvent('damaged', { detail: entry.name }));
    }
  }

  async #unload(code: string, country: Country): Promise<void> {
    await this.#geocoder.removeShard(code);
    country.offered ??= country.loaded;
    country.loaded = null;
  }

  #country(code: string): Country {
    let country = this.#countries.get(code);
    if (!country) {
      country = { loaded: null, offered: null, receivedBytes: null, problem: null, abort: null };
      this.#countries.set(code, country);
    }
    return country;
  }

  #changed(): void {
    this.dispatchEvent(new Event(LIBRARY_CHANGED));
  }
}
