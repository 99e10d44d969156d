// The countries as the page shows them: what the server offers, and what the geocoder keeps here.

import {
  type Attribution,
  type Country,
  type CountryOffer,
  type Geocoder,
  GeocoderError,
  type StorageReport,
  type SyncReport,
  type SyncUpdate,
} from 'hereabouts';
import type { BBox } from '../map/projection.js';
import { askedCountries, onAskedElsewhere, rememberAsked } from '../settings.js';
import { explainError } from './errors.js';

/** State of one country. */
export interface CountryState {
  /** ISO 3166-1 alpha-2 code, lower case. */
  readonly code: string;
  readonly name: string;
  /** Box around all records; null where only its name is known. */
  readonly bbox: BBox | null;
  readonly records: Readonly<Record<string, number>>;
  readonly attribution: readonly Attribution[];
  /** Bytes on this device, corrections included; of countries on offer those to transfer. */
  readonly sizeBytes: number;
  /** Whether it answers searches. */
  readonly loaded: boolean;
  /** Whether the server offers newer data. */
  readonly update: boolean;
  /** What is done with it, or waits for its turn. */
  readonly activity: 'fetching' | 'removing' | null;
  /** Bytes that are there and all bytes of a download that has begun. */
  readonly progress: { readonly receivedBytes: number; readonly totalBytes: number } | null;
  /** When corrections last arrived in this visit. */
  readonly corrected: Date | null;
  /** What went wrong last, in words. */
  readonly problem: string | null;
}

/** Whether the list of countries on offer is known. */
export type OfferState = 'loading' | 'known' | 'offline' | 'failed';

/** Events of {@link Countries}: something changed, and news about one country by its name. */
export interface CountryEvents {
  changed: undefined;
  /** Corrections arrived. */
  corrected: string;
  /** A newer base took the place of the one that was there. */
  updated: string;
  /** Stored data was damaged. */
  damaged: string;
  /** Damaged data was downloaded again. */
  repaired: string;
  /** Something failed that concerns no country alone. */
  failed: unknown;
}

/** What is kept of a country on this device. */
type Kept = Country & { generation: string; storedBytes: number };

/** The countries of one geocoder. */
export class Countries {
  readonly #geocoder: Geocoder;
  readonly #listeners = new EventTarget();
  readonly #offers = new Map<string, CountryOffer>();
  #kept = new Map<string, Kept>();
  #storage: StorageReport | null = null;
  /** Countries that this device is to have, without those whose removal has begun. */
  #missing = new Set<string>();
  readonly #leaving = new Set<string>();
  /** What the user asked for and waits for. */
  readonly #asked = new Map<string, AbortController>();
  readonly #progress = new Map<string, { receivedBytes: number; totalBytes: number }>();
  readonly #problems = new Map<string, string>();
  readonly #corrected = new Map<string, Date>();
  readonly #damaged = new Set<string>();
  #offer: OfferState = 'loading';
  #offerProblem: string | null = null;
  #round = 0;

