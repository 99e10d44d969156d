// Types of PlaceKit's JavaScript client, under the names that its users import.

import type { Geocoder } from '../geocoder.js';
import type { GeocoderOptions, RecordType, SearchResult, TypeFilter } from '../types.js';

/** Options of requests, set for the whole client or given with a call. */
export interface PKOptions {
  /** Milliseconds after which a call rejects with an `AbortError`. Default: none. */
  timeout?: number | undefined;
  /** Number of results, 1 to 20. Default: 5. */
  maxResults?: number | undefined;
  /** ISO 639-1 code of the display language. Default in pages: the browser's. */
  language?: string | undefined;
  /** Types wanted, or with a leading `-` unwanted. Default: all. */
  types?: readonly TypeFilter[] | undefined;
  /** ISO 3166-1 alpha-2 codes of the countries to search. Default: every loaded one. */
  countries?: readonly string[] | undefined;
  /** Address of the user, sent to the server with `patch` and `keys`; unused on the device. */
  forwardIP?: string | undefined;
  /** `lat,lng` in degrees: preferred neighbourhood, or the point to reverse. */
  coordinates?: string | undefined;
}

/** Where the answers come from; given once, beside {@link PKOptions}, and not sent anywhere. */
export interface PKSources {
  /** Address of the sync server: shards come from it, `patch` and `keys` go to it. */
  server?: string | URL | undefined;
  /**
   * Codes of the shards to load from the server, all of which it must offer. Default: those of
   * the option `countries`, as it is when the client is made, that it offers; without that
   * option, everything.
   */
  shards?: readonly string[] | undefined;
  /** A geocoder that is there already, or will be; nothing is then loaded from the server. */
  geocoder?: Geocoder | Promise<Geocoder> | undefined;
  /**
   * ISO 3166-1 alpha-2 code of the country that is meant by searches without `countries` (unless
   * they are for cities or countries alone) and by `reverse` without `coordinates`: what PlaceKit
   * tells from the address of the user. Default: none; `reverse` takes the first at hand.
   */
  defaultCountry?: string | undefined;
  /** How to start the engine. */
  engine?: GeocoderOptions | undefined;
}

/** Type of a record. */
export type PKType = RecordType;

/** A type that is wanted, or with a leading `-` one that is not. */
export type PKTypeFilter = TypeFilter;

/** One place, street, house or point. */
export type PKResult = SearchResult;

/** Answer to `search` and `reverse`. */
export interface PKSearchResponse {
  /** Results, best or nearest first. */
  results: PKResult[];
  /** Number of results. */
  resultsCount: number;
  /** Number of results that was asked for. */
  maxResults: number;
  /** The query as it was given; empty for `reverse`. */
  query: string;
}

/** Whether a patch is shown to end users. */
export type PKPatchStatus = 'pending' | 'approved';

/** Fields of a patch. */
export interface PKPatchUpdate {
  /** Type of the record. */
  type: Exclude<PKType, 'country'>;
  /** House number and street, or the name of the place. */
  name: string;
  /** City. */
  city: string;
  /** County. */
  county: string;
  /** First-level region. */
  administrative: string;
  /** Country. */
  country: string;
  /** ISO 3166-1 alpha-2 code, lower case. */
  countrycode: string;
  /** `lat,lng` in degrees. */
  coordinates: string;
  /** Postcodes. */
  zipcode: string[];
  /** Inhabitants of the city. */
  population: number;
}

/** A patch as the server keeps it. */
export interface PKPatchResult extends PKPatchUpdate {
  /** Identifier. */
  id: string;
  /** Whether it is shown to end users. */
  status: PKPatchStatus;
}

/** Options of writing a patch. */
export interface PKPatchUpdateOptions {
  /** Default: `pending`. */
  status?: PKPatchStatus | undefined;
  /** ISO 639-1 code: writes the translation instead of the default fields. */
  language?: string | undefined;
}

/** Options of listing patches. */
export interface PKPatchListOptions {
  /** Text to search for. */
  query?: string | undefined;
  /** Number of results, 1 to 20. */
  maxResults?: number | undefined;
  /** Number of results to skip. */
  offset?: number | undefined;
  /** ISO 639-1 code of the display language. */
  language?: string | undefined;
  /** ISO 3166-1 alpha-2 codes. */
  countries?: readonly string[] | undefined;
  /** Types wanted or unwanted. */
  types?: readonly Exclude<PKTypeFilter, 'country' | '-country'>[] | undefined;
  /** Only patches of this status. */
  status?: PKPatchStatus | undefined;
}

