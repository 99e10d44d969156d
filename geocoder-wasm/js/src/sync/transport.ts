// Asks the server, or a static folder in its place: limits, signatures, stalls, and codes of errors.

import { abortedError, GeocoderError, type GeocoderErrorCode } from '../errors.js';
import { TiedController } from '../signals.js';
import {
  type Blob,
  type Heads,
  type Manifest,
  readHeads,
  readManifest,
  readOffers,
  type Text,
} from './offers.js';
import type { CountryOffer, OpenOptions } from './types.js';

/** Time without a byte after which a transfer is given up. */
const STALL_MS = 30_000;
const MAX_ANSWER_BYTES = 1 << 20;
const MAX_MANIFEST_BYTES = 1 << 26;
const MAX_DELTA_BYTES = 1 << 26;

type Body = AsyncIterable<Uint8Array>;
type Hash = (bytes: Uint8Array) => Promise<string>;
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
export class Transport {
  readonly #fetch: typeof fetch;
  readonly #server: URL;
  readonly #headers: Record<string, string>;
  readonly #publicKey: Uint8Array | undefined;
  /** Address of the manifest of a static folder; nothing while it may be a server. */
  #folder: URL | undefined;
  readonly #last = new Map<string, Text & { etag: string }>();
  readonly #sha256: Hash;
  /** Bytes that were received so far. */
  receivedBytes = 0;

  constructor({ server, apiKey, publicKey, fetch: ask }: OpenOptions, sha256: Hash) {
    this.#sha256 = sha256;
    this.#fetch = ask ?? ((...args) => fetch(...args));
    try {
      this.#server = new URL(server, typeof location === 'undefined' ? undefined : location.href);
      this.#publicKey = publicKey === undefined ? undefined : fromBase64(publicKey);
    } catch (cause) {
      const message = 'invalid options: `server` is no address, or `publicKey` no base64';
      throw new GeocoderError('invalid_options', message, { cause });
    }
    if (this.#server.pathname.endsWith('.json')) this.#folder = this.#server;
    else if (!this.#server.pathname.endsWith('/')) this.#server.pathname += '/';
    this.#headers = apiKey ? { 'x-placekit-api-key': apiKey } : {};
  }

  /** Whether there is a static folder in place of a server. */
  get isStatic(): boolean {
    return this.#folder !== undefined;
  }

  /** Whether the server's word is taken only with its signature. */
  get isSigned(): boolean {
    return this.#publicKey !== undefined;
  }

  /** Asks where countries stand; all of them when none are named. */
  heads(countries: Codes, signal: AbortSignal): Promise<Heads> {
    return this.#offered('heads', countries, readHeads, readManifest, signal);
  }

  /** Reads what there is of countries. */
  manifest(countries: Codes, signal: AbortSignal): Promise<Manifest> {
    return this.#offered('manifest', countries, readManifest, readManifest, signal);
  }

  /** Reads what there is to tell of countries. */
  offers(countries: Codes, signal: AbortSignal): Promise<CountryOffer[]> {
    return this.#offered('manifest', countries, readOffers, readOffers, signal);
  }

  /** Asks for what happened since a position. */
  changes(position: Position, signal: AbortSignal): Promise<Uint8Array> {
    const url = this.#route('changes', { ...position, limit: 10_000 });
    return this.#ask(url, {}, signal, async (response, body) => {
      const bytes = await this.#bytes(body, MAX_DELTA_BYTES);
      await this.#digest(url, response, bytes);
      return bytes;
    });
  }

