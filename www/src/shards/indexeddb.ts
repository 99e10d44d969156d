// Shards in IndexedDB, for browsers whose pages cannot write to the private file system.

import { ShardError } from './errors.js';
import { type CountryEntry, parseStoredEntry } from './manifest.js';
import { type ShardStore, storageError } from './store.js';

const DATABASE = 'hereabouts';
const ENTRIES = 'entries';
const SHARDS = 'shards';

/** Store in IndexedDB; entry and bytes of a country change in one transaction. */
export class IndexedDbStore implements ShardStore {
  readonly kind = 'indexeddb';
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** Opens the database, creating it on first use. */
  static async open(): Promise<IndexedDbStore> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ENTRIES, { keyPath: 'country' });
      request.result.createObjectStore(SHARDS);
    };
    return new IndexedDbStore(await settled(request));
  }

  async entries(): Promise<CountryEntry[]> {
    const values = await settled(this.#objects(ENTRIES, 'readonly').getAll());
    return values.flatMap((value) => {
      try {
        return [parseStoredEntry(value)];
      } catch {
        // A damaged entry only costs a download.
        return [];
      }
    });
  }

  async read(entry: CountryEntry): Promise<Uint8Array> {
    const bytes: unknown = await settled(this.#objects(SHARDS, 'readonly').get(entry.country));
    if (bytes instanceof Uint8Array) return bytes;
    throw new ShardError('missing', 'the stored shard is gone');
  }

  put(entry: CountryEntry, bytes: Uint8Array): Promise<void> {
    return this.#change((transaction) => {
      transaction.objectStore(SHARDS).put(bytes, entry.country);
      transaction.objectStore(ENTRIES).put(entry);
    });
  }

  remove(country: string): Promise<void> {
    return this.#change((transaction) => {
      transaction.objectStore(ENTRIES).delete(country);
      transaction.objectStore(SHARDS).delete(country);
    });
  }

  #objects(name: string, mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(name, mode).objectStore(name);
  }

  #change(run: (transaction: IDBTransaction) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction([ENTRIES, SHARDS], 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(storageError(transaction.error));
      run(transaction);
    });
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storageError(request.error));
  });
}
