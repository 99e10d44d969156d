// What a geocoder and its worker say to each other, each way as one tagged union.

import type { PlainError } from './errors.js';
import type { BoxOptions, ShardChecks, SnapshotUpdate, WireOptions } from './host.js';
import type { Country, MapFeatures, SearchResponse, WasmSource } from './types.js';

/** Every call with its arguments and its result. */
export interface Calls {
  open: { args: { wasm: WasmSource | undefined }; result: undefined };
  search: { args: { query: string; options: WireOptions }; result: SearchResponse };
  reverse: { args: { options: WireOptions }; result: SearchResponse };
  insertBytes: {
    args: { bytes: Uint8Array; checks: ShardChecks; snapshot: Uint8Array | undefined };
    result: Country;
  };
  insertOverlay: {
    args: { country: string; snapshot: Uint8Array | undefined };
    result: undefined;
  };
  updateSnapshot: {
    args: { snapshot: Uint8Array | undefined; generation: string; deltas: Uint8Array[] };
    result: SnapshotUpdate;
  };
  sha256: { args: { bytes: Uint8Array }; result: string };
  insertResponse: {
    args: ResponseParts & { checks: ShardChecks; progress: boolean };
    result: Country;
  };
  features: { args: BoxOptions; result: MapFeatures };
  removeShard: { args: { country: string }; result: boolean };
  countries: { args: object; result: Country[] };
}

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

/** From the worker to the geocoder. */
export type WorkerResponse =
  | { id: number; kind: 'result'; result: Calls[Op]['result'] }
  | { id: number; kind: 'error'; error: PlainError }
  | { id: number; kind: 'progress'; receivedBytes: number };