  /** Downloads a blob, unverified, but not more than its size. */
  blob(blob: Blob, signal: AbortSignal): Promise<Uint8Array> {
    return this.blobBody(blob, signal, (body) => this.#bytes(body, blob.size));
  }

  /** Reads the body of a blob as it arrives. */
  blobBody<T>({ sha256 }: Blob, signal: AbortSignal, use: (body: Body) => Promise<T>): Promise<T> {
    const url = this.#folder
      ? new URL(`blobs/${sha256}`, this.#folder)
      : this.#route(`blobs/${sha256}`);
    // Caches would hand out damaged bytes again, and keep a second copy of good ones.
    return this.#ask(url, { cache: 'no-store', headers: {} }, signal, (_, body) => use(body));
  }

  /** Reads the stream of heads until it ends, which it need not. */
  events(countries: Codes, signal: AbortSignal, onHeads: (heads: Heads) => void): Promise<void> {
    const url = this.#route('events', { countries: countries?.join() });
    const headers = { ...this.#headers, accept: 'text/event-stream' };
    return this.#ask(url, { headers, cache: 'no-store' }, signal, async (response, body) => {
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
  }

  /** Sends or asks for proposals. */
  async proposals(
    query: { mutationIds?: string },
    body: unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    const init: RequestInit = body
      ? {
          method: 'POST',
          headers: { ...this.#headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
      : {};
    const answer = await this.#ask(this.#route('proposals', query), init, signal, (_, body) =>
      this.#bytes(body, MAX_ANSWER_BYTES),
    );
    try {
      return JSON.parse(new TextDecoder().decode(answer));
    } catch (cause) {
      throw new GeocoderError('protocol', "the server's answer is no JSON", { cause });
    }
  }

  /** Forgets what is only revalidated, since it has led nowhere. */
  forget(): void {
    this.#last.clear();
  }

  /** Asks a route; where there is none, the manifest of a static folder says it all. */
  async #offered<T>(
    route: 'heads' | 'manifest',
    countries: Codes,
    parse: (read: Text) => T,
    parseManifest: (read: Text) => T,
    signal: AbortSignal,
  ): Promise<T> {
    if (!this.#folder) {
      try {
        const url = this.#route(route, { countries: countries?.join() });
        return await this.#read(url, parse, signal);
      } catch (error) {
        if ((error as GeocoderError).code !== 'not_found') throw error;
      }
    }
    const folder = this.#folder ?? new URL('manifest.json', this.#server);
    const read = await this.#read(folder, parseManifest, signal);
    this.#folder = folder;
    return read;
  }

  /** Reads a text that is revalidated and, where there is a key, signed. */
  #read<T>(url: URL, parse: (read: Text) => T, signal: AbortSignal): Promise<T> {
    const last = this.#last.get(url.href);
    const init: RequestInit = last
      ? { cache: 'no-store', headers: { ...this.#headers, 'if-none-match': last.etag } }
      : { cache: 'no-cache' };
    return this.#ask(url, init, signal, async (response, body) => {
      if (isPage(response)) throw new GeocoderError('not_found', `${url} is a page, or empty`);
      if (response.status === 304 && last) return parse(last);
      const bytes = await this.#bytes(body, MAX_MANIFEST_BYTES);
      let verified = await this.#digest(url, response, bytes);
      if (this.#publicKey) {
        await this.#verify(url, response, bytes, signal);
        verified = true;
      }
      const read = { text: new TextDecoder().decode(bytes), verified };
      const parsed = parse(read);
      const etag = response.headers.get('etag');
      this.#last.clear();
      if (etag) this.#last.set(url.href, { etag, ...read });
      return parsed;
    });
  }

  /** Compares bytes with the digest of RFC 9530; answers whether there is one. */
  async #digest(url: URL, response: Response, bytes: Uint8Array): Promise<boolean> {
    const digest = /sha-256=:([^:]+):/.exec(response.headers.get('content-digest') ?? '')?.[1];
    if (!digest) return false;
    const expected = Array.from(atob(digest), (char) =>
      char.charCodeAt(0).toString(16).padStart(2, '0'),
    ).join('');
    if ((await this.#sha256(bytes)) === expected) return true;
    throw new GeocoderError('hash_mismatch', `${url} arrived changed`);
  }

  async #verify(
    url: URL,
    response: Response,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    let good: boolean;
    try {
      const base64 =
        response.headers.get('hereabouts-signature') ??
        new TextDecoder().decode(
          await this.#ask(new URL(`${url.pathname}.sig`, url), {}, signal, (_, body) =>
            this.#bytes(body, 1000),
          ),
        );
      const { subtle } = crypto;
      const publicKey = this.#publicKey as BufferSource;
      const key = await subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
      const signature = fromBase64(base64.trim());
      good = await subtle.verify('Ed25519', key, signature, bytes as BufferSource);
    } catch (cause) {
      const { code } = cause as GeocoderError;
      if (code === 'network' || code === 'aborted') throw cause;
      const reason = `has no signature, or this platform cannot verify Ed25519: ${cause}`;
      throw new GeocoderError('signature', `${url} ${reason}`, { cause });
    }
    if (!good) throw new GeocoderError('signature', `the signature of ${url} is wrong`);
  }

  #route(path: string, query: Record<string, string | number | undefined> = {}): URL {
    const url = new URL(`sync/v1/${path}`, this.#server);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, `${value}`);
    }
    return url;
  }

  async #bytes(body: Body, limit: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of body) {
      length += piece.length;
      if (length > limit) throw tooMuch(`an answer of ${limit} bytes`);
      pieces.push(piece);
    }
    const bytes = new Uint8Array(length);
    let offset = 0;
    for (const piece of pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }

  /** Asks and lets a body be used, until it is used, stalls or the signal fires. */
  async #ask<T>(
    url: URL,
    init: RequestInit,
    signal: AbortSignal,
    use: (response: Response, body: Body) => Promise<T>,
  ): Promise<T> {
    if (signal.aborted) throw abortedError(signal);
    const stop = new TiedController(signal);
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
    });
    stopped.catch(() => {});
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Whatever stands for `fetch` may ignore its signal.
    const watch = <R>(step: Promise<R>): Promise<R> => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(new Error('it stalled')), STALL_MS);
      return Promise.race([step, stopped]);
    };
    const received = (bytes: number) => {
      this.receivedBytes += bytes;
    };
    async function* read(response: Response): AsyncGenerator<Uint8Array> {
      const reader = response.body?.getReader();
      while (reader) {
        const { done, value } = await watch(reader.read());
        if (done) return;
        received(value.length);
        yield value;
      }
    }
    try {
      const asked = { headers: this.#headers, ...init, signal: stop.signal };
      const response = await watch(this.#fetch(url, asked));
      if (!response.ok && response.status !== 304) throw await refusal(url, response);
      return await use(response, read(response));
    } catch (cause) {
      if (cause instanceof GeocoderError) throw cause;
      if (signal.aborted) throw abortedError(signal);
      throw new GeocoderError('network', `${url} cannot be reached, or broke off: ${cause}`, {
        cause,
      });
    } finally {
      clearTimeout(timer);
      stop.untie();
      // Ends transfers whose rest nobody wants.
      stop.abort();
    }
  }
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

async function refusal(url: URL, response: Response): Promise<GeocoderError> {
  const { status, headers } = response;
  const code = CODES[status] ?? (status >= 500 ? 'unavailable' : 'protocol');
  const retryAfter = headers.get('retry-after');
  const seconds = Number(retryAfter);
  const waitS = Number.isNaN(seconds) ? (Date.parse(`${retryAfter}`) - Date.now()) / 1000 : seconds;
  return new GeocoderError(code, `${url} answered ${status}`, {
    cause: response,
    retryAfterS: Math.max(0, waitS),
  });
}

function tooMuch(what: URL | string): GeocoderError {
  return new GeocoderError('protocol', `${what} is longer than it may be`);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
