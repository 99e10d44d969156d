// Fetches a base chunk by chunk, each verified, and what is there already not at all.

import { GeocoderError } from '../errors.js';
import { TiedController } from '../signals.js';
import type { Blob, Offer } from './offers.js';
import { baseFile, chunksFile, partPrefix } from './state.js';
import type { Transport } from './transport.js';
import type { SyncStorage } from './types.js';

/** Verified bytes after which they are put aside, so that an end of the page loses no more. */
const PART_BYTES = 1 << 18;
/** Share of a base from which one request for all of it is better than one for each chunk. */
const WHOLE_SHARE = 0.8;
const PARALLEL = 6;

/** What a download needs. */
export interface DownloadTools {
  files: SyncStorage;
  transport: Transport;
  sha256(bytes: Uint8Array): Promise<string>;
  signal: AbortSignal;
  onProgress(receivedBytes: number): void;
}

/** Fetches a base; `others` are bases of which there may be chunks on this device. */
export async function fetchBase(
  offer: Offer,
  others: readonly string[],
  tools: DownloadTools,
): Promise<Uint8Array> {
  const assembly = new Assembly(offer, tools);
  await assembly.note();
  for (const sha256 of new Set([offer.base.sha256, ...others])) await assembly.reuse(sha256);
  try {
    await assembly.download();
  } finally {
    await assembly.putAside(0);
  }
  return assembly.bytes;
}

/** A base that is being put together. */
class Assembly {
  readonly bytes: Uint8Array;
  readonly #offer: Offer;
  readonly #tools: DownloadTools;
  /** Offsets of the missing chunks, by their hash. */
  readonly #missing = new Map<string, Blob & { offsets: number[] }>();
  /** Verified chunks that are in no file yet. */
  #aside: { chunk: Blob; bytes: Uint8Array }[] = [];
  #left: number;

  constructor(offer: Offer, tools: DownloadTools) {
    this.#offer = offer;
    this.#tools = tools;
    this.bytes = new Uint8Array(offer.base.size);
    this.#left = this.bytes.length;
    let offset = 0;
    for (const chunk of offer.chunks) {
      const known = this.#missing.get(chunk.sha256);
      if (known) known.offsets.push(offset);
      else this.#missing.set(chunk.sha256, { ...chunk, offsets: [offset] });
      offset += chunk.size;
    }
  }

  /** Writes down of which chunks the base is made, so that a later one can use them. */
  async note(): Promise<void> {
    const { base, chunks } = this.#offer;
    await this.#tools.files.write(chunksFile(base.sha256), pack(chunks, []));
  }

