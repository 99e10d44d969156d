// Answers on the device by PlaceKit's rules about countries.

import type { FieldError } from '../errors.js';
import type { Geocoder, SearchResponse } from '../index.js';
import { asRefusal, invalid, refusal, timedOut } from './refusal.js';
import { openFromServer } from './shards.js';
import type { PKOptions, PKSources } from './types.js';

/** The geocoder behind a client, loaded when it is first needed. */
export class Device {
  readonly #open: () => Promise<Geocoder>;
  #geocoder: Promise<Geocoder> | undefined;

  constructor(apiKey: string | undefined, options: PKOptions & PKSources) {
    const { geocoder, server, engine, shards, countries } = options;
    this.#open = async () => {
      if (geocoder) return geocoder;
      if (server) return openFromServer(server, apiKey, { shards, countries }, engine);
      throw refusal(503, 'Service Unavailable', {
        message: 'no data: name a sync server in the option `server`, or give a `geocoder`',
      });
    };
  }

  /** Gives the geocoder; one that could not be loaded is tried again by the next call. */
  geocoder(): Promise<Geocoder> {
    this.#geocoder ??= this.#open().catch((error) => {
      this.#geocoder = undefined;
      throw asRefusal(error);
    });
    return this.#geocoder;
  }

  /** Answers a request of PlaceKit's API; `timeout` counts from now, loading included. */
  async answer(
    resource: 'search' | 'reverse',
    { timeout, query = '', ...options }: PKOptions & { query?: string },
  ): Promise<SearchResponse> {
    const signal = timeLimit(timeout);
    const onlyCountries = options.types?.length === 1 && options.types[0] === 'country';
    // A search for countries alone is never limited to some of them.
    const countries = onlyCountries ? undefined : options.countries;
    try {
      const geocoder = await within(signal, this.geocoder());
      const request = { ...options, countries, signal };
      const answer =
        resource === 'search'
          ? geocoder.search(query, request)
          : this.#reverse(geocoder, request, options.countries);
      // What the engine refuses is told before countries that are missing here.
      const response = await answer;
      if (Array.isArray(countries)) await checkLoaded(geocoder, countries);
      return response;
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** A request without a point asks about the user's country, which is the first at hand. */
  async #reverse(
    geocoder: Geocoder,
    request: PKOptions & { signal: AbortSignal | undefined },
    countries: readonly string[] | undefined,
  ): Promise<SearchResponse> {
    const coordinates = request.coordinates ?? (await somewhere(geocoder, countries?.[0]));
    return geocoder.reverse({ ...request, coordinates });
  }
}

/** Makes the signal of a time limit in milliseconds; none for what is no such limit. */
export function timeLimit(timeoutMs: unknown): AbortSignal | undefined {
  const valid = typeof timeoutMs === 'number' && timeoutMs >= 0;
  return valid ? AbortSignal.timeout(timeoutMs) : undefined;
}

function within<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(timedOut()), { once: true });
    promise.then(resolve, reject);
  });
}

async function checkLoaded(geocoder: Geocoder, countries: readonly unknown[]): Promise<void> {
  const loaded = new Set((await geocoder.countries()).map(({ code }) => code));
  const errors = countries.flatMap((value, index): FieldError[] => {
    if (loaded.has(`${value}`.toLowerCase())) return [];
    const param = `countries[${index}]`;
    const msg = 'This country is not supported: its shard is not loaded.';
    return [{ value, msg, param, path: param, location: 'body' }];
  });
  if (errors.length > 0) throw invalid(errors);
}

/** Names a point of the wanted country, or of the first that is loaded. */
async function somewhere(geocoder: Geocoder, wanted: unknown): Promise<string> {
  const loaded = await geocoder.countries();
  const code = `${wanted}`.toLowerCase();
  const country = loaded.find((candidate) => candidate.code === code) ?? loaded[0];
  if (!country) return '';
  const { results } = await geocoder.search(country.name, {
    countries: [country.code],
    types: ['country'],
    maxResults: 1,
  });
  const [west, south, east, north] = country.bbox;
  return results[0]?.coordinates ?? `${(south + north) / 2},${(west + east) / 2}`;
}
