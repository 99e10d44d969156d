// What a geocoder and its worker say to each other.

import type { PlainError } from './errors.js';
import type { EngineHost, ShardChecks } from './host.js';
import type { Country, WasmSource } from './types.js';

/** Name of a call that is passed on as it is. */
export type PassedOp = Exclude<keyof EngineHost, 'insertResponse' | 'close'>;

/** Every call with its arguments and its result. */
export type Calls = {
  [O in PassedOp]: {
    args: Parameters<EngineHost[O]>;
    result: Awaited<ReturnType<EngineHost[O]>>;
  };
} & {
  open: { args: [wasm: WasmSource | undefined]; result: undefined };
  insertResponse: {
    args: [response: ResponseParts, checks: ShardChecks, progress: boolean];
    result: Country;
  };
};

/** Name of a call. */
export type Op = keyof Calls;

/** A response taken apart, because responses themselves cannot be posted. */
export interface ResponseParts {
  body: ReadableStream<Uint8Array> | ArrayBuffer | null;
  status: number;
  headers: [string, string][];
}

/** From the geocoder to the worker; answers carry the same `id`. */
export type WorkerRequest = { [O in Op]: { id: number; op: O; args: Calls[O]['args'] } }[Op];

/** From the worker to the geocoder: an answer, why there is none, or how far it has come. */
export type WorkerResponse =
  | { id: number; result: Calls[Op]['result'] }
  | { id: number; error: PlainError }
  | { id: number; receivedBytes: number };