/** A page of patches. */
export interface PKPatchListResponse {
  /** The patches. */
  results: PKPatchResult[];
  /** Number of them. */
  resultsCount: number;
  /** Number that was asked for. */
  maxResults: number;
  /** Number that was skipped. */
  offset: number;
  /** Number of all that match. */
  totalResults: number;
}

/** A key of the server's API. */
export interface PKKeysResult {
  /** Identifier. */
  id: string;
  /** The key itself. */
  token: string;
  /** The app that it belongs to. */
  appId: string;
  /** What it may do. */
  role: 'public' | 'private';
  /** Where a public key may be used. */
  domains: string[];
  /** When it was made (ISO 8601). */
  createdAt: string;
  /** When it was changed last (ISO 8601). */
  updatedAt: string;
}

/** Options of writing a key. */
export interface PKKeysOptions {
  /** Domains and addresses that may use the key. */
  domains?: string[] | undefined;
}

type AtLeastOne<T> = { [K in keyof T]: Pick<T, K> }[keyof T];

/** Corrections, kept by the server. */
export interface PKPatches {
  /** Lists patches. */
  list(opts?: PKPatchListOptions): Promise<PKPatchListResponse>;
  /** Adds a record. */
  create(update: PKPatchUpdate, opts?: PKPatchUpdateOptions): Promise<PKPatchResult>;
  /** Corrects a record that a search gave. */
  create(
    update: AtLeastOne<PKPatchUpdate>,
    opts: PKPatchUpdateOptions | undefined,
    origin: PKResult,
  ): Promise<PKPatchResult>;
  /** Gets a patch, in a language when one is given. */
  get(id: string, language?: string): Promise<PKPatchResult>;
  /** Changes a patch. */
  update(
    id: string,
    update?: AtLeastOne<PKPatchUpdate>,
    opts?: PKPatchUpdateOptions,
  ): Promise<PKPatchResult>;
  /** Deletes a patch. */
  delete(id: string): Promise<void>;
  /** Deletes the translation of a patch. */
  deleteLang(id: string, language: string): Promise<void>;
}

/** Keys of the server's API. */
export interface PKKeys {
  /** Lists the keys. */
  list(): Promise<PKKeysResult[]>;
  /** Makes a key. */
  create(role: 'public' | 'private', opts?: PKKeysOptions): Promise<PKKeysResult>;
  /** Gets a key. */
  get(id: string): Promise<PKKeysResult>;
  /** Changes where a key may be used. */
  update(id: string, opts?: PKKeysOptions): Promise<PKKeysResult>;
  /** Deletes a key. */
  delete(id: string): Promise<void>;
}

/** The client: PlaceKit's, answering on the device. */
export interface PKClient {
  /** Searches by text, on the device. */
  search(query?: string, opts?: PKOptions): Promise<PKSearchResponse>;
  /** Says what is at a point, on the device. */
  reverse(opts?: PKOptions): Promise<PKSearchResponse>;
  /** The options of all requests. */
  readonly options: PKOptions;
  /** Changes the options of all requests. */
  configure(opts?: PKOptions): void;
  /** Whether the device's position is used as `coordinates`. */
  readonly hasGeolocation: boolean;
  /** Asks for the device's position and uses it as `coordinates`. */
  requestGeolocation(opts?: PositionOptions): Promise<GeolocationPosition>;
  /** Stops using the device's position. */
  clearGeolocation(): void;
  /** Corrections, kept by the server. */
  readonly patch: PKPatches;
  /** Keys of the server's API. */
  readonly keys: PKKeys;
  /** The geocoder that answers; loads it when nothing was asked yet. Not in PlaceKit's client. */
  geocoder(): Promise<Geocoder>;
}

/** Sends one request, to the device or to the server; what extensions build on. */
export type PKRequest = (
  method: string,
  resource: string,
  opts?: Record<string, unknown>,
) => Promise<unknown>;

/** Makes what {@link PlaceKit.extend} adds to every client. */
export type PKExtension = (request: PKRequest, client: PKClient) => unknown;

/** What a call rejects with when the device or the server refuses it: a plain object. */
export interface PKError {
  /** Status as HTTP has it, such as 422. */
  status: number;
  /** Name of the status. */
  statusText: string;
  /** What is wrong, for people. */
  message?: string;
  /** The refused options. */
  errors?: readonly {
    value: unknown;
    msg: string;
    param: string;
    path: string;
    location: string;
  }[];
}
