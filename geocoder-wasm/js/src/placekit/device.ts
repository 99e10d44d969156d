// Answers on the device by PlaceKit's rules about countries.

import type { FieldError } from '../errors.js';
import type { Geocoder, SearchResponse } from '../index.js';
import { asRefusal, invalid, refusal, timedOut } from './refusal.js';
import { openFromServer } from './shards.js';
import type { PKOptions, PKSources } from './types.js';

/** Most results of a request. */
const MAX_RESULTS = 20;

type Request = Omit<PKOptions, 'timeout'> & { query?: string; signal?: AbortSignal | undefined };

/** The geocoder behind a client, loaded when it is first needed. */
export class Device {
  readonly #open: () => Promise<Geocoder>;
  readonly #defaultCountry: string | undefined;
  #geocoder: Promise<Geocoder> | undefined;

  constructor(apiKey: string | undefined, options: PKOptions & PKSources) {
    const { geocoder, server, engine, shards, countries } = options;
    this.#defaultCountry = options.defaultCountry?.toLowerCase();
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
    { timeout, ...request }: PKOptions & { query?: string },
  ): Promise<SearchResponse> {
    const signal = timeLimit(timeout);
    try {
      const geocoder = await within(signal, this.geocoder());
      const loaded = (await geocoder.countries()).map(({ code }) => code);
      return resource === 'search'
        ? await this.#search(geocoder, loaded, { ...request, signal })
        : await this.#reverse(geocoder, loaded, { ...request, signal });
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** Without countries the default one is meant, except by searches for cities alone. */
  #search(geocoder: Geocoder, loaded: Loaded, request: Request): Promise<SearchResponse> {
    const { query = '', types } = request;
    const worldwide = items(types).every((type) => type === 'city' || type === 'country');
    const home = items(types).length > 0 && worldwide ? undefined : this.#defaultCountry;
    const asked = atHome(request, loaded, home);
    return limited(asked, loaded, (options) => geocoder.search(query, options));
  }

  /** Without a point the country at hand is meant, and what is important there. */
  #reverse(geocoder: Geocoder, loaded: Loaded, request: Request): Promise<SearchResponse> {
    const { coordinates } = request;
    if (coordinates !== undefined && coordinates !== null) {
      return limited(request, loaded, (options) => geocoder.reverse({ ...options, coordinates }));
    }
    const wanted = [this.#defaultCountry, items(request.countries)[0], ...loaded];
    const codes = wanted.map((code) => `${code}`.toLowerCase());
    const home = codes.find((code) => loaded.includes(code));
    if (isForCountries(request)) return country(geocoder, home, request);
    const asked = atHome(request, loaded, home);
    return limited(asked, loaded, (options) => geocoder.search('', options));
  }
}

/** Answers with the record of a country, which searches find by its name only. */
async function country(geocoder: Geocoder, code: string | undefined, request: Request) {
  const shard = (await geocoder.countries()).find((loaded) => loaded.code === code);
  const options = { ...request, countries: undefined };
  const first = await geocoder.search('', options);
  // Few countries are all found at once; of many, the name of the shard tells one.
  for (const query of ['', shard?.name ?? '']) {
    const found = await geocoder.search(query, { ...options, maxResults: MAX_RESULTS });
    const result = found.results.find(({ countrycode }) => countrycode === code);
    if (!result) continue;
    const highlight = result.highlight.replace(/<\/?mark>/g, '');
    return { ...first, results: [{ ...result, highlight }], resultsCount: 1 };
  }
  return { ...first, results: [], resultsCount: 0 };
}

/** Limits a request that names no country to one, if that is loaded. */
function atHome(request: Request, loaded: Loaded, home: string | undefined): Request {
  const named = items(request.countries).length > 0;
  return named || !home || !loaded.includes(home) ? request : { ...request, countries: [home] };
}

/** The items of an option that should be a list; the engine refuses what is none. */
function items(option: unknown): readonly unknown[] {
  return Array.isArray(option) ? option : [];
}

/** Codes of the loaded shards. */
type Loaded = readonly string[];

/** Whether a request is for countries alone: such are never limited to some of them. */
function isForCountries({ types }: Request): boolean {
  return items(types).length === 1 && items(types)[0] === 'country';
}

/** Asks for some countries, each of which must be loaded; what else is refused is told first. */
async function limited(
  request: Request,
  loaded: Loaded,
  ask: (options: Request) => Promise<SearchResponse>,
): Promise<SearchResponse> {
  if (isForCountries(request)) return ask({ ...request, countries: undefined });
  const response = await ask(request);
  const errors = items(request.countries).flatMap((value, index): FieldError[] => {
    if (loaded.includes(`${value}`.toLowerCase())) return [];
    const param = `countries[${index}]`;
    const msg = 'This country is not supported: its shard is not loaded.';
    return [{ value, msg, param, path: param, location: 'body' }];
  });
  if (errors.length > 0) throw invalid(errors);
  return response;
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
