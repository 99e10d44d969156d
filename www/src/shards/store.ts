// Where shards live between visits: the origin private file system, or IndexedDB without it.

import { ShardError } from './errors.js';
import { IndexedDbStore } from './indexeddb.js';
import type { CountryEntry } from './manifest.js';
import { OpfsStore } from './opfs.js';

/**
 * Stored shards, at most one a country.
 *
 * A shard counts as stored once its entry is listed, which happens after its bytes are complete;
 * whatever interrupts a `put` leaves the former shard in place.
 */
export interface ShardStore {
  /** What the shards are kept in. */
  readonly kind: 'opfs' | 'indexeddb';
  /** Lists the stored countries. */
  entries(): Promise<CountryEntry[]>;
  /** Reads a shard's bytes, unverified. */
  read(entry: CountryEntry): Promise<Uint8Array>;
  /** Stores a shard in place of the country's former one. */
  put(entry: CountryEntry, bytes: Uint8Array): Promise<void>;
  /** Removes a country. */
  remove(country: string): Promise<void>;
}

/** Opens the best store of this browser. */
export async function openStore(): Promise<ShardStore> {
  const opfs = await OpfsStore.open();
  return opfs ?? (await IndexedDbStore.open());
}

/** Runs changes of the store one at a time, across tabs where the browser can. */
export function exclusively<T>(change: () => Promise<T>): Promise<T> {
  const { locks } = navigator;
  return locks ? locks.request('hereabouts-store', change) : change();
}

/** Turns the browser's storage failures into ours. */
export function storageError(error: unknown): ShardError {
  if (error instanceof ShardError) return error;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') {
    return new ShardError('storage_full', 'the storage quota is used up', { cause: error });
  }
  if (name === 'NotFoundError') {
    return new ShardError('missing', 'the stored file is gone', { cause: error });
  }
  return new ShardError('storage', 'the browser refused to store', { cause: error });
}
