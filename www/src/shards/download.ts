// Fetches the manifest and shards from the sync server on the page's own origin.

import { ShardError } from './errors.js';
import { type CountryEntry, parseManifest } from './manifest.js';

/** Largest manifest that is read, in characters. */
const MAX_MANIFEST_CHARS = 8 << 20;

/** Fetches the list of countries on offer. */
export async function fetchManifest(signal?: AbortSignal): Promise<CountryEntry[]> {
  const apiKey = await fetchApiKey(signal);
  const headers = apiKey === null ? {} : { 'x-placekit-api-key': apiKey };
  const response = await get('/sync/v1/manifest', signal, headers);
  const text = await bodyOf(() => response.text());
  if (text.length > MAX_MANIFEST_CHARS) {
    throw new ShardError('refused', 'the list of countries is too long');
  }
  return parseManifest(parseJson(text));
}

/** Fetches the bytes of a shard; they are not yet verified. */
export async function fetchShard(
  entry: CountryEntry,
  onProgress: (receivedBytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await get(`/sync/v1/blobs/${entry.sha256}`, signal);
  if (!response.body) throw new ShardError('refused', 'the answer has no body');
  // One byte more than announced shows that the file is longer, without reading all of it.
  const bytes = new Uint8Array(entry.sizeBytes + 1);
  let received = 0;
  const reader = response.body.getReader();
  while (received < bytes.length) {
    const { done, value } = await bodyOf(() => reader.read());
    if (done) break;
    bytes.set(value.subarray(0, bytes.length - received), received);
    received = Math.min(received + value.length, bytes.length);
    onProgress(Math.min(received, entry.sizeBytes));
  }
  if (received === bytes.length) await reader.cancel();
  return bytes.slice(0, received);
}

/**
 * Asks the server for the public key of this page; null where none is needed, as on a static host.
 */
async function fetchApiKey(signal?: AbortSignal): Promise<string | null> {
  const response = await request('/config.json', signal, {});
  if (response.status === 404) return null;
  if (!response.ok) throw new ShardError('refused', `status ${response.status}`);
  const config = parseJson(await bodyOf(() => response.text())) as { apiKey?: unknown } | null;
  return typeof config?.apiKey === 'string' ? config.apiKey : null;
}

async function get(
  path: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await request(path, signal, headers);
  if (!response.ok) throw new ShardError('refused', `status ${response.status}`);
  return response;
}

function request(
  path: string,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  // The blobs' own immutable caching would hand out damaged bytes again on a retry.
  return bodyOf(() => fetch(path, { cache: 'no-store', signal: signal ?? null, headers }));
}

/** Turns the browser's network failures into ours; an abort stays an abort. */
async function bodyOf<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ShardError('offline', 'the server cannot be reached', { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShardError('refused', 'the answer is not JSON', { cause: error });
  }
}
