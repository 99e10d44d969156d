// The one error class of the package; its codes are stable, its messages are for people.

/**
 * What went wrong.
 *
 * - `not_a_shard`, `unsupported_version`, `truncated`, `checksum_mismatch`, `malformed`: the bytes
 *   are no shard, too new for this version, cut, changed or wrongly built.
 * - `malformed_delta`, `wrong_generation`, `delta_out_of_order`: the corrections that arrived are
 *   none, belong to another base, or leave a gap.
 * - `not_loaded`: there is no shard of the country.
 * - `size_mismatch`, `hash_mismatch`: the bytes are not those that {@link InsertOptions} announce.
 * - `too_large`, `out_of_memory`: the shard is over the limit, or the device has no room for it.
 * - `invalid_options`: see {@link GeocoderError.errors}.
 * - `network`: the server cannot be reached, or the body of its answer broke off.
 * - `unavailable`, `rate_limited`: the server cannot answer now (5xx, 429); see
 *   {@link GeocoderError.retryAfterS}.
 * - `unauthorized`: the server refuses the key, or wants one (401, 403, 412).
 * - `not_found`, `not_offered`: the server has no such thing (404), or no such country.
 * - `must_refetch`: the server's history is another one than this device's.
 * - `protocol`: what the server answers makes no sense.
 * - `signature`: it is not signed by the given key, or this platform cannot verify that.
 * - `too_old`: the server speaks a newer protocol than this package.
 * - `storage`, `storage_full`: the device cannot keep files, or has no room for more.
 * - `not_synchronised`: the geocoder was not made by {@link Geocoder.open}.
 * - `aborted`: the caller's signal fired. The error's `name` is then `AbortError`.
 * - `closed`: the geocoder was closed.
 * - `wasm_unavailable`, `worker_failed`: the engine or its worker could not be loaded.
 * - `internal`: a fault of this package.
 */
export type GeocoderErrorCode =
  | 'not_a_shard'
  | 'unsupported_version'
  | 'truncated'
  | 'checksum_mismatch'
  | 'malformed'
  | 'malformed_delta'
  | 'wrong_generation'
  | 'delta_out_of_order'
  | 'not_loaded'
  | 'size_mismatch'
  | 'hash_mismatch'
  | 'too_large'
  | 'out_of_memory'
  | 'invalid_options'
  | 'network'
  | 'unavailable'
  | 'rate_limited'
  | 'unauthorized'
  | 'not_found'
  | 'not_offered'
  | 'must_refetch'
  | 'protocol'
  | 'signature'
  | 'too_old'
  | 'storage'
  | 'storage_full'
  | 'not_synchronised'
  | 'aborted'
  | 'closed'
  | 'wasm_unavailable'
  | 'worker_failed'
  | 'internal';

/** One refused option, in the shape of PlaceKit's 422 answers. */
export interface FieldError {
  /** The value as it was given. */
  value: unknown;
  /** What is wrong. */
  msg: string;
  /** Name of the option, with an index for list items. */
  param: string;
  /** The same name; PlaceKit's API has used both. */
  path: string;
  /** Always `body`, as in PlaceKit's API. */
  location: string;
}

/**
 * Every error that the calls of this package throw or reject with. The `cause` of what a server
 * refused is its `Response`, without the body.
 */
export class GeocoderError extends Error {
  /** What went wrong; stable between versions. */
  declare readonly code: GeocoderErrorCode;
  /** The refused options, for code `invalid_options`; otherwise empty. */
  declare readonly errors: readonly FieldError[];
  /** Seconds to wait before the next attempt, where the server says so. */
  declare readonly retryAfterS?: number;

  constructor(
    code: GeocoderErrorCode,
    message: string,
    options: { cause?: unknown; errors?: readonly FieldError[]; retryAfterS?: number } = {},
  ) {
    super(message, options);
    this.name = code === 'aborted' ? 'AbortError' : 'GeocoderError';
    this.code = code;
    this.errors = options.errors ?? [];
    if (options.retryAfterS) this.retryAfterS = options.retryAfterS;
  }
}

/** An error as it travels from the engine or its worker. */
export interface PlainError {
  code: GeocoderErrorCode;
  message: string;
  errors: readonly FieldError[];
}

/** Reads whatever was thrown by the engine or the host into a {@link GeocoderError}. */
export function toGeocoderError(thrown: unknown): GeocoderError {
  if (thrown instanceof GeocoderError) return thrown;
  const { name, code, message, errors } = (thrown ?? {}) as Partial<PlainError & Error>;
  if (name === 'DataCloneError') {
    return new GeocoderError('invalid_options', `invalid options: ${message}`, { cause: thrown });
  }
  // Codes of platforms are numbers, or in capitals.
  return code && /^[a-z_]+$/.test(code)
    ? new GeocoderError(code, message ?? code, { cause: thrown, errors: errors ?? [] })
    : new GeocoderError('internal', `unexpected fault: ${message ?? thrown}`, { cause: thrown });
}

/** Makes the error of a call whose signal fired. */
export function abortedError(signal: AbortSignal): GeocoderError {
  return new GeocoderError('aborted', 'the call was aborted by its signal', {
    cause: signal.reason,
  });
}
