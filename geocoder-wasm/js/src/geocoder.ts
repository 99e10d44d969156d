// The one class of the package: shards in, answers out.

import { openHost } from '#platform';
import { abortedError, GeocoderError, toGeocoderError } from './errors.js';
import { type EngineHost, wireOptions } from './host.js';
import { bytesOf, stoppable } from './source.js';
import { type Device, openDevice } from './sync/device.js';
import type {
  CountryOffer,
  OpenOptions,
  Proposal,
  ProposalInput,
  StorageReport,
  SyncEvents,
  SyncOptions,
  SyncReport,
} from './sync/types.js';
import type {
  Country,
  FeaturesOptions,
  GeocoderOptions,
  InsertOptions,
  MapFeatures,
  ReverseOptions,
  SearchOptions,
  SearchResponse,
  ShardSource,
} from './types.js';

/**
 * Geocoder over any number of country shards, answering on this device.
 *
 * Every method returns a promise and rejects with {@link GeocoderError} only.
 *
 * @example
 * ```ts
 * const geocoder = await Geocoder.fromShards([await fetch('/li.shard')]);
 * const { results } = await geocoder.search('Städtle 43 Vad', { maxResults: 3 });
 * const there = await geocoder.reverse({ coordinates: '47.1392,9.5227' });
 * geocoder.close();
 * ```
 */
export class Geocoder {
  readonly #host: EngineHost;
  readonly #closing = new AbortController();
  #device: Device | undefined;

  private constructor(host: EngineHost) {
    this.#host = host;
  }

