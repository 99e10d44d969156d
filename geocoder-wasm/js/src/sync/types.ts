// What callers see of synchronisation: options, reports, events, proposals, and where files are kept.

import type { FieldError, GeocoderError } from '../errors.js';
import type { Country, GeocoderOptions } from '../types.js';

/**
 * Where a device keeps its files: bytes under names of letters, digits, dots and hyphens.
 *
 * A write must be there as a whole or not at all, whatever interrupts it; nothing else is asked.
 * What fails may reject with anything; a `QuotaExceededError` is told as code `storage_full`.
 */
export interface SyncStorage {
  /** What the files are kept in; reported by {@link Geocoder.storage}. */
  readonly kind: string;
  /** Lists all files with their sizes in bytes. */
  list(): Promise<StoredFile[]>;
  /** Reads a file; nothing when there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Writes a file in place of the one of that name. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file; one that is not there is fine. */
  remove(name: string): Promise<void>;
}

/** A file of {@link SyncStorage}. */
export interface StoredFile {
  name: string;
  sizeBytes: number;
}

/** Options of {@link Geocoder.open}. */
export interface OpenOptions extends GeocoderOptions {
  /**
   * Address of a sync server, or of a static folder with `manifest.json` and `blobs`.
   *
   * An address that ends with `.json` is that manifest; for others the server's routes are tried
   * first, and where they are not found (404), `manifest.json` below the address.
   */
  server: URL | string;
  /** Key with the permission `sync:read`, and `patches:propose` for proposals. */
  apiKey?: string | undefined;
  /**
   * Countries (ISO 3166-1 alpha-2) that this device keeps and answers from, besides those that
   * were added before. Default: those; on a new device all that the server offers, up to 256 MB.
   * When one of them is there, the geocoder is open, and the others come by themselves; an empty
   * list waits for no download. Files of countries that are not named stay for pages that name
   * them.
   */
  countries?: readonly string[] | undefined;
  /** Where to keep files. Default: `auto`, the best of the platform; memory in Node. */
  storage?: 'auto' | 'opfs' | 'indexeddb' | 'memory' | SyncStorage | undefined;
  /** Tells apart several sets of files of one origin. Default: `hereabouts`. */
  storageName?: string | undefined;
  /** Ed25519 key, 32 bytes as base64: then only signed manifests and heads are taken. */
  publicKey?: string | undefined;
  /** How news arrive: by a stream of events, by asking, or by `sync` only. Default: `events`. */
  updates?: 'events' | 'poll' | 'manual' | undefined;
  /** Seconds between two questions, where there is no stream of events. Default: 300. */
  pollIntervalS?: number | undefined;
  /** Whether new bases are downloaded unasked on metered connections. Default: `wait`. */
  metered?: 'wait' | 'allow' | undefined;
  /** Asks the server in place of the platform's own `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Gives up opening; the promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link Geocoder.sync}. */
export interface SyncOptions {
  /** Whether new bases are downloaded on metered connections: `allow`, since that was asked for. */
  metered?: OpenOptions['metered'];
  /** Gives up; the promise rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
}

/** What synchronisation did for a country. */
export type SyncAction = 'none' | 'changes' | 'segments' | 'snapshot' | 'base' | 'removed';

/** Outcome of {@link Geocoder.sync} for one country. */
export interface CountryReport {
  /** ISO 3166-1 alpha-2 code, lower case. */
  country: string;
  /** What was done. */
  action: SyncAction;
  /** Bytes that were received, uncompressed. */
  receivedBytes: number;
  /** Generation of the base that answers now; empty when there is none. */
  generation: string;
  /** Position in the feed of corrections that answers now. */
  head: number;
  /** Why the former state was kept, or why the new one could not be stored. */
  error?: GeocoderError;
}

/** Outcome of {@link Geocoder.sync}. */
export interface SyncReport {
  /** Version of the server's manifest. */
  version: number;
  countries: CountryReport[];
  /** Bytes that were received, uncompressed. */
  receivedBytes: number;
  /** Number of proposals whose outcome became known. */
  proposals: number;
  /** Why no outcomes could be asked for; the proposals stay queued. */
  proposalsError?: GeocoderError;
}

/** Progress of a download. */
export interface SyncProgress {
  country: string;
  /** Bytes of the country that are there, uncompressed. */
  receivedBytes: number;
  totalBytes: number;
}

/** A country that answers from something new now. */
export type SyncUpdate = Pick<CountryReport, 'country' | 'action' | 'generation' | 'head'>;

/** Events of {@link Geocoder.on}. */
export interface SyncEvents {
  /** A base is being downloaded. */
  progress: SyncProgress;
  /** A country changed. */
  update: SyncUpdate;
  /** A stored file of a country was damaged or gone; what is missing is fetched again. */
  damaged: { country: string };
  /** A synchronisation has ended, whoever began it. */
  report: SyncReport;
  /** A proposal was queued, or its outcome became known. */
  proposals: undefined;
  /** The server cannot be reached; searches go on. */
  offline: undefined;
  /** The server can be reached again. */
  online: undefined;
  /** Something failed that nobody waits for. */
  error: GeocoderError;
}

/** Files of one country. */
export interface CountryStorage {
  country: string;
  generation: string;
  head: number;
  baseBytes: number;
  overlayBytes: number;
}

/** What {@link Geocoder.storage} tells. */
export interface StorageReport {
  /** `opfs`, `indexeddb`, `memory`, or what a {@link SyncStorage} calls itself. */
  kind: string;
  /** Whether the browser keeps the files until the user removes them. */
  persisted: boolean;
  /** Bytes of all files, those of unfinished downloads included. */
  usedBytes: number;
  /** Bytes that the origin may use, where the browser tells. */
  quotaBytes?: number;
  countries: CountryStorage[];
  /** Countries that this device is to keep and that do not answer yet. */
  missing: string[];
}

/** A country that a server offers. */
export interface CountryOffer extends Pick<Country, 'name' | 'records' | 'attribution' | 'bbox'> {
  /** ISO 3166-1 alpha-2 code, lower case. */
  country: string;
  /** Generation of the base. */
  generation: string;
  /** SHA-256 of the base, in hexadecimal. */
  sha256: string;
  sizeBytes: number;
  /** Bytes of the base as they travel, where the server has it compressed; else its size. */
  downloadBytes: number;
}

/** A correction that is proposed, in the fields of `PUT /patch`. */
export interface ProposalInput {
  /** The record as it was found; without it a record is proposed. */
  origin?: object | undefined;
  /** What it should be. */
  update?: object | undefined;
  /** Language of the values, when they are a translation. */
  language?: string | undefined;
  /** Whether the record should be taken away. */
  remove?: boolean | undefined;
  /** For the person who decides. */
  comment?: string | undefined;
}

/** A proposal and what became of it. */
export interface Proposal extends ProposalInput {
  /** UUID that names it for ever. */
  mutationId: string;
  /** `queued` until the server has it. */
  outcome: 'queued' | 'pending' | 'approved' | 'rejected' | 'conflict';
  /** Time of proposing, ISO 8601. */
  createdAt: string;
  /** The patch that it became. */
  patchId?: string;
  /** Why it was rejected. */
  message?: string;
  /** Fields that were refused. */
  errors?: readonly FieldError[];
}
