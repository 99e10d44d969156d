// Fetches a base chunk by chunk, each verified, and what is there already not at all.

import { encodeJson, joined, textOf } from '../bytes.js';
import { GeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { tiedTo } from '../signals.js';
import type { Blob, Offer } from './offers.js';
import { baseFile, chunksFile, partPrefix } from './state.js';
import type { Transport } from './transport.js';
import type { SyncStorage } from './types.js';

/** Verified bytes after which they are put aside, so that an end of the page loses no more. */
const PART_BYTES = 1 << 18;
/** Share of a base from which one request for all of it is better than one for each chunk. */
const WHOLE_SHARE = 0.8;
const PARALLEL = 6;
const NEWLINE = 10;

/** What a download needs. */
export interface DownloadTools {
  host: EngineHost;
  files: SyncStorage;
  transport: Transport;
  signal: AbortSignal;
  onProgress(receivedBytes: number): void;
}

/** Fetches a base; `others` are bases of which there may be chunks on this device. */
export async function fetchBase(
  { base, chunks }: Offer,
  others: readonly string[],
  { host, files, transport, signal, onProgress }: DownloadTools,
): Promise<Uint8Array> {
  const whole = new Uint8Array(base.size);
  let left = base.size;
  /** Offsets of the missing chunks, by their hash. */
  const missing = new Map<string, Blob & { offsets: number[] }>();
  /** Verified chunks that are in no file yet. */
  let aside: { chunk: Blob; bytes: Uint8Array }[] = [];
  let end = 0;
  for (const chunk of chunks) {
    const known = missing.get(chunk.sha256);
    if (known) known.offsets.push(end);
    else missing.set(chunk.sha256, { ...chunk, offsets: [end] });
    end += chunk.size;
  }

  /** Puts a chunk where it belongs, if it is missing and these are its bytes. */
  async function take({ sha256: hash }: Blob, bytes: Uint8Array): Promise<boolean> {
    const place = missing.get(hash);
    if (place?.size !== bytes.length || (await host.sha256(bytes)) !== hash) return false;
    // Another one may have come while this was verified.
    if (!missing.delete(hash)) return false;
    for (const offset of place.offsets) whole.set(bytes, offset);
    left -= place.offsets.length * place.size;
    return true;
  }

  async function takeAll({ chunks, data }: Pack): Promise<void> {
    let offset = 0;
    for (const chunk of chunks) {
      await take(chunk, data.subarray(offset, offset + chunk.size));
      offset += chunk.size;
    }
  }

  /** Takes over what there is of a base, complete or not. */
  async function reuse(hash: string): Promise<void> {
    const prefix = partPrefix(hash);
    for (const { name } of await files.list()) {
      if (name.startsWith(prefix)) await takeAll(unpack(await files.read(name)));
    }
    const { chunks } = unpack(await files.read(chunksFile(hash)));
    if (!chunks.some(({ sha256 }) => missing.has(sha256))) return;
    const data = await files.read(baseFile(hash));
    if (data) await takeAll({ chunks, data });
  }

  /** Puts verified bytes into storage when there are more than some; without room, they are not. */
  async function putAside(more: number): Promise<void> {
    const parts = aside.map(({ bytes }) => bytes);
    const [first] = aside;
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (!first || size <= more || left === 0) return;
    const name = partPrefix(base.sha256) + first.chunk.sha256.slice(0, 16);
    const file = pack(
      aside.map(({ chunk }) => chunk),
      parts,
    );
    aside = [];
    await files.write(name, file).catch(() => {});
  }

  /** Takes a chunk that has come; answers whether it was good and missing. */
  async function receive(chunk: Blob, bytes: Uint8Array): Promise<boolean> {
    if (!(await take(chunk, bytes))) return false;
    aside.push({ chunk, bytes });
    onProgress(base.size - left);
    await putAside(PART_BYTES);
    return true;
  }

  /** Streams the whole base; what is wrong in it stays missing. */
  async function streamWhole(body: AsyncIterable<Uint8Array>): Promise<void> {
    const rest = [...chunks];
    let chunk = rest.shift();
    let buffer = new Uint8Array(chunk?.size ?? 0);
    let filled = 0;
    for await (let piece of body) {
      while (chunk && filled + piece.length >= chunk.size) {
        const taken = chunk.size - filled;
        buffer.set(piece.subarray(0, taken), filled);
        piece = piece.subarray(taken);
        await receive(chunk, buffer);
        chunk = rest.shift();
        buffer = new Uint8Array(chunk?.size ?? 0);
        filled = 0;
      }
      if (!chunk) return;
      buffer.set(piece, filled);
      filled += piece.length;
    }
  }

  async function downloadChunk(chunk: Blob, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (await receive(chunk, await transport.blob(chunk, signal))) return;
      if (attempt === 2) {
        const message = `chunk ${chunk.sha256} arrived changed, twice`;
        throw new GeocoderError('hash_mismatch', message);
      }
    }
  }

  /** Downloads what is missing. */
  async function download(): Promise<void> {
    onProgress(base.size - left);
    if (missing.size !== 1 && left > base.size * WHOLE_SHARE) {
      await transport.blobBody(base, signal, streamWhole).catch((error) => {
        // A host may have no more than the chunks.
        if (error.code !== 'not_found') throw error;
      });
    }
    const queue = [...missing.values()];
    const stop = tiedTo(signal);
    const work = async () => {
      try {
        for (let chunk = queue.pop(); chunk; chunk = queue.pop()) {
          await downloadChunk(chunk, stop.signal);
        }
      } catch (error) {
        stop.abort(error);
      }
    };
    try {
      await Promise.all(Array.from({ length: PARALLEL }, work));
      stop.signal.throwIfAborted();
    } finally {
      stop.abort();
    }
  }

  // Of which chunks it is made, so that a later base can use them.
  await files.write(chunksFile(base.sha256), pack(chunks, []));
  for (const hash of new Set([base.sha256, ...others])) await reuse(hash);
  try {
    await download();
  } finally {
    await putAside(0);
  }
  return whole;
}

interface Pack {
  chunks: Blob[];
  data: Uint8Array;
}

/** Makes a file of chunks: a line that lists them, and their bytes. */
function pack(chunks: readonly Blob[], parts: readonly Uint8Array[]): Uint8Array {
  const list = chunks.map(({ sha256, size }) => [sha256, size]);
  return joined([encodeJson(list), new Uint8Array([NEWLINE]), ...parts]);
}

/** Reads a file of chunks; one that is damaged or not there has none. */
function unpack(file: Uint8Array | undefined): Pack {
  try {
    const bytes = file as Uint8Array;
    const end = bytes.indexOf(NEWLINE);
    const list: [string, number][] = JSON.parse(textOf(bytes.subarray(0, end)));
    const chunks = list.map(([sha256, size]) => ({ sha256, size }));
    return { chunks, data: bytes.subarray(end + 1) };
  } catch {
    return { chunks: [], data: new Uint8Array() };
  }
}
