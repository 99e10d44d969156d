// Files of a device in a directory, for Node.

import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SyncStorage } from './sync/types.js';

/**
 * Keeps the files of {@link Geocoder.open} in a directory, which is made where it is missing. One
 * process at a time can use it.
 */
export async function directoryStorage(path: string): Promise<SyncStorage> {
  await mkdir(path, { recursive: true });
  const unlessAbsent = <T>(found: Promise<T>): Promise<T | undefined> =>
    found.catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
  return {
    kind: 'directory',
    async list() {
      const files = [];
      for (const name of await readdir(path)) {
        const found = await unlessAbsent(stat(join(path, name)));
        if (found?.isFile() && !name.startsWith('.')) files.push({ name, sizeBytes: found.size });
      }
      return files;
    },
    async read(name) {
      const content = await unlessAbsent(readFile(join(path, name)));
      return content && new Uint8Array(content);
    },
    async write(name, bytes) {
      // What an end in the midst leaves is written over by the next attempt.
      const temporary = join(path, `.${name}`);
      try {
        const file = await open(temporary, 'w');
        try {
          await file.writeFile(bytes);
          // On disk before it has its name, or the name could lead to nothing.
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, join(path, name));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    remove: (name) => rm(join(path, name), { force: true }),
  };
}
