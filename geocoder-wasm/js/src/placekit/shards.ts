// Opens a geocoder over shards of a sync server.

import { type CountryOffer, Geocoder, GeocoderError, type GeocoderOptions } from '../index.js';

/** Most bytes that are loaded unless the countries are named. */
const MAX_UNNAMED_BYTES = 256_000_000;

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
  const here = { countries: [], storage: 'memory', updates: 'manual' } as const;
  const geocoder = await Geocoder.open({ ...options, ...here, server, apiKey });
  try {
    const load = async ({ sha256, sizeBytes }: CountryOffer) => {
      const url = address(server, `sync/v1/blobs/${sha256}`);
      const response = await fetch(url).catch((cause) => {
        throw new GeocoderError('network', `${url} cannot be reached: ${cause}`, { cause });
      });
      await geocoder.insertShard(response, { sha256, sizeBytes });
    };
    await Promise.all((await chosen(geocoder, choice)).map(load));
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

async function chosen(
  geocoder: Geocoder,
  { shards, countries }: ShardChoice,
): Promise<CountryOffer[]> {
  const wanted = (shards ?? countries)?.map((code) => code.toLowerCase());
  const offers = await geocoder.offers({ countries: wanted });
  const missing = wanted?.filter((code) => !offers.some(({ country }) => country === code)) ?? [];
  // Requests for a country that has no shard are refused one by one, as the server's API does.
  if (missing.length > 0 && (shards || offers.length === 0)) {
    throw new GeocoderError('not_offered', `the server offers no shard of: ${missing.join(', ')}`);
  }
  const bytes = offers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (!wanted && bytes > MAX_UNNAMED_BYTES) {
    const message = `the server offers ${bytes} bytes of shards: name some in the option \`countries\``;
    throw new GeocoderError('too_large', message);
  }
  return offers;
}
