// Answers requests of PlaceKit's API from a geocoder, by PlaceKit's rules about countries.

import type { FieldError } from '../errors.js';
import type { Geocoder, SearchResponse } from '../index.js';
import { asRefusal, invalid } from './refusal.js';
import type { PKOptions } from './types.js';

/** Most results of a request. */
const MAX_RESULTS = 20;

/** What is refused of a country without a shard. */
export const COUNTRY_NOT_LOADED = 'This country is not supported: its shard is not loaded.';

/** A request of `/search` or `/reverse`. */
export type Request = Omit<PKOptions, 'timeout'> & {
  query?: string;
  signal?: AbortSignal | undefined;
};

/** Answers a request; rejects with what PlaceKit's client rejects with. */
export async function answer(
  geocoder: Geocoder,
  resource: 'search' | 'reverse',
  request: Request,
  defaultCountry: string | undefined,
): Promise<SearchResponse> {
  try {
    const loaded = (await geocoder.countries()).map(({ code }) => code);
    const home = defaultCountry?.toLowerCase();
    return resource === 'search'
      ? await search(geocoder, loaded, home, request)
      : await reverse(geocoder, loaded, home, request);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Without countries the default one is meant, except by searches for cities alone. */
function search(
  geocoder: Geocoder,
  loaded: Loaded,
  defaultCountry: string | undefined,
  request: Request,
): Promise<SearchResponse> {
  const { query = '', types } = request;
  const worldwide = items(types).every((type) => type === 'city' || type === 'country');
  const home = items(types).length > 0 && worldwide ? undefined : defaultCountry;
  const asked = atHome(request, loaded, home);
  return limited(asked, loaded, (options) => geocoder.search(query, options));
}

/** Without a point the country at hand is meant, and what is important there. */
function reverse(
  geocoder: Geocoder,
  loaded: Loaded,
  defaultCountry: string | undefined,
  request: Request,
): Promise<SearchResponse> {
  const { coordinates } = request;
  if (coordinates !== undefined && coordinates !== null) {
    return limited(request, loaded, (options) => geocoder.reverse({ ...options, coordinates }));
  }
  const wanted = [defaultCountry, items(request.countries)[0], ...loaded];
  const codes = wanted.map((code) => `${code}`.toLowerCase());
  const home = codes.find((code) => loaded.includes(code));
  if (isForCountries(request)) return country(geocoder, home, request);
  const asked = atHome(request, loaded, home);
  return limited(asked, loaded, (options) => geocoder.search('', options));
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
    return [{ value, msg: COUNTRY_NOT_LOADED, param, path: param, location: 'body' }];
  });
  if (errors.length > 0) throw invalid(errors);
  return response;
}
