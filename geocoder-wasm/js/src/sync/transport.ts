// Asks the server, or a static folder in its place: limits, signatures, stalls, and codes of errors.

import { fromBase64, hexOf, joined, textOf } from '../bytes.js';
import { abortedError, GeocoderError, type GeocoderErrorCode } from '../errors.js';
import type { EngineHost } from '../host.js';
import { rejection, tiedTo } from '../signals.js';
import {
  type Blob,
  type Heads,
  parse,
  readHeads,
  readManifest,
  readOffers,
  type Text,
} from './offers.js';
import type { OpenOptions } from './types.js';

/** Time without a byte after which a transfer is given up. */
const STALL_MS = 30_000;
const MAX_ANSWER_BYTES = 1 << 20;
const MAX_MANIFEST_BYTES = 1 << 26;
const MAX_DELTA_BYTES = 1 << 26;

type Body = AsyncIterable<Uint8Array>;
/** Countries that are asked about; null for all of them. */
type Codes = readonly string[] | null;

/** A position of a feed. */
export interface Position {
  country: string;
  epoch: string;
  generation: string;
  since: number;
}

/** Talks with one server. */
export type Transport = ReturnType<typeof openTransport>;

/** Gets ready to talk with the server of the options. */
export function openTransport(
  { server, apiKey, publicKey, fetch: ask = (...args) => fetch(...args) }: OpenOptions,
  host: EngineHost,
) {
  let root: URL;
  let keyBytes: BufferSource | undefined;
  try {
    root = new URL(server, globalThis.location?.href);
    keyBytes = publicKey === undefined ? undefined : fromBase64(publicKey);
  } catch (cause) {
    const message = 'invalid options: `server` is no address, or `publicKey` no base64';
    throw new GeocoderError('invalid_options', message, { cause });
  }
  /** Address of the manifest of a static folder; nothing while it may be a server. */
  let folder: URL | undefined;
  if (root.pathname.endsWith('.json')) folder = root;
  else if (!root.pathname.endsWith('/')) root.pathname += '/';
  const key: Record<string, string> = apiKey ? { 'x-placekit-api-key': apiKey } : {};
  const lastTexts = new Map<string, Text & { etag: string }>();
  let received = 0;

  function route(path: string, query: Record<string, string> = {}): URL {
    const url = new URL(`sync/v1/${path}`, root);
    url.search = `${new URLSearchParams(query)}`;
    return url;
  }

  /** Asks and lets a body be used, until it is used, stalls or the signal fires. */
  async function use<T>(
    url: URL,
    init: RequestInit,
    signal: AbortSignal,
    take: (body: Body, response: Response) => Promise<T>,
  ): Promise<T> {
    if (signal.aborted) throw abortedError(signal);
    const stop = tiedTo(signal);
    const stopped = rejection(stop.signal);
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Whatever stands for `fetch` may ignore its signal.
    const watch = <R>(step: Promise<R>): Promise<R> => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(new Error('it stalled')), STALL_MS);
      return Promise.race([step, stopped]);
    };
    async function* read(response: Response): AsyncGenerator<Uint8Array> {
      const reader = response.body?.getReader();
      while (reader) {
        const { done, value } = await watch(reader.read());
        if (done) return;
        received += value.length;
        yield value;
      }
    }
    try {
      const response = await watch(ask(url, { headers: key, ...init, signal: stop.signal }));
      if (!response.ok && response.status !== 304) throw refusal(url, response);
      return await take(read(response), response);
    } catch (cause) {
      if (cause instanceof GeocoderError) throw cause;
      if (signal.aborted) throw abortedError(signal);
      const message = `${url} cannot be reached, or broke off: ${cause}`;
      throw new GeocoderError('network', message, { cause });
    } finally {
      clearTimeout(timer);
      // Ends transfers whose rest nobody wants.
      stop.abort();
    }
  }

  /** Reads a text that is revalidated and, where there is a key, signed. */
  function readText<T>(url: URL, read: (text: Text) => T, signal: AbortSignal): Promise<T> {
    const last = lastTexts.get(url.href);
    const init: RequestInit = last
      ? { cache: 'no-store', headers: { ...key, 'if-none-match': last.etag } }
      : { cache: 'no-cache' };
    return use(url, init, signal, async (body, response) => {
      if (isPage(response)) throw new GeocoderError('not_found', `${url} is a page, or empty`);
      if (response.status === 304 && last) return read(last);
      const bytes = await bytesOf(body, MAX_MANIFEST_BYTES);
      const digested = await digest(url, response, bytes);
      if (keyBytes) await verify(url, response, bytes, keyBytes, signal);
      const text = { text: textOf(bytes), verified: digested || !!keyBytes };
      const answer = read(text);
      const etag = response.headers.get('etag');
      lastTexts.clear();
      if (etag) lastTexts.set(url.href, { etag, ...text });
      return answer;
    });
  }

  /** Asks a route; where there is none, the manifest of a static folder says it all. */
  async function offered<T>(
    path: 'heads' | 'manifest',
    countries: Codes,
    signal: AbortSignal,
    read: (text: Text) => T,
    readFolder: (text: Text) => T = read,
  ): Promise<T> {
    if (!folder) {
      try {
        return await readText(route(path, named(countries)), read, signal);
      } catch (error) {
        if ((error as GeocoderError).code !== 'not_found') throw error;
      }
    }
    const manifest = folder ?? new URL('manifest.json', root);
    const answer = await readText(manifest, readFolder, signal);
    folder = manifest;
    return answer;
  }

  /** Compares bytes with the digest of RFC 9530; answers whether there is one. */
  async function digest(url: URL, { headers }: Response, bytes: Uint8Array): Promise<boolean> {
    const expected = /sha-256=:([^:]+):/.exec(headers.get('content-digest') ?? '')?.[1];
    if (!expected) return false;
    if ((await host.sha256(bytes)) === hexOf(fromBase64(expected))) return true;
    throw new GeocoderError('hash_mismatch', `${url} arrived changed`);
  }

  async function verify(
    url: URL,
    { headers }: Response,
    bytes: Uint8Array,
    raw: BufferSource,
    signal: AbortSignal,
  ): Promise<void> {
    let good: boolean;
    try {
      const beside = new URL(`${url.pathname}.sig`, url);
      const signature =
        headers.get('hereabouts-signature') ??
        textOf(await use(beside, {}, signal, (body) => bytesOf(body, 1000)));
      const { subtle } = crypto;
      const imported = await subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
      const signed = fromBase64(signature.trim());
      good = await subtle.verify('Ed25519', imported, signed, bytes as BufferSource);
    } catch (cause) {
      const { code } = cause as GeocoderError;
      if (code === 'network' || code === 'aborted') throw cause;
      const reason = `has no signature, or this platform cannot verify Ed25519: ${cause}`;
      throw new GeocoderError('signature', `${url} ${reason}`, { cause });
    }
    if (!good) throw new GeocoderError('signature', `the signature of ${url} is wrong`);
  }

  /** Reads the body of a blob as it arrives. */
  function blobBody<T>(
    { sha256 }: Blob,
    signal: AbortSignal,
    take: (body: Body) => Promise<T>,
  ): Promise<T> {
    const path = `blobs/${sha256}`;
    const url = folder ? new URL(path, folder) : route(path);
    // Caches would hand out damaged bytes again, and keep a second copy of good ones.
    return use(url, { cache: 'no-store', headers: {} }, signal, take);
  }

  return {
    /** Whether there is a static folder in place of a server. */
    isStatic: () => !!folder,

    /** Whether the server's word is taken only with its signature. */
    isSigned: !!keyBytes,

    /** Bytes that were received so far. */
    receivedBytes: () => received,

    /** Asks where countries stand; all of them when none are named. */
    heads: (countries: Codes, signal: AbortSignal): Promise<Heads> =>
      offered<Heads>('heads', countries, signal, readHeads, readManifest),

    /** Reads what there is of countries. */
    manifest: (countries: Codes, signal: AbortSignal) =>
      offered('manifest', countries, signal, readManifest),

    /** Reads what there is to tell of countries. */
    offers: (countries: Codes, signal: AbortSignal) =>
      offered('manifest', countries, signal, readOffers),

    /** Asks for what happened since a position. */
    changes(position: Position, signal: AbortSignal): Promise<Uint8Array> {
      const url = route('changes', { ...position, since: `${position.since}`, limit: '10000' });
      return use(url, {}, signal, async (body, response) => {
        const bytes = await bytesOf(body, MAX_DELTA_BYTES);
        await digest(url, response, bytes);
        return bytes;
      });
    },

    /** Downloads a blob, unverified, but not more than its size. */
    blob: (blob: Blob, signal: AbortSignal): Promise<Uint8Array> =>
      blobBody(blob, signal, (body) => bytesOf(body, blob.size)),

    blobBody,

    /** Reads the stream of heads until it ends, which it need not. */
    events(countries: Codes, signal: AbortSignal, onHeads: (heads: Heads) => void): Promise<void> {
      const url = route('events', named(countries));
      const headers = { ...key, accept: 'text/event-stream' };
      return use(url, { headers, cache: 'no-store' }, signal, async (body, response) => {
        if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
          throw new GeocoderError('protocol', `${url} is no stream of events`);
        }
        const decoder = new TextDecoder();
        let text = '';
        for await (const piece of body) {
          text += decoder.decode(piece, { stream: true });
          const events = text.replaceAll('\r\n', '\n').split('\n\n');
          text = events.pop() ?? '';
          if (text.length > MAX_ANSWER_BYTES) throw tooMuch(url);
          for (const event of events) {
            if (!/^event: ?heads$/m.test(event)) continue;
            const data = event.match(/^data:.*$/gm)?.map((line) => line.slice(5)) ?? [];
            onHeads(readHeads({ text: data.join('\n'), verified: false }));
          }
        }
      });
    },

    /** Sends or asks for proposals. */
    async proposals(
      query: Record<string, string>,
      sent: unknown,
      signal: AbortSignal,
    ): Promise<unknown> {
      const init: RequestInit = sent
        ? {
            method: 'POST',
            headers: { ...key, 'content-type': 'application/json' },
            body: JSON.stringify(sent),
          }
        : {};
      const answer = await use(route('proposals', query), init, signal, (body) =>
        bytesOf(body, MAX_ANSWER_BYTES),
      );
      return parse(textOf(answer));
    },

    /** Forgets what is only revalidated, since it has led nowhere. */
    forget: () => lastTexts.clear(),
  };
}

