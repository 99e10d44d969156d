// Shards as files of the origin private file system, named by their SHA-256, with an index beside.

import { type CountryEntry, parseStoredEntry } from './manifest.js';
import { exclusively, type ShardStore, storageError } from './store.js';

const FOLDER = 'shards';
const INDEX = 'index.json';

/** Store in the origin private file system. */
export class OpfsStore implements ShardStore {
  readonly kind = 'opfs';
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** Opens the store, or answers null where the browser lacks it or forbids it. */
  static async open(): Promise<OpfsStore | null> {
    // Without createWritable (older WebKit) files can be written in workers only.
    if (!('FileSystemFileHandle' in globalThis)) return null;
    if (!('createWritable' in FileSystemFileHandle.prototype)) return null;
    try {
      const root = await navigator.storage.getDirectory();
      return new OpfsStore(await root.getDirectoryHandle(FOLDER, { create: true }));
    } catch {
      return null;
    }
  }

  async entries(): Promise<CountryEntry[]> {
    const text = await this.#readText(INDEX);
    if (text === null) return [];
    try {
      return (JSON.parse(text) as unknown[]).map(parseStoredEntry);
    } catch {
      // A damaged index only costs downloads: nothing is served that it does not name.
      return [];
    }
  }

  async read(entry: CountryEntry): Promise<Uint8Array> {
    try {
      const handle = await this.#folder.getFileHandle(entry.sha256);
      return new Uint8Array(await (await handle.getFile()).arrayBuffer());
    } catch (error) {
      throw storageError(error);
    }
  }

  put(entry: CountryEntry, bytes: Uint8Array): Promise<void> {
    return this.#change(async () => {
      await this.#write(entry.sha256, bytes);
      const others = (await this.entries()).filter(({ country }) => country !== entry.country);
      await this.#flip([...others, entry]);
    });
  }

  remove(country: string): Promise<void> {
    return this.#change(async () => {
      await this.#flip((await this.entries()).filter((entry) => entry.country !== country));
    });
  }

  async #change(change: () => Promise<void>): Promise<void> {
    try {
      await exclusively(change);
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Puts a new index in place, then drops the files that it no longer names. */
  async #flip(entries: readonly CountryEntry[]): Promise<void> {
    await this.#write(INDEX, new TextEncoder().encode(JSON.stringify(entries)));
    const named = new Set([INDEX, ...entries.map(({ sha256 }) => sha256)]);
    const stale: string[] = [];
    for await (const name of this.#folder.keys()) if (!named.has(name)) stale.push(name);
    for (const name of stale) await this.#folder.removeEntry(name);
  }

  /** Writes a file; the browser swaps it in when it is closed, so it is never half there. */
  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const handle = await this.#folder.getFileHandle(name, { create: true });
    const file = await handle.createWritable();
    try {
      await file.write(bytes as Uint8Array<ArrayBuffer>);
      await file.close();
    } catch (error) {
      await file.abort().catch(() => undefined);
      throw error;
    }
  }

  async #readText(name: string): Promise<string | null> {
    try {
      return await (await (await this.#folder.getFileHandle(name)).getFile()).text();
    } catch {
      return null;
    }
  }
}
