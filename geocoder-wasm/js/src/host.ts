// What a geocoder asks of its engine, be it in this thread or in a worker.

import type {
  Country,
  FeaturesOptions,
  InsertOptions,
  MapFeatures,
  RequestOptions,
  SearchResponse,
} from './types.js';

/** Options as the engine reads them: checked there, so any value may stand here. */
export type WireOptions = { readonly [name in WireOption]?: unknown };

type WireOption = Exclude<keyof RequestOptions, 'signal'> | 'coordinates' | 'explain';

const WIRE_OPTIONS: readonly WireOption[] = [
  'countries',
  'language',
  'types',
  'maxResults',
  'coordinates',
  'explain',
];

/** Takes the engine's options out of a caller's, which may hold anything else besides. */
export function wireOptions(options: object): WireOptions {
  const source = options as WireOptions;
  const taken: { [name in WireOption]?: unknown } = {};
  for (const name of WIRE_OPTIONS) {
    const value = source[name];
    if (value !== undefined && value !== null) taken[name] = value;
  }
  return taken;
}

/** What the bytes of a shard must be. */
export type ShardChecks = Pick<InsertOptions, 'sizeBytes' | 'sha256'>;

/** A box on the map and what is wanted of it. */
export type BoxOptions = Pick<FeaturesOptions, 'bbox' | 'streets'>;

/** A snapshot after deltas. */
export interface SnapshotUpdate {
  snapshot: Uint8Array;
  /** SHA-256 of the snapshot. */
  sha256: string;
  /** Positions before the first and after the last delta, and of the newest operation. */
  from: number;
  to: number;
  head: number;
  /** What the server says the hash of the state is; nothing where `to` is not the head. */
  state?: string;
}

/** One engine with its shards. */
export interface EngineHost {
  search(query: string, options: WireOptions): Promise<SearchResponse>;
  reverse(options: WireOptions): Promise<SearchResponse>;
  /** Opens a shard, with the corrections of a snapshot over it, and takes both over in one step. */
  insertBytes(bytes: Uint8Array, checks: ShardChecks, snapshot?: Uint8Array): Promise<Country>;
  /** Lays the corrections of a snapshot over a loaded shard in place of those before. */
  insertOverlay(country: string, snapshot: Uint8Array | undefined): Promise<void>;
  /** Applies deltas to a snapshot; nothing stands for the empty one. */
  updateSnapshot(
    snapshot: Uint8Array | undefined,
    generation: string,
    deltas: Uint8Array[],
  ): Promise<SnapshotUpdate>;
  /** Computes a SHA-256, in hexadecimal. */
  sha256(bytes: Uint8Array): Promise<string>;
  insertResponse(
    response: Response,
    checks: ShardChecks,
    onProgress: InsertOptions['onProgress'],
  ): Promise<Country>;
  features(options: BoxOptions): Promise<MapFeatures>;
  removeShard(country: string): Promise<boolean>;
  countries(): Promise<Country[]>;
  /** Frees everything; calls that are under way reject with code `closed`. */
  close(): void;
}
