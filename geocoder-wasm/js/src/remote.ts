// The engine in a worker of its own.

import { GeocoderError, toGeocoderError } from './errors.js';
import type { BoxOptions, EngineHost, ShardChecks } from './host.js';
import type {
  Calls,
  Op,
  PassedOp,
  ResponseParts,
  WorkerRequest,
  WorkerResponse,
} from './protocol.js';
import type { Country, InsertOptions, MapFeatures, WasmSource } from './types.js';

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
  const host = new RemoteHost(worker);
  try {
    await host.open(wasm);
  } catch (error) {
    host.close();
    throw error;
  }
  return host;
}

class RemoteHost implements EngineHost {
  readonly #worker: WorkerHandle;
  readonly #pending = new Map<number, PendingCall>();
  #lastId = 0;

  constructor(worker: WorkerHandle) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onmessageerror = () => this.#failAll('worker_failed', 'an answer could not be read');
    worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message ?? 'its script could not be loaded';
      this.#failAll('worker_failed', `the worker failed: ${reason}`);
    };
  }

  readonly search = this.#passing('search');
  readonly reverse = this.#passing('reverse');
  readonly insertBytes = this.#passing('insertBytes');
  readonly insertOverlay = this.#passing('insertOverlay');
  readonly updateSnapshot = this.#passing('updateSnapshot');
  readonly removeShard = this.#passing('removeShard');
  readonly countries = this.#passing('countries');

  open(wasm: WasmSource | undefined): Promise<undefined> {
    return this.#post('open', [wasm instanceof URL ? wasm.href : wasm]);
  }

  sha256(bytes: Uint8Array): Promise<string> {
    // A view would be posted with all of the buffer behind it.
    return this.#post('sha256', [bytes.slice()]);
  }

  features({ bbox, streets }: BoxOptions): Promise<MapFeatures> {
    return this.#post('features', [{ bbox, streets }]);
  }

  async insertResponse(
    response: Response,
    checks: ShardChecks,
    onProgress: InsertOptions['onProgress'],
  ): Promise<Country> {
    const parts = takeApart(response);
    const insert = (body: ResponseParts['body']) =>
      this.#post(
        'insertResponse',
        [{ ...parts, body }, checks, onProgress !== undefined],
        onProgress,
        body,
      );
    try {
      return await insert(parts.body);
    } catch (error) {
      // Not every browser can hand a stream to a worker; whole bodies can always be handed over.
      if (!(error instanceof DOMException && error.name === 'DataCloneError')) throw error;
    }
    const body = await response.arrayBuffer().catch((cause) => {
      throw new GeocoderError('network', `the body could not be read: ${cause}`, { cause });
    });
    return insert(body);
  }

  close(): void {
    this.#worker.terminate();
    this.#failAll('closed', 'the geocoder was closed');
  }

  #passing<O extends PassedOp>(op: O) {
    return (...args: Calls[O]['args']): Promise<Calls[O]['result']> => this.#post(op, args);
  }

  #post<O extends Op>(
    op: O,
    args: Calls[O]['args'],
    onProgress?: InsertOptions['onProgress'],
    moved?: ResponseParts['body'],
  ): Promise<Calls[O]['result']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, op, args } as WorkerRequest, moved ? [moved] : []);
      this.#pending.set(id, { resolve, reject, onProgress });
    });
  }

  #receive(response: WorkerResponse): void {
    const call = this.#pending.get(response.id);
    if (!call) return;
    if (response.kind === 'progress') {
      call.onProgress?.(response.receivedBytes);
      return;
    }
    this.#pending.delete(response.id);
    if (response.kind === 'result') call.resolve(response.result as never);
    else call.reject(toGeocoderError(response.error));
  }

  #failAll(code: 'worker_failed' | 'closed', message: string): void {
    for (const call of this.#pending.values()) call.reject(new GeocoderError(code, message));
    this.#pending.clear();
  }
}

function takeApart(response: Response): ResponseParts {
  const { status, headers } = response;
  return { body: response.body, status, headers: [...headers] };
}
