// Files in the origin private file system.

import type { SyncStorage } from './types.js';

/** Times that a file is read which others replace in the meantime. */
const MAX_READS = 10;

/** Opens a folder of the origin private file system; fails where pages cannot write there. */
export async function openOpfs(name: string): Promise<SyncStorage> {
  // Older WebKit writes in workers only.
  if (!('createWritable' in FileSystemFileHandle.prototype)) throw new Error('it is read-only');
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(name, { create: true });
  const absent = (error: unknown) => {
    if ((error as Error)?.name !== 'NotFoundError') throw error;
    return undefined;
  };
  return {
    kind: 'opfs',
    async list() {
      const files = [];
      for await (const handle of folder.values()) {
        if (handle.kind !== 'file') continue;
        // Another tab may have removed it meanwhile.
        const file = await (handle as FileSystemFileHandle).getFile().catch(absent);
        if (file) files.push({ name: handle.name, sizeBytes: file.size });
      }
      return files;
    },
    async read(file) {
      for (let attempt = 1; ; attempt++) {
        const handle = await folder.getFileHandle(file).catch(absent);
        const content = await handle?.getFile().catch(absent);
        try {
          return content && new Uint8Array(await content.arrayBuffer());
        } catch (error) {
          // Another tab has replaced the file since; the new one is as good.
          if ((error as Error)?.name !== 'NotReadableError' || attempt === MAX_READS) throw error;
        }
      }
    },
    async write(file, bytes) {
      const handle = await folder.getFileHandle(file, { create: true });
      // The browser swaps the content in when it is closed, so that no file is ever half there.
      const writable = await handle.createWritable();
      try {
        await writable.write(bytes as Uint8Array<ArrayBuffer>);
        await writable.close();
      } catch (error) {
        await writable.abort().catch(() => {});
        throw error;
      }
    },
    async remove(file) {
      await folder.removeEntry(file).catch(absent);
    },
  };
}