  /**
   * Starts the engine and loads shards into it; an empty list is fine, more can come later.
   *
   * The bytes are copied once, into the engine; the bodies of responses are read as they arrive.
   */
  static fromShards(
    shards: readonly ShardSource[],
    options: GeocoderOptions = {},
  ): Promise<Geocoder> {
    return Geocoder.#start(options, (geocoder) =>
      Promise.all(shards.map((shard) => geocoder.insertShard(shard))),
    );
  }

  /**
   * Starts the engine, loads what this device keeps, and keeps it current from then on.
   *
   * Where nothing is kept yet, the countries are downloaded first; the promise then rejects when
   * that fails, with code `network` when the server cannot be reached. Close the geocoder to end
   * its polling.
   *
   * @example
   * ```ts
   * const geocoder = await Geocoder.open({ server: 'https://geo.example.org', countries: ['li'] });
   * geocoder.on('update', ({ country }) => console.log(`${country} changed`));
   * ```
   */
  static open(options: OpenOptions): Promise<Geocoder> {
    // Scripts without types may forget them; the server that is missing then is what is told.
    const asked = options ?? {};
    return Geocoder.#start(asked, async (geocoder) => {
      geocoder.#device = await geocoder.#call(asked.signal, (host, signal) =>
        openDevice(host, asked, signal, geocoder.#closing.signal),
      );
    });
  }

  /** Searches by text: what the user typed so far, the last word possibly unfinished. */
  search(query: string, options: SearchOptions = {}): Promise<SearchResponse> {
    return this.#call(options?.signal, (host) => host.search(query, wireOptions(options ?? {})));
  }

  /** Says what is at a point, nearest first. */
  reverse(options: ReverseOptions): Promise<SearchResponse> {
    return this.#call(options?.signal, (host) => host.reverse(wireOptions(options ?? {})));
  }

  /** Gives what a map can draw in a box: boundaries, and streets when asked for. */
  features(options: FeaturesOptions): Promise<MapFeatures> {
    return this.#call(options?.signal, (host) => host.features(options));
  }

  /** Loads a shard, in place of the one of the same country. */
  insertShard(shard: ShardSource, options: InsertOptions = {}): Promise<Country> {
    const { sizeBytes, sha256, onProgress } = options;
    const checks = { sizeBytes, sha256 };
    return this.#call(options.signal, (host, signal) => {
      const bytes = bytesOf(shard);
      return bytes
        ? host.insertBytes(bytes, checks)
        : host.insertResponse(stoppable(shard as Response, signal), checks, onProgress);
    });
  }

  /** Unloads the shard of a country (ISO 3166-1 alpha-2); answers whether there was one. */
  removeShard(country: string): Promise<boolean> {
    return this.#call(undefined, (host) => host.removeShard(country));
  }

  /** Lists the loaded shards, ordered by country code. */
  countries(): Promise<Country[]> {
    return this.#call(undefined, (host) => host.countries());
  }

  /**
   * Brings every country to where the server is, and sends and asks for proposals.
   *
   * Rejects when the server cannot be asked; what fails for one country is in its report.
   */
  sync(options: SyncOptions = {}): Promise<SyncReport> {
    return this.#onDevice(options.signal, (device, signal) => device.sync(signal, options));
  }

  /** Asks the server what it offers, ordered by country code; of all countries unless some are named. */
  offers(
    options: { countries?: readonly string[] | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<CountryOffer[]> {
    return this.#onDevice(options.signal, (device, signal) =>
      device.offers(options.countries, signal),
    );
  }

  /**
   * Adds a country (ISO 3166-1 alpha-2) to those that this device keeps, and downloads it. What
   * breaks off goes on at the next synchronisation, unless the country is removed.
   */
  addCountry(country: string, options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#onDevice(options.signal, (device, signal) => device.addCountry(country, signal));
  }

  /** Removes a country with its files, and ends its download; answers whether there was one. */
  removeCountry(country: string): Promise<boolean> {
    return this.#onDevice(undefined, (device, signal) => device.removeCountry(country, signal));
  }

  /** Says what this device keeps, and where. */
  storage(): Promise<StorageReport> {
    return this.#onDevice(undefined, (device) => device.storage());
  }

  /** Asks the browser not to clear what this device keeps; answers whether it agreed. */
  persist(): Promise<boolean> {
    return this.#onDevice(undefined, (device) => device.persist());
  }

  /**
   * Proposes a correction. It is queued at once and sent exactly once, as soon as the server can be
   * reached; with `updates: 'manual'`, by the next {@link Geocoder.sync}.
   */
  propose(proposal: ProposalInput): Promise<Proposal> {
    return this.#onDevice(undefined, (device) => device.propose(proposal));
  }

  /** Lists proposals with what became of them, the oldest first. */
  proposals(): Promise<Proposal[]> {
    return this.#onDevice(undefined, (device) => device.proposals());
  }

  /** Listens to synchronisation; returns what ends that. Throws on a geocoder of shards. */
  on<E extends keyof SyncEvents>(type: E, listener: (detail: SyncEvents[E]) => void): () => void {
    return this.#synchronised.on(type, listener);
  }

  /**
   * Frees the shards and ends the worker. Calls under way and later ones reject with code
   * `closed`; closing twice is fine.
   */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#host.close();
  }

  /** Starts the engine; it ends when what is then done fails. */
  static async #start(
    options: GeocoderOptions,
    load: (geocoder: Geocoder) => Promise<unknown>,
  ): Promise<Geocoder> {
    const geocoder = new Geocoder(await openHost(options));
    try {
      await load(geocoder);
      return geocoder;
    } catch (error) {
      geocoder.close();
      throw error;
    }
  }

  get #synchronised(): Device {
    if (this.#device) return this.#device;
    throw new GeocoderError('not_synchronised', 'only what Geocoder.open made can do this');
  }

  #onDevice<T>(
    signal: AbortSignal | undefined,
    run: (device: Device, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#call(signal, async (_, stop) => run(this.#synchronised, stop));
  }

  /** Runs one call until it settles, the caller's signal fires or the geocoder is closed. */
  async #call<T>(
    signal: AbortSignal | undefined,
    run: (host: EngineHost, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const closing = this.#closing.signal;
    const reason = () => (closing.aborted || !signal ? closedError() : abortedError(signal));
    if (closing.aborted || signal?.aborted) throw reason();
    const stop = new AbortController();
    // Untied by hand: controllers that fire when a call is over would cost a tenth of a search.
    let end = () => {};
    const stopped = new Promise<never>((_, reject) => {
      end = () => {
        reject(reason());
        stop.abort();
      };
    });
    const masters = [closing, signal];
    for (const master of masters) master?.addEventListener('abort', end);
    try {
      const result = await Promise.race([run(this.#host, stop.signal), stopped]);
      // An answer that was there first comes too late all the same, in whatever thread.
      return stop.signal.aborted ? await stopped : result;
    } catch (error) {
      throw toGeocoderError(error);
    } finally {
      for (const master of masters) master?.removeEventListener('abort', end);
    }
  }
}

function closedError(): GeocoderError {
  return new GeocoderError('closed', 'the geocoder was closed');
}
