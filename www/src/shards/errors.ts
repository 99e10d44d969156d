// Failures around shards, each with a sentence that tells the user what to do.

import { GeocoderError } from 'hereabouts';
import { ManifestError } from './manifest.js';

/** What failed, apart from what the engine itself reports. */
export type ShardErrorCode =
  | 'offline'
  | 'refused'
  | 'missing'
  | 'storage_full'
  | 'storage'
  | 'insecure';

/** A failure to fetch or store a shard. */
export class ShardError extends Error {
  override readonly name = 'ShardError';
  readonly code: ShardErrorCode;

  constructor(code: ShardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether the bytes themselves are at fault, so that only other bytes help. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof GeocoderError &&
    [
      'not_a_shard',
      'unsupported_version',
      'truncated',
      'checksum_mismatch',
      'malformed',
      'size_mismatch',
      'hash_mismatch',
    ].includes(error.code)
  );
}

/** Says in a sentence what went wrong and what to do about it. */
export function explainError(error: unknown): string {
  if (error instanceof GeocoderError) {
    switch (error.code) {
      case 'unsupported_version':
        return 'This data needs a newer version of the app. Reload the page to update the app, then try again.';
      case 'not_a_shard':
      case 'malformed':
        return 'The server sent a file that is not map data. Nothing was stored; try again later.';
      case 'truncated':
      case 'size_mismatch':
        return 'The download was cut short. Nothing was stored; try again.';
      case 'hash_mismatch':
      case 'checksum_mismatch':
        return 'The data was changed on its way and was thrown away. Try again.';
      case 'too_large':
      case 'out_of_memory':
        return 'This device has not enough memory for this country.';
      case 'network':
        return 'The connection broke off. Nothing was stored; try again.';
      case 'wasm_unavailable':
      case 'worker_failed':
        return 'The search engine could not start in this browser. Reload the page, or try a newer browser.';
      default:
        return `Something unexpected happened: ${error.message}.`;
    }
  }
  if (error instanceof ShardError) {
    switch (error.code) {
      case 'offline':
        return 'The server cannot be reached. Check the connection and try again.';
      case 'refused':
        return `The server refused the download (${error.message}). Try again later.`;
      case 'missing':
        return 'The stored data is gone; the browser may have cleared it.';
      case 'storage_full':
        return 'There is no storage left on this device. Remove a country or free some space.';
      case 'insecure':
        return 'Open this page over HTTPS or from localhost: only there can browsers keep data and verify it.';
      case 'storage':
        return 'The browser could not store the data, so it is kept for this visit only.';
    }
  }
  if (error instanceof ManifestError) {
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  }
  return error instanceof Error
    ? `Something unexpected happened: ${error.message}.`
    : String(error);
}
