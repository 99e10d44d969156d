// Files in IndexedDB, for browsers whose pages cannot write to the private file system.

import type { SyncStorage } from './types.js';

const BYTES = 'bytes';
const SIZES = 'sizes';

/** Opens a database, creating it on first use. */
export async function openIndexedDb(name: string): Promise<SyncStorage> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(BYTES);
    opening.result.createObjectStore(SIZES);
  };
  const database = await settled(opening);
  const read = (store: string) => database.transaction(store).objectStore(store);
  const change = (run: (store: (name: string) => IDBObjectStore) => void) =>
    new Promise<void>((resolve, reject) => {
      const transaction = database.transaction([BYTES, SIZES], 'readwrite', {
        durability: 'strict',
      });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      run((store) => transaction.objectStore(store));
    });
  return {
    kind: 'indexeddb',
    async list() {
      const store = read(SIZES);
      const [names, sizes] = await Promise.all([
        settled(store.getAllKeys()),
        settled(store.getAll()),
      ]);
      return names.map((key, index) => ({ name: `${key}`, sizeBytes: sizes[index] }));
    },
    read: (file) => settled(read(BYTES).get(file)),
    write: (file, bytes) =>
      change((store) => {
        store(BYTES).put(bytes, file);
        store(SIZES).put(bytes.length, file);
      }),
    remove: (file) =>
      change((store) => {
        store(BYTES).delete(file);
        store(SIZES).delete(file);
      }),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
