// The geocoder of a worker that the browser ends and starts again as it likes.

import { Geocoder, type OpenOptions, type SyncReport } from '../index.js';
import { VersionedCache } from './caches.js';
import { worker } from './scope.js';

/** Hash of `hereabouts.wasm` as browsers check it; filled in by the build. */
declare const ENGINE_INTEGRITY: string;

/** Time after which one more attempt is made to find out whether synchronisation is due. */
const RETRY_MS = 60_000;

/** Options of {@link keepGeocoder}. */
export type KeepOptions = Omit<
  OpenOptions,
  'updates' | 'pollIntervalS' | 'worker' | 'workerUrl' | 'signal'
>;

/**
 * Keeps a geocoder in this service worker: the engine is stored when the worker is installed, and
 * opened with the shards of this device when it is first needed.
 *
 * Countries, corrections and proposals are shared with every `Geocoder.open` in the pages of the
 * same origin and `storageName`. To be called when the worker's script starts, as all functions of
 * this entry.
 */
export function keepGeocoder(options: KeepOptions): KeptGeocoder {
  return new KeptGeocoder(options);
}

/** What {@link keepGeocoder} gives. */
export class KeptGeocoder {
  /** Where it comes from. */
  readonly options: KeepOptions;
  readonly #cache = new VersionedCache('engine', ENGINE_INTEGRITY);
  readonly #synced = new URL('hereabouts-synchronised', worker.registration.scope).href;
  #opening: Promise<Geocoder> | undefined;
  #downloading: Promise<undefined> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #waiting: Promise<SyncReport> | undefined;
  #nextCheckMs = 0;

  /** @internal */
  constructor(options: KeepOptions) {
    this.options = options;
    worker.addEventListener('install', (event) => event.waitUntil(this.#engine()));
  }

  /** Gives the geocoder, downloading its shards where there are none; what failed is tried again. */
  open(): Promise<Geocoder> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /**
   * Gives the geocoder if this device has shards already; nothing if they are only being
   * downloaded now, or cannot be.
   */
  async stored(): Promise<Geocoder | undefined> {
    const opening = this.open();
    return Promise.race([opening, this.#downloading]).catch(() => undefined);
  }

  /** Brings shards and proposals up to date; rejects when a country could not be. */
  sync(): Promise<SyncReport> {
    // One under way may be past what this one is for; one that has not begun is not.
    this.#waiting ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#waiting = undefined;
        const running = this.#sync();
        this.#running = running;
        return running;
      });
    return this.#waiting;
  }

  /** Brings shards and proposals up to date unless that was done a short while ago. */
  async syncWhenDue(intervalS: number): Promise<void> {
    const now = Date.now();
    if (now < this.#nextCheckMs) return;
    this.#nextCheckMs = now + RETRY_MS;
    const noted = await (await this.#cache.open()).match(this.#synced);
    const age = now - Number((await noted?.text()) ?? Number.NaN);
    // A clock that was set back makes ages negative.
    if (!(age >= 0 && age < intervalS * 1000)) await this.sync();
  }

  async #open(): Promise<Geocoder> {
    let begin = () => {};
    this.#downloading = new Promise((resolve) => {
      begin = () => resolve(undefined);
    });
    const { fetch: ask = (...args: Parameters<typeof fetch>) => fetch(...args), ...options } =
      this.options;
    const wasm = await this.#engine();
    return Geocoder.open({
      ...options,
      wasm,
      // The browser ends idle workers, and streams with them.
      updates: 'manual',
      worker: false,
      fetch: (...args) => {
        begin();
        return ask(...args);
      },
    });
  }

  async #sync(): Promise<SyncReport> {
    const { metered = 'wait' } = this.options;
    const report = await (await this.open()).sync({ metered });
    const failed = report.countries.find(({ error }) => error);
    if (failed) throw failed.error;
    await (await this.#cache.open()).put(this.#synced, new Response(`${Date.now()}`));
    return report;
  }

  /** Gives the engine, out of the cache once it is there. */
  async #engine(): Promise<NonNullable<KeepOptions['wasm']>> {
    const source = this.options.wasm ?? engineAddress();
    if (typeof source !== 'string' && !(source instanceof URL)) return source;
    const url = new URL(source, worker.location.href);
    const cache = await this.#cache.open();
    const cached = await cache.match(url);
    if (cached) return cached.arrayBuffer();
    // Bindings of one version with the engine of another would do anything.
    const response = await fetch(url, { integrity: ENGINE_INTEGRITY, cache: 'no-cache' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    // Without room it is fetched again by the next start.
    await cache.put(url, response.clone()).catch(() => {});
    return response.arrayBuffer();
  }
}

/** Says where the engine is: beside the module, or beside the script of a classic worker. */
function engineAddress(): URL {
  try {
    // Bundlers find the file by this very expression.
    return new URL('./hereabouts.wasm', import.meta.url);
  } catch {
    return new URL('./hereabouts.wasm', worker.location.href);
  }
}
