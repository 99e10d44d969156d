// Opens a geocoder over shards of a sync server.

import { Geocoder, GeocoderError, type GeocoderOptions } from '../index.js';

/** Most bytes that are loaded unless the countries are named. */
const MAX_UNNAMED_BYTES = 256_000_000;

interface Base {
  sha256: string;
  size: number;
}

/** Downloads the named shards, or all that are offered, and loads them. */
export async function openFromServer(
  server: string | URL,
  apiKey: string | undefined,
  codes: readonly string[] | undefined,
  options: GeocoderOptions = {},
): Promise<Geocoder> {
  const bases = await offered(server, apiKey, codes);
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
  codes: readonly string[] | undefined,
): Promise<Base[]> {
  const url = address(server, 'sync/v1/manifest');
  const wanted = codes?.map((code) => code.toLowerCase());
  if (wanted) url.searchParams.set('countries', wanted.join(','));
  const response = await get(url, apiKey ? { 'x-placekit-api-key': apiKey } : {});
  const manifest = await response.json().catch(() => undefined);
  const countries = manifest?.format === 1 ? manifest.countries : undefined;
  if (typeof countries !== 'object' || countries === null) {
    throw new GeocoderError('network', `${url} is not a list of shards that this version reads`);
  }
  const missing = wanted?.filter((code) => !Object.hasOwn(countries, code)) ?? [];
  if (missing.length > 0) {
    throw new GeocoderError('network', `${url} offers no shard of: ${missing.join(', ')}`);
  }
  const bases = Object.values<{ base: Base }>(countries).map(({ base }) => base);
  const bytes = bases.reduce((sum, { size }) => sum + size, 0);
  if (!wanted && bytes > MAX_UNNAMED_BYTES) {
    throw new GeocoderError(
      'too_large',
      `${url} offers ${bytes} bytes of shards: name some in the option \`countries\``,
    );
  }
  return bases;
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