  /** Takes over what there is of a base, complete or not. */
  async reuse(sha256: string): Promise<void> {
    const { files } = this.#tools;
    const prefix = partPrefix(sha256);
    for (const { name } of await files.list()) {
      if (name.startsWith(prefix)) await this.#takeAll(unpack(await files.read(name)));
    }
    const { chunks } = unpack(await files.read(chunksFile(sha256)));
    if (!chunks.some((chunk) => this.#missing.has(chunk.sha256))) return;
    const data = await files.read(baseFile(sha256));
    if (data) await this.#takeAll({ chunks, data });
  }

  /** Downloads what is missing. */
  async download(): Promise<void> {
    this.#tools.onProgress(this.bytes.length - this.#left);
    const single = this.#missing.size === 1;
    if (!single && this.#left > this.bytes.length * WHOLE_SHARE) await this.#downloadWhole();
    const queue = [...this.#missing.values()];
    const { signal } = this.#tools;
    const stop = new TiedController(signal);
    const work = async () => {
      for (let chunk = queue.pop(); chunk; chunk = queue.pop()) {
        try {
          await this.#downloadChunk(chunk, stop.signal);
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }
    };
    try {
      const workers = await Promise.allSettled(Array.from({ length: PARALLEL }, work));
      if (workers.some(({ status }) => status === 'rejected')) {
        signal.throwIfAborted();
        throw stop.signal.reason;
      }
    } finally {
      stop.untie();
    }
  }

  /** Puts verified bytes into storage when there are more than some; without room, they are not. */
  async putAside(more: number): Promise<void> {
    const aside = this.#aside;
    const size = aside.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const [first] = aside;
    if (!first || size <= more || this.#left === 0) return;
    this.#aside = [];
    const { files } = this.#tools;
    const name = partPrefix(this.#offer.base.sha256) + first.chunk.sha256.slice(0, 16);
    const chunks = aside.map(({ chunk }) => chunk);
    const parts = aside.map(({ bytes }) => bytes);
    await files.write(name, pack(chunks, parts)).catch(() => {});
  }

  /** Streams the whole base; what is wrong in it stays missing. */
  async #downloadWhole(): Promise<void> {
    const { transport, signal } = this.#tools;
    const { base, chunks } = this.#offer;
    const read = async (body: AsyncIterable<Uint8Array>) => {
      const [...rest] = chunks;
      let chunk = rest.shift();
      let buffer = new Uint8Array(chunk?.size ?? 0);
      let filled = 0;
      for await (let piece of body) {
        while (chunk && filled + piece.length >= chunk.size) {
          const taken = chunk.size - filled;
          buffer.set(piece.subarray(0, taken), filled);
          piece = piece.subarray(taken);
          if (await this.#take(chunk, buffer)) await this.#received(chunk, buffer);
          chunk = rest.shift();
          buffer = new Uint8Array(chunk?.size ?? 0);
          filled = 0;
        }
        buffer.set(piece.subarray(0, buffer.length), filled);
        filled += piece.length;
        if (!chunk) return;
      }
    };
    try {
      await transport.blobBody(base, signal, read);
    } catch (error) {
      // A host may have no more than the chunks.
      if ((error as GeocoderError).code !== 'not_found') throw error;
    }
  }

  async #downloadChunk(chunk: Blob, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const bytes = await this.#tools.transport.blob(chunk, signal);
      if (await this.#take(chunk, bytes)) return this.#received(chunk, bytes);
      if (attempt === 2) {
        const message = `chunk ${chunk.sha256} arrived changed, twice`;
        throw new GeocoderError('hash_mismatch', message);
      }
    }
  }

  async #received(chunk: Blob, bytes: Uint8Array): Promise<void> {
    this.#aside.push({ chunk, bytes });
    this.#tools.onProgress(this.bytes.length - this.#left);
    await this.putAside(PART_BYTES);
  }

  async #takeAll({ chunks, data }: Pack): Promise<void> {
    let offset = 0;
    for (const chunk of chunks) {
      await this.#take(chunk, data.subarray(offset, offset + chunk.size));
      offset += chunk.size;
    }
  }

  /** Puts a chunk where it belongs, if it is missing and these are its bytes. */
  async #take({ sha256 }: Blob, bytes: Uint8Array): Promise<boolean> {
    const place = this.#missing.get(sha256);
    if (place?.size !== bytes.length || (await this.#tools.sha256(bytes)) !== sha256) return false;
    // Another one may have come while this was verified.
    if (!this.#missing.delete(sha256)) return false;
    for (const offset of place.offsets) this.bytes.set(bytes, offset);
    this.#left -= place.offsets.length * place.size;
    return true;
  }
}

interface Pack {
  chunks: Blob[];
  data: Uint8Array;
}

/** Makes a file of chunks: a line that lists them, and their bytes. */
function pack(chunks: readonly Blob[], parts: readonly Uint8Array[]): Uint8Array {
  const list = chunks.map(({ sha256, size }) => [sha256, size]);
  const head = new TextEncoder().encode(`${JSON.stringify(list)}\n`);
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, head.length));
  file.set(head);
  let offset = head.length;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}

/** Reads a file of chunks; one that is damaged or not there has none. */
function unpack(file: Uint8Array | undefined): Pack {
  try {
    const bytes = file as Uint8Array;
    const end = bytes.indexOf(10);
    const list: [string, number][] = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    const chunks = list.map(([sha256, size]) => ({ sha256, size }));
    return { chunks, data: bytes.subarray(end + 1) };
  } catch {
    return { chunks: [], data: new Uint8Array() };
  }
}