  constructor(geocoder: Geocoder) {
    this.#geocoder = geocoder;
    // Failures of single countries come with a report as well.
    const reported = new WeakSet<GeocoderError>();
    geocoder.on('progress', ({ country, ...progress }) => this.#onProgress(country, progress));
    geocoder.on('update', (update) => void this.#onUpdate(update));
    geocoder.on('damaged', ({ country }) => void this.#onDamaged(country));
    geocoder.on('report', (report) => {
      for (const { error } of report.countries) if (error) reported.add(error);
      void this.#onReport(report);
    });
    geocoder.on('error', (error) => {
      const passing = /^(network|unavailable|rate_limited|aborted|closed)$/.test(error.code);
      if (!passing && !reported.has(error)) this.#emit('failed', error);
    });
    onAskedElsewhere(() => this.#followOtherTabs());
    geocoder.on('online', () => void (this.#offer === 'offline' && this.refreshOffers()));
  }

  /** Listens to an event. */
  on<E extends keyof CountryEvents>(type: E, listener: (detail: CountryEvents[E]) => void): void {
    this.#listeners.addEventListener(type, (event) =>
      listener((event as CustomEvent<CountryEvents[E]>).detail),
    );
  }

  /** Whether the list on offer is known. */
  get offer(): OfferState {
    return this.#offer;
  }

  /** Why the list on offer could not be read, in words. */
  get offerProblem(): string | null {
    return this.#offerProblem;
  }

  /** What this device keeps, and where; null until it is known. */
  get storage(): StorageReport | null {
    return this.#storage;
  }

  /** Lists all known countries by name. */
  list(): CountryState[] {
    const codes = new Set([...this.#offers.keys(), ...this.#kept.keys(), ...this.#missing]);
    return [...codes]
      .map((code) => this.#state(code))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  /** Lists the countries that answer searches. */
  loaded(): CountryState[] {
    return this.list().filter(({ loaded }) => loaded);
  }

  /** Reads what the geocoder has. */
  async refresh(): Promise<void> {
    const round = ++this.#round;
    let countries: Country[];
    let storage: StorageReport;
    try {
      countries = await this.#geocoder.countries();
      storage = await this.#geocoder.storage();
    } catch (error) {
      this.#emit('failed', error);
      return;
    }
    if (round !== this.#round) return;
    this.#storage = storage;
    this.#missing = new Set(storage.missing.filter((code) => !this.#leaving.has(code)));
    this.#kept = new Map(
      countries.map((country) => {
        const stored = storage.countries.find((entry) => entry.country === country.code);
        const { generation = '', baseBytes = country.sizeBytes, overlayBytes = 0 } = stored ?? {};
        return [country.code, { ...country, generation, storedBytes: baseBytes + overlayBytes }];
      }),
    );
    this.#emit('changed', undefined);
  }

  /** Asks the server what is on offer. */
  async refreshOffers(): Promise<void> {
    try {
      const offers = await this.#geocoder.offers();
      this.#offers.clear();
      for (const offer of offers) this.#offers.set(offer.country, offer);
      this.#offer = 'known';
      this.#offerProblem = null;
    } catch (error) {
      const code = error instanceof GeocoderError ? error.code : '';
      this.#offer = code === 'network' ? 'offline' : 'failed';
      this.#offerProblem =
        code === 'protocol'
          ? 'The list of countries is damaged. Try again later.'
          : explainError(error);
    }
    this.#emit('changed', undefined);
  }

  /** Downloads a country, or what is new of it. */
  async download(code: string): Promise<void> {
    if (this.#asked.has(code)) return;
    const abort = new AbortController();
    this.#asked.set(code, abort);
    rememberAsked(code, true);
    this.#problems.delete(code);
    this.#emit('changed', undefined);
    try {
      const { signal } = abort;
      if (this.#kept.has(code)) await this.#geocoder.sync({ signal });
      else await this.#geocoder.addCountry(code, { signal });
    } catch (error) {
      if (!abort.signal.aborted) this.#problems.set(code, explainError(error));
    }
    this.#asked.delete(code);
    rememberAsked(code, false);
    this.#progress.delete(code);
    await this.refresh();
  }

  /** Goes on with what was asked for before the page was closed. */
  resume(): void {
    for (const code of askedCountries()) void this.download(code);
  }

  /** Stops waiting for what the user asked for; what is on this device stays. */
  cancel(code: string): void {
    this.#asked.get(code)?.abort();
  }

  /** Removes a country, or stops its download. */
  async remove(code: string): Promise<void> {
    this.cancel(code);
    const kept = this.#kept.get(code);
    // Without a server nobody else knows what it was.
    if (kept && !this.#offers.has(code)) {
      const sizes = { sizeBytes: kept.sizeBytes, downloadBytes: kept.sizeBytes };
      this.#offers.set(code, { ...kept, ...sizes, country: code, sha256: '' });
    }
    // Of what only waited for its turn nothing is here that would have to go first.
    if (kept || (await this.#isBegun(code))) this.#leaving.add(code);
    this.#missing.delete(code);
    for (const known of [this.#problems, this.#progress, this.#corrected]) known.delete(code);
    this.#damaged.delete(code);
    this.#emit('changed', undefined);
    try {
      await this.#geocoder.removeCountry(code);
    } catch (error) {
      this.#problems.set(code, explainError(error));
    }
    this.#leaving.delete(code);
    await this.refresh();
  }

  /** Asks the browser not to clear what is kept; answers whether it agreed. */
  async persist(): Promise<boolean> {
    const agreed = await this.#geocoder.persist();
    await this.refresh();
    return agreed;
  }

  /** Whether the device would go on with a country that is not there yet. */
  async #isBegun(code: string): Promise<boolean> {
    const storage = await this.#geocoder.storage().catch(() => null);
    return storage?.missing.includes(code) ?? true;
  }

  /** Ends what has been cancelled, or is done, in another tab. */
  #followOtherTabs(): void {
    const asked = askedCountries();
    for (const code of this.#asked.keys()) if (!asked.includes(code)) this.cancel(code);
  }

  #state(code: string): CountryState {
    const kept = this.#kept.get(code);
    const offer = this.#offers.get(code);
    const known = kept ?? offer;
    const problem = this.#problems.get(code) ?? null;
    const progress = this.#progress.get(code) ?? null;
    const leaving = this.#leaving.has(code);
    const awaited = this.#missing.has(code) && problem === null;
    const update = kept !== undefined && offer !== undefined && kept.generation !== '';
    return {
      code,
      name: this.#name(code),
      bbox: known?.bbox ?? null,
      records: known?.records ?? {},
      attribution: known?.attribution ?? [],
      sizeBytes: kept?.storedBytes ?? offer?.downloadBytes ?? 0,
      loaded: kept !== undefined,
      update: update && kept.generation !== offer.generation,
      activity: leaving ? 'removing' : this.#asked.has(code) || awaited ? 'fetching' : null,
      progress,
      corrected: this.#corrected.get(code) ?? null,
      problem,
    };
  }

  /** Names a country; one of which nothing is left as the browser does. */
  #name(code: string): string {
    const known = this.#kept.get(code) ?? this.#offers.get(code);
    if (known) return known.name;
    const names = new Intl.DisplayNames('en', { type: 'region' });
    return names.of(code.toUpperCase()) ?? code.toUpperCase();
  }

  #onProgress(code: string, progress: { receivedBytes: number; totalBytes: number }): void {
    if (this.#leaving.has(code)) return;
    const percent = (of: typeof progress | undefined) =>
      of && Math.floor((of.receivedBytes / of.totalBytes) * 100);
    const before = percent(this.#progress.get(code));
    this.#progress.set(code, progress);
    if (before !== percent(progress)) this.#emit('changed', undefined);
  }

  async #onUpdate({ country, action }: SyncUpdate): Promise<void> {
    const before = this.#kept.get(country);
    this.#progress.delete(country);
    if (action !== 'removed') this.#problems.delete(country);
    await this.refresh();
    const name = this.#name(country);
    if (this.#damaged.delete(country)) {
      this.#emit('repaired', name);
    } else if (before && action === 'base') {
      this.#emit('updated', name);
    } else if (before && action !== 'removed') {
      this.#corrected.set(country, new Date());
      this.#emit('changed', undefined);
      this.#emit('corrected', name);
    }
    // What is on offer may have been read before this was.
    if (before && /base|removed/.test(action)) await this.refreshOffers();
  }

  async #onDamaged(country: string): Promise<void> {
    const name = this.#name(country);
    this.#damaged.add(country);
    if (!this.#kept.has(country)) {
      this.#problems.set(
        country,
        `The stored data of ${name} was damaged and is not used. It is downloaded again as soon as the server can be reached.`,
      );
    }
    await this.refresh();
    this.#emit('damaged', name);
  }

  async #onReport({ countries }: SyncReport): Promise<void> {
    for (const { country, error } of countries) {
      this.#progress.delete(country);
      if (error && error.code !== 'aborted') this.#problems.set(country, explainError(error));
      else if (!error) this.#problems.delete(country);
    }
    await this.refresh();
  }

  #emit<E extends keyof CountryEvents>(type: E, detail: CountryEvents[E]): void {
    this.#listeners.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
