// Opens a geocoder over shards of a sync server.

import { Geocoder, GeocoderError, type GeocoderOptions } from '../index.js';

/** Most bytes that are loaded unless the countries are named. */
const MAX_UNNAMED_BYTES = 256_000_000;

interface Base {
  sha256: string;
  size: number;
}

/** Which shards to load. */
export interface ShardChoice {
  /** These, all of which must be offered. */
  shards?: readonly string[] | undefined;
  /** Otherwise those of these countries that are offered; without any, all that is. */
  countries?: readonly string[] | undefined;
}

/** Downloads shards from a server and loads them. */
export async function openFromServer(
  server: string | URL,
  apiKey: string | undefined,
  choice: ShardChoice,
  options: GeocoderOptions = {},
): Promise<Geocoder> {
  const bases = await offered(server, apiKey, choice);
  const geocoder = await Geocoder.fromShards([], options);
  try {
    const load = async ({ sha256, size: sizeBytes }: Base) => {
      const response = await get(address(server, `sync/v1/blobs/${sha256}`));
      await geocoder.insertShard(response, { sha256, sizeBytes });
    };
    await Promise.all(bases.map(load));
    return geocoder;
  } catch (error) {
    geocoder.close();
    throw error;
  }
}

/** Resolves a path below the server's address, whether or not that ends with a slash. */
export function address(server: string | URL, path: string): URL {
  const page = typeof location === 'undefined' ? undefined : location.href;
  const base = new URL(server, page);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return new URL(path, base);
}

async function offered(
  server: string | URL,
  apiKey: string | undefined,
  { shards, countries }: ShardChoice,
): Promise<Base[]> {
  const url = address(server, 'sync/v1/manifest');
  const wanted = (shards ?? countries)?.map((code) => code.toLowerCase());
  if (wanted) url.searchParams.set('countries', wanted.join(','));
  const response = await get(url, apiKey ? { 'x-placekit-api-key': apiKey } : {});
  const found = readManifest(await response.json().catch(() => undefined));
  if (!found) {
    throw new GeocoderError('network', `${url} is not a list of shards that this version reads`);
  }
  const missing = wanted?.filter((code) => !found.has(code)) ?? [];
  // Requests for a country that has no shard are refused one by one, as the server's API does.
  if (missing.length > 0 && (shards || found.size === 0)) {
    throw new GeocoderError('network', `${url} offers no shard of: ${missing.join(', ')}`);
  }
  const bases = [...found.values()];
  const bytes = bases.reduce((sum, { size }) => sum + size, 0);
  if (!wanted && bytes > MAX_UNNAMED_BYTES) {
    throw new GeocoderError(
      'too_large',
      `${url} offers ${bytes} bytes of shards: name some in the option \`countries\``,
    );
  }
  return bases;
}

/** Reads the shards out of a manifest of format 1; nothing when it is none. */
function readManifest(manifest: unknown): Map<string, Base> | undefined {
  const { format, countries } = (manifest ?? {}) as { format?: unknown; countries?: unknown };
  if (format !== 1 || typeof countries !== 'object' || countries === null) return undefined;
  const found = new Map<string, Base>();
  for (const [code, entry] of Object.entries(countries)) {
    const { sha256, size } = entry?.base ?? {};
    if (!/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(size)) return undefined;
    found.set(code, { sha256, size });
  }
  return found;
}

async function get(url: URL, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers }).catch((cause) => {
    throw new GeocoderError('network', `${url} cannot be reached: ${cause}`, { cause });
  });
  if (!response.ok) {
    throw new GeocoderError('network', `${url} answered ${response.status}`);
  }
  return response;
}
