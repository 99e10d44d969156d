// The engine in this thread.

import init, { Engine, sha256, updateSnapshot } from '../pkg/geocoder_wasm.js';
import { GeocoderError } from './errors.js';
import type { EngineHost } from './host.js';

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
  const engine = new Engine();
  return {
    search: async (query, options) => engine.search(query, options),
    reverse: async (options) => engine.reverse(options),
    insertBytes: async (bytes, { sizeBytes, sha256 }, snapshot) =>
      engine.insertShard(bytes, sizeBytes, sha256, snapshot),
    insertOverlay: async (country, snapshot) => void engine.insertOverlay(country, snapshot),
    updateSnapshot: async (snapshot, generation, deltas) =>
      updateSnapshot(snapshot, generation, deltas),
    sha256: async (bytes) => sha256(bytes),
    insertResponse: (response, { sizeBytes, sha256 }, onProgress) =>
      engine.insertResponse(response, sizeBytes, sha256, onProgress),
    features: async ({ bbox: [west, south, east, north], streets }) =>
      engine.features(west, south, east, north, streets ?? false),
    removeShard: async (country) => engine.removeShard(country),
    countries: async () => engine.countries(),
    close: () => engine.free(),
  };
}
