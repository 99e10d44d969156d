// Node: the engine is read from the package's own files, workers are `worker_threads`.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import type { WorkerScope } from './platform.js';
import { openRemoteHost, type WorkerHandle } from './remote.js';
import type { GeocoderOptions, WasmSource } from './types.js';

/** What a thread is given to know that it is one of this package. */
export const ENGINE_THREAD = 'hereabouts-engine';

/** Starts an engine where the options say; in this thread when they say nothing. */
export async function openHost(options: GeocoderOptions): Promise<EngineHost> {
  if (!options.worker) return openLocalHost(() => compileWasm(options.wasm));
  const url = new URL(options.workerUrl ?? './worker.node.js', import.meta.url);
  return openRemoteHost(
    adapt(new Worker(url, { execArgv: [], workerData: ENGINE_THREAD })),
    options.wasm,
  );
}

/** Gives a thread of Node the shape of a browser's worker. */
function adapt(thread: Worker): WorkerHandle {
  const handle: WorkerHandle = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage: (message, transfer) =>
      thread.postMessage(message, transfer as Parameters<Worker['postMessage']>[1]),
    terminate: () => void thread.terminate(),
  };
  thread.on('message', (data) => handle.onmessage?.(new MessageEvent('message', { data })));
  thread.on('messageerror', () => handle.onmessageerror?.(new MessageEvent('messageerror')));
  thread.on('error', (error) =>
    handle.onerror?.(Object.assign(new Event('error') as ErrorEvent, { message: `${error}` })),
  );
  return handle;
}

/** Compiles the engine. */
export async function compileWasm(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source !== undefined && typeof source !== 'string' && !(source instanceof URL)) {
    return WebAssembly.compile(source);
  }
  const url = new URL(source ?? './hereabouts.wasm', import.meta.url);
  if (url.protocol === 'file:') return WebAssembly.compile(await readFile(fileURLToPath(url)));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The thread's side of its channel; in the main thread there is none. */
export const workerScope = parentPort
  ? Object.assign(parentPort as unknown as WorkerScope, { name: workerData })
  : undefined;
