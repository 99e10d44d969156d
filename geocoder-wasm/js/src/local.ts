// The engine in this thread.

import init, { Engine, sha256, updateSnapshot } from '../pkg/geocoder_wasm.js';
import { GeocoderError } from './errors.js';
import type { BoxOptions, EngineHost, ShardChecks, SnapshotUpdate, WireOptions } from './host.js';
import type { Country, InsertOptions, MapFeatures, SearchResponse } from './types.js';

let instance: Promise<unknown> | undefined;

/**
 * Starts an engine; all engines of a thread share one WebAssembly instance, that of the first
 * `compile` which succeeds.
 */
export async function openLocalHost(
  compile: () => Promise<WebAssembly.Module>,
): Promise<EngineHost> {
  instance ??= compile().then((module) => init({ module_or_path: module }));
  const started = instance;
  try {
    await started;
  } catch (cause) {
    if (instance === started) instance = undefined;
    throw new GeocoderError('wasm_unavailable', `the engine could not be loaded: ${cause}`, {
      cause,
    });
  }
  return new LocalHost();
}

class LocalHost implements EngineHost {
  readonly #engine = new Engine();

  async search(query: string, options: WireOptions): Promise<SearchResponse> {
    return this.#engine.search(query, options);
  }

  async reverse(options: WireOptions): Promise<SearchResponse> {
    return this.#engine.reverse(options);
  }

  async insertBytes(
    bytes: Uint8Array,
    checks: ShardChecks,
    snapshot?: Uint8Array,
  ): Promise<Country> {
    return this.#engine.insertShard(bytes, checks.sizeBytes, checks.sha256, snapshot);
  }

  async insertOverlay(country: string, snapshot: Uint8Array | undefined): Promise<void> {
    this.#engine.insertOverlay(country, snapshot);
  }

  async updateSnapshot(
    snapshot: Uint8Array | undefined,
    generation: string,
    deltas: Uint8Array[],
  ): Promise<SnapshotUpdate> {
    return updateSnapshot(snapshot, generation, deltas);
  }

  async sha256(bytes: Uint8Array): Promise<string> {
    return sha256(bytes);
  }

  insertResponse(
    response: Response,
    { sizeBytes, sha256 }: ShardChecks,
    onProgress: InsertOptions['onProgress'],
  ): Promise<Country> {
    return this.#engine.insertResponse(response, sizeBytes, sha256, onProgress);
  }

  async features({ bbox: [west, south, east, north], streets }: BoxOptions): Promise<MapFeatures> {
    return this.#engine.features(west, south, east, north, streets ?? false);
  }

  async removeShard(country: string): Promise<boolean> {
    return this.#engine.removeShard(country);
  }

  async countries(): Promise<Country[]> {
    return this.#engine.countries();
  }

  close(): void {
    this.#engine.free();
  }
}
