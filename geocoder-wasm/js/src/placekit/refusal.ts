// What PlaceKit's client rejects with, and how the engine's errors become that.

import type { FieldError } from '../errors.js';
import { GeocoderError } from '../index.js';
import type { PKError } from './types.js';

/** Makes what the client rejects with. */
export function refusal(status: number, statusText: string, body: Partial<PKError>): PKError {
  return { status, statusText, ...body };
}

/** Refuses options, as the API does. */
export function invalid(errors: readonly FieldError[]): PKError {
  const message = 'Invalid body parameters. See `errors` for each of them.';
  return refusal(422, 'Unprocessable Entity', { message, errors });
}

/** Makes what a call rejects with when its time is over. */
export function timedOut(): DOMException {
  return new DOMException('This operation was aborted', 'AbortError');
}

/** What the API says of keys that it refuses, by status. */
const MESSAGES: Readonly<Record<number, string>> = {
  401: 'Access denied authentication failed',
  403: 'You are not authorized to access this resource',
  412: 'Access denied missing credentials',
};

/** Turns an error of the geocoder into a refusal; anything else stays what it is. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof GeocoderError)) return error;
  const { code, errors, message, cause } = error;
  const said = cause instanceof Response && MESSAGES[cause.status];
  if (said) return refusal(cause.status, cause.statusText, { message: said });
  if (code === 'invalid_options') return invalid(errors);
  if (code === 'aborted') return timedOut();
  return refusal(503, 'Service Unavailable', { message });
}
