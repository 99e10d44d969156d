// Browsers and their workers: where the engine comes from and which thread it runs in.

import { GeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import { openRemoteHost } from './remote.js';
import type { GeocoderOptions } from './types.js';
import { compileWasm } from './wasm.js';

export { compileWasm };

/** Name by which a worker knows that it is one of this package. */
export const ENGINE_THREAD = 'hereabouts-engine';

/** Starts an engine where the options say. */
export async function openHost(options: GeocoderOptions): Promise<EngineHost> {
  // Only pages start a worker unasked: workers are off the page's thread already.
  if (options.worker ?? typeof window !== 'undefined') {
    try {
      return await openRemoteHost(startWorker(options.workerUrl), options.wasm);
    } catch (error) {
      // Asked for, or not for want of a worker.
      if (options.worker || (error as GeocoderError).code !== 'worker_failed') throw error;
    }
  }
  return openLocalHost(() => compileWasm(options.wasm));
}

function startWorker(url: URL | string | undefined): Worker {
  try {
    // Bundlers find the worker by this very expression.
    return url === undefined
      ? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: ENGINE_THREAD })
      : new Worker(url, { type: 'module', name: ENGINE_THREAD });
  } catch (cause) {
    throw new GeocoderError('worker_failed', `the worker could not be started: ${cause}`, {
      cause,
    });
  }
}

/** The worker's side of its channel; a page has none, whatever its name is. */
export const workerScope =
  typeof document === 'undefined' ? (globalThis as unknown as WorkerScope) : undefined;

/** As much of a worker's global scope as is used here. */
export interface WorkerScope {
  name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}
