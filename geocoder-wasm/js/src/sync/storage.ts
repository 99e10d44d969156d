// Chooses where files are kept, and gives failures of storage their codes.

import { GeocoderError } from '../errors.js';
import { openIndexedDb } from './indexeddb.js';
import { openOpfs } from './opfs.js';
import type { OpenOptions, SyncStorage } from './types.js';

/** Opens what the options ask for. */
export async function openStorage(
  wanted: OpenOptions['storage'] = 'auto',
  name: string,
): Promise<SyncStorage> {
  if (typeof wanted === 'object') return checked(wanted);
  let reason: unknown;
  const attempts = [
    ['opfs', openOpfs],
    ['indexeddb', openIndexedDb],
    ['memory', openMemory],
  ] as const;
  for (const [kind, open] of attempts) {
    if (wanted !== 'auto' && wanted !== kind) continue;
    try {
      return checked(await open(name));
    } catch (error) {
      reason = error;
    }
  }
  throw new GeocoderError('storage', `${wanted} is not available here: ${reason}`, {
    cause: reason,
  });
}

function openMemory(): SyncStorage {
  const files = new Map<string, Uint8Array>();
  return {
    kind: 'memory',
    list: async () => [...files].map(([name, { length }]) => ({ name, sizeBytes: length })),
    read: async (name) => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes),
    remove: async (name) => void files.delete(name),
  };
}

/** The same storage with errors of this package. */
function checked(storage: SyncStorage): SyncStorage {
  const run = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof GeocoderError) throw cause;
      // Safari's and Firefox's own names for it beside the standard's.
      const full = /quota|ENOSPC/i.test(`${(cause as Error)?.name} ${cause}`);
      throw full
        ? new GeocoderError('storage_full', 'no room is left for data on this device', { cause })
        : new GeocoderError('storage', `the data could not be stored or read: ${cause}`, { cause });
    }
  };
  return {
    kind: storage.kind,
    list: () => run(() => storage.list()),
    read: (name) => run(() => storage.read(name)),
    write: (name, bytes) => run(() => storage.write(name, bytes)),
    remove: (name) => run(() => storage.remove(name)),
  };
}
