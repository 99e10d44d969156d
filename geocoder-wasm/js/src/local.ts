// The engine in this thread.

import init, { Engine } from '../pkg/geocoder_wasm.js';
import { GeocoderError } from './errors.js';
import type { BoxOptions, EngineHost, ShardChecks, WireOptions } from './host.js';
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

  async insertBytes(bytes: Uint8Array, checks: ShardChecks): Promise<Country> {
    return this.#engine.insertShard(bytes, checks.sizeBytes, checks.sha256);
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
