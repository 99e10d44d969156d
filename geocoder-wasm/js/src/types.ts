// Shapes of requests and answers: PlaceKit's fields, plus `precision` and `distance`.

/** Kind of a record. */
export type RecordType =
  | 'administrative'
  | 'airport'
  | 'bus'
  | 'city'
  | 'country'
  | 'county'
  | 'street'
  | 'tourism'
  | 'townhall'
  | 'train';

/** A record type that is wanted, or with a leading `-` one that is not. */
export type TypeFilter = RecordType | `-${RecordType}`;

/**
 * How exactly the coordinates say where the asked thing is: the very house or point (`exact`), a
 * house whose range or other suffix covers the number (`range`), between two known houses
 * (`interpolated`), somewhere on the street (`street`) or in the area (`area`).
 */
export type Precision = 'exact' | 'range' | 'interpolated' | 'street' | 'area';

/** Options that searching and reversing share. */
export interface RequestOptions {
  /** ISO 3166-1 alpha-2 codes of the countries to search. Default: every loaded shard. */
  countries?: readonly string[] | undefined;
  /** ISO 639-1 code of the preferred display language. Default: the local language. */
  language?: string | undefined;
  /** Types wanted, or with a leading `-` unwanted. Default: all. */
  types?: readonly TypeFilter[] | undefined;
  /** Number of results, 1 to 20. Default: 5. */
  maxResults?: number | undefined;
  /** Stops waiting for the answer; the promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link Geocoder.search}. */
export interface SearchOptions extends RequestOptions {
  /** `lat,lng` in degrees: results near this point are preferred. */
  coordinates?: string | undefined;
  /** Adds to every result the terms of its score. Default: false. */
  explain?: boolean | undefined;
}

/** Options of {@link Geocoder.reverse}. */
export interface ReverseOptions extends RequestOptions {
  /** `lat,lng` in degrees: the point that is asked about. */
  coordinates: string;
}

/** House number, suffix and street name as separate fields; empty strings when missing. */
export interface StreetAddress {
  /** House number without its suffix. */
  number: string;
  /** Suffix of the house number, such as `bis` or `a`. */
  suffix: string;
  /** Street name in the language of display. */
  name: string;
}

/** The terms whose sum is the score of a result. */
export interface Explanation {
  /** Sum of all terms. */
  score: number;
  /** Name and value of every term that is not zero. */
  terms: [name: string, value: number][];
}

/** One place, street, house or point; missing strings are empty, never absent. */
export interface SearchResult {
  /** House number and street, or the name of the place. */
  name: string;
  /** `name`, HTML-escaped, with `<mark>` around what the query matched. */
  highlight: string;
  /** City. */
  city: string;
  /** County. */
  county: string;
  /** First-level region. */
  administrative: string;
  /** Country. */
  country: string;
  /** ISO 3166-2 part of the region, where PlaceKit gives it. */
  administrativecode: string;
  /** ISO 3166-1 alpha-2 code, lower case. */
  countrycode: string;
  /** Code of the county, where PlaceKit gives it. */
  countycode: string;
  /** Official code of the city, such as INSEE's. */
  citycode: string;
  /** Postcodes; empty when there is none. */
  zipcode: string[];
  /** Inhabitants of the city or area; 0 when unknown. */
  population: number;
  /** Latitude in degrees. */
  lat: number;
  /** Longitude in degrees. */
  lng: number;
  /** `lat, lng` as text. */
  coordinates: string;
  /** Type of the record. */
  type: RecordType;
  /** Parts of the address; for streets and houses only. */
  street?: StreetAddress;
  /** How exact the coordinates are. */
  precision: Precision;
  /** Metres from the asked point; for reverse requests only. */
  distance?: number;
  /** Terms of the score; with the option `explain` only. */
  explain?: Explanation;
}

/** Answer to a search or reverse request. */
export interface SearchResponse {
  /** Results, best (search) or nearest (reverse) first. */
  results: SearchResult[];
  /** Number of results. */
  resultsCount: number;
  /** Number of results that was asked for. */
  maxResults: number;
  /** The query as it was given; empty for reverse requests. */
  query: string;
}

/** Lines of a map as flat arrays, which cost little to pass between threads. */
export interface MapLines {
  /** Longitude and latitude of every point in turn, in degrees. */
  coordinates: Float64Array;
  /** Index in `coordinates` at which each line ends. */
  ends: Uint32Array;
}

/** What a map can draw of the loaded shards. */
export interface MapFeatures {
  /** Lines of streets; empty unless asked for. */
  streets: MapLines;
  /** Pieces of the boundaries of municipalities, regions and countries. */
  boundaries: MapLines;
}

/** Options of {@link Geocoder.features}. */
export interface FeaturesOptions {
  /** West, south, east, north in degrees; what is drawn may reach beyond. */
  bbox: readonly [west: number, south: number, east: number, north: number];
  /** Whether streets are wanted too. Default: false. */
  streets?: boolean | undefined;
  /** Stops waiting for the answer; the promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Source of data, its licence and the notice to show. */
export interface Attribution {
  /** Name of the source. */
  source: string;
  /** SPDX identifier or name of the licence. */
  licence: string;
  /** Address of the notice. */
  url: string;
  /** Text to show to users. */
  notice: string;
  /** Whether derived data must be offered under the same licence. */
  shareAlike: boolean;
}

/** A loaded shard. */
export interface Country {
  /** ISO 3166-1 alpha-2 code, lower case. */
  code: string;
  /** Name of the country. */
  name: string;
  /** Number of records by type, and `house` for house numbers. */
  records: Partial<Record<RecordType | 'house', number>>;
  /** Sources of the data. */
  attribution: Attribution[];
  /** Box around all records: west, south, east, north in degrees. */
  bbox: [west: number, south: number, east: number, north: number];
  /** Bytes of the shard in memory. */
  sizeBytes: number;
}

/** Bytes of a shard, or the answer of a fetch whose body they are. */
export type ShardSource = Uint8Array | ArrayBuffer | Response;

/** Options of {@link Geocoder.insertShard}. */
export interface InsertOptions {
  /** Size that the shard must have; another one rejects with code `size_mismatch`. */
  sizeBytes?: number | undefined;
  /** SHA-256 that the shard must have, in hexadecimal; otherwise code `hash_mismatch`. */
  sha256?: string | undefined;
  /** Called while a response is read, with the bytes so far. */
  onProgress?: ((receivedBytes: number) => void) | undefined;
  /** Stops the download; the promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Where the WebAssembly comes from: an address, its bytes or a compiled module. */
export type WasmSource = URL | string | BufferSource | WebAssembly.Module;

/** Options of {@link Geocoder.fromShards}. */
export interface GeocoderOptions {
  /**
   * Whether the engine runs in a worker of its own. Default: true in browser pages, with the page's
   * own thread when the worker cannot start; false in Node and inside workers.
   */
  worker?: boolean | undefined;
  /** Address of `hereabouts/worker.js`, where a bundler moved it. Default: beside this module. */
  workerUrl?: URL | string | undefined;
  /** The engine, `hereabouts/hereabouts.wasm`. Default: beside this module. */
  wasm?: WasmSource | undefined;
}
