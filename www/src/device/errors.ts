// Says in a sentence what went wrong and what to do about it.

import { GeocoderError, type GeocoderErrorCode } from 'hereabouts';

const LATER = 'It is tried again by itself.';
const SENTENCES: Partial<Record<GeocoderErrorCode, string>> = {
  unsupported_version:
    'This data needs a newer version of the app. Reload the page to update the app, then try again.',
  too_old: 'The server is newer than this app. Reload the page to update the app, then try again.',
  not_a_shard: 'The server sent a file that is not map data. Nothing was stored; try again later.',
  malformed: 'The server sent a file that is not map data. Nothing was stored; try again later.',
  truncated: 'The server has a file that was cut short. Nothing was stored; try again later.',
  size_mismatch: 'The download was cut short. Nothing was stored; try again.',
  hash_mismatch: 'The data was cut short or changed on its way and was thrown away. Try again.',
  checksum_mismatch: 'The data was changed on its way and was thrown away. Try again.',
  too_large: 'This device has not enough memory for this country.',
  out_of_memory: 'This device has not enough memory for this country.',
  network:
    'The server cannot be reached. What has arrived is kept, and the rest follows by itself.',
  unavailable: `The server cannot answer now. ${LATER}`,
  rate_limited: `The server has too much to do now. ${LATER}`,
  unauthorized: 'The server refuses the key of this page. Tell the people who run it.',
  not_found: 'The server lacks a file that it offers. Try again later.',
  not_offered: 'The server offers this country no more.',
  protocol:
    'The server answered with something that this app does not understand. Try again later.',
  storage_full: 'There is no storage left on this device. Remove a country or free some space.',
  storage: 'The browser could not store the data, so it is kept for this visit only.',
  wasm_unavailable:
    'The search engine could not start in this browser. Reload the page, or try a newer browser.',
  worker_failed:
    'The search engine could not start in this browser. Reload the page, or try a newer browser.',
};

/** Says in a sentence what went wrong and what to do about it. */
export function explainError(error: unknown): string {
  const sentence = error instanceof GeocoderError ? SENTENCES[error.code] : undefined;
  if (sentence !== undefined) return sentence;
  return error instanceof Error
    ? `Something unexpected happened: ${error.message}.`
    : String(error);
}
