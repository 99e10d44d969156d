// Public surface of the package `hereabouts`.

export type { FieldError, GeocoderErrorCode } from './errors.js';
export { GeocoderError } from './errors.js';
export { Geocoder } from './geocoder.js';
export type { Searchable, SearchListener } from './latest.js';
export { LatestSearch } from './latest.js';
export type {
  CountryOffer,
  CountryReport,
  CountryStorage,
  OpenOptions,
  Proposal,
  ProposalInput,
  StorageReport,
  StoredFile,
  SyncAction,
  SyncEvents,
  SyncOptions,
  SyncProgress,
  SyncReport,
  SyncStorage,
  SyncUpdate,
} from './sync/types.js';
export type {
  Attribution,
  Country,
  Explanation,
  FeaturesOptions,
  GeocoderOptions,
  InsertOptions,
  MapFeatures,
  MapLines,
  Precision,
  RecordType,
  RequestOptions,
  ReverseOptions,
  SearchOptions,
  SearchResponse,
  SearchResult,
  ShardSource,
  StreetAddress,
  TypeFilter,
  WasmSource,
} from './types.js';
