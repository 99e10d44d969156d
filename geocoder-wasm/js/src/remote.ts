// The engine in a worker of its own.

import { GeocoderError, toGeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import type {
  Calls,
  Op,
  PassedOp,
  ResponseParts,
  WorkerRequest,
  WorkerResponse,
} from './protocol.js';
import type { InsertOptions, WasmSource } from './types.js';

/** As much of a `Worker` as is used here; Node's are adapted to it. */
export interface WorkerHandle {
  onmessage: ((event: MessageEvent<WorkerResponse>) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: WorkerRequest, transfer: Transferable[]): void;
  terminate(): void;
}

interface PendingCall {
  resolve(result: never): void;
  reject(error: GeocoderError): void;
  onProgress: InsertOptions['onProgress'];
}

/** Starts an engine in a worker; the worker ends when that fails. */
export async function openRemoteHost(
  worker: WorkerHandle,
  wasm: WasmSource | undefined,
): Promise<EngineHost> {
  const pending = new Map<number, PendingCall>();
  let lastId = 0;

  function failAll(code: 'worker_failed' | 'closed', message: string): void {
    for (const call of pending.values()) call.reject(new GeocoderError(code, message));
    pending.clear();
  }

  function close(): void {
    worker.terminate();
    failAll('closed', 'the geocoder was closed');
  }

  function post<O extends Op>(
    op: O,
    args: Calls[O]['args'],
    onProgress?: InsertOptions['onProgress'],
    moved?: ResponseParts['body'],
  ): Promise<Calls[O]['result']> {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      worker.postMessage({ id, op, args } as WorkerRequest, moved ? [moved] : []);
      pending.set(id, { resolve, reject, onProgress });
    });
  }

  const passing =
    <O extends PassedOp>(op: O) =>
    (...args: Calls[O]['args']): Promise<Calls[O]['result']> =>
      post(op, args);

  worker.onmessage = ({ data }) => {
    const call = pending.get(data.id);
    // A script of the page's own around the worker's may post what it likes.
    if (!call) return;
    if ('receivedBytes' in data) {
      call.onProgress?.(data.receivedBytes);
      return;
    }
    pending.delete(data.id);
    if ('error' in data) call.reject(toGeocoderError(data.error));
    else call.resolve(data.result as never);
  };
  worker.onmessageerror = () => failAll('worker_failed', 'an answer could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    const reason = event.message ?? 'its script could not be loaded';
    failAll('worker_failed', `the worker failed: ${reason}`);
  };

  try {
    await post('open', [wasm instanceof URL ? wasm.href : wasm]);
  } catch (error) {
    close();
    throw error;
  }
  return {
    search: passing('search'),
    reverse: passing('reverse'),
    insertBytes: passing('insertBytes'),
    insertOverlay: passing('insertOverlay'),
    updateSnapshot: passing('updateSnapshot'),
    removeShard: passing('removeShard'),
    countries: passing('countries'),
    // A view would be posted with all of the buffer behind it.
    sha256: (bytes) => post('sha256', [bytes.slice()]),
    features: ({ bbox, streets }) => post('features', [{ bbox, streets }]),
    async insertResponse(response, checks, onProgress) {
      const { status, headers } = response;
      const insert = (body: ResponseParts['body']) => {
        const parts = { body, status, headers: [...headers] };
        return post('insertResponse', [parts, checks, !!onProgress], onProgress, body);
      };
      try {
        return await insert(response.body);
      } catch (error) {
        // Not every browser can hand a stream to a worker; whole bodies can always be handed over.
        if ((error as Error).name !== 'DataCloneError') throw error;
      }
      const body = await response.arrayBuffer().catch((cause) => {
        throw new GeocoderError('network', `the body could not be read: ${cause}`, { cause });
      });
      return insert(body);
    },
    close,
  };
}