/** The query that names countries; none for all of them. */
function named(countries: Codes): Record<string, string> {
  return countries ? { countries: countries.join() } : {};
}

async function bytesOf(body: Body, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > limit) throw tooMuch(`an answer of ${limit} bytes`);
    pieces.push(piece);
  }
  return joined(pieces);
}

/** Whether a static host answered what it does not have by the page of its app, or by nothing. */
function isPage({ status, headers }: Response): boolean {
  const type = headers.get('content-type') ?? '';
  return status === 200 && (type.startsWith('text/html') || headers.get('content-length') === '0');
}

const CODES: Record<number, GeocoderErrorCode> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'not_found',
  409: 'must_refetch',
  410: 'not_found',
  412: 'unauthorized',
  429: 'rate_limited',
};

function refusal(url: URL, response: Response): GeocoderError {
  const { status, headers } = response;
  const code = CODES[status] ?? (status >= 500 ? 'unavailable' : 'protocol');
  const retryAfter = headers.get('retry-after');
  const waitS = Number(retryAfter) || (Date.parse(`${retryAfter}`) - Date.now()) / 1000;
  return new GeocoderError(code, `${url} answered ${status}`, {
    cause: response,
    retryAfterS: Math.max(0, waitS),
  });
}

function tooMuch(what: URL | string): GeocoderError {
  return new GeocoderError('protocol', `${what} is longer than it may be`);
}
