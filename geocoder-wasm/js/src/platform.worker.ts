// Service workers: the engine runs in their own thread, since they can start no other.

import { GeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import type { GeocoderOptions } from './types.js';
import { compileWasm } from './wasm.js';

/** Starts an engine. */
export async function openHost({ worker, wasm }: GeocoderOptions): Promise<EngineHost> {
  if (worker) throw new GeocoderError('worker_failed', 'a service worker can start no worker');
  return openLocalHost(() => compileWasm(wasm));
}
