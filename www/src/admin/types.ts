// What the server answers with, as far as the pages show it.

/** An API key. */
export interface Key {
  readonly id: string;
  /** The token, or its start where the server does not show it. */
  readonly token: string;
  readonly role: 'public' | 'private';
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly domains: readonly string[];
  readonly allowedIps: readonly string[];
  readonly permissions: readonly string[];
  readonly countries: readonly string[] | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly deletedAt: string | null;
  readonly rotation: {
    readonly replacedBy?: string | null;
    readonly graceUntil?: string | null;
  } | null;
}

/** Something that keys can be allowed to do. */
export interface Permission {
  readonly name: string;
  readonly detail: string;
}

/** A page of a list. */
export interface Page<T> {
  readonly total: number;
  readonly data: readonly T[];
  readonly nextUrl: string | null;
  readonly previousUrl?: string | null;
}

/** A record in PlaceKit's fields. */
export interface PlaceRecord {
  readonly name: string;
  readonly type: string;
  readonly street?: { readonly number: string; readonly suffix: string; readonly name: string };
  readonly zipcode: readonly string[];
  readonly city: string;
  readonly county: string;
  readonly administrative: string;
  readonly country: string;
  readonly countrycode: string;
  readonly population: number;
  readonly lat: number;
  readonly lng: number;
}

/** A patch, shown in a language or in none. */
export interface Patch extends PlaceRecord {
  readonly id: string;
  readonly status: 'pending' | 'approved';
  readonly revision: number;
  readonly languages: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly remove?: boolean;
  /** The record that is corrected; absent for a new one. */
  readonly origin?: PlaceRecord;
  /** The proposal of an end user that it came from. */
  readonly proposal?: {
    /** Whether the record had another correction when it arrived, or was not there. */
    readonly conflict: boolean;
  };
}

/** Part of the queue. */
export interface PatchList {
  readonly results: readonly Patch[];
  readonly totalResults: number;
  readonly offset: number;
}

/** A text that translations can have of their own. */
export type TextName = 'name' | 'city' | 'county' | 'administrative' | 'country';

/** Some of these texts. */
export type Texts = Partial<Readonly<Record<TextName, string>>>;

/** A patch as it is stored. */
export interface StoredPatch {
  readonly revision: number;
  /** What it says itself in each language. */
  readonly languages: Readonly<Record<string, Texts>>;
  /** The proposal that it came from; the id is the same for all corrections of one record. */
  readonly proposal?: { readonly recordId?: string };
}

/** A change of a patch. */
export interface HistoryEntry {
  readonly seq: number;
  readonly at: string;
  readonly actorKeyId: string | null;
  readonly action: string;
  readonly reason: string | null;
  /** The patch from then on; `null` when it ended. */
  readonly to: StoredPatch | null;
}

/** What approved patches come to in their base. */
export type Outcome = 'applied' | 'redundant' | 'orphan' | 'conflict';

/** What is served of a country, and how its patches fit. */
export interface CountryStatus {
  readonly name: string;
  readonly generation: string;
  readonly sizeBytes: number;
  readonly head: number;
  readonly pending: number;
  readonly approved: number;
  readonly outcomes: Partial<Record<Outcome, number>>;
}

/** The same of all countries. */
export interface SyncStatus {
  readonly epoch: string;
  readonly version: number;
  readonly countries: Record<string, CountryStatus>;
}

/** The manifest, as far as it tells the sizes of what devices download. */
export interface Manifest {
  readonly countries: Record<
    string,
    {
      readonly overlay?: {
        readonly floor: number;
        readonly snapshot: { readonly seq: number; readonly size: number } | null;
        readonly segments: readonly { readonly size: number }[];
      };
    }
  >;
}

/** An approved patch that does not fit its base. */
export interface Conflict {
  readonly outcome: Outcome;
  readonly country: string;
  readonly generation: string;
  readonly patch: Patch;
  /** The record in the base; absent when it is gone. */
  readonly base?: PlaceRecord;
}

/** An entry of the audit log. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly actorKeyId: string | null;
  readonly ip: string | null;
  readonly action: string;
  readonly target: string;
  readonly requestId: string | null;
}
