// One synchronisation: brings countries to where the server is, one at a time.

import { abortedError, GeocoderError, toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { TiedController } from '../signals.js';
import { type DownloadTools, fetchBase } from './download.js';
import type { Loaded } from './loaded.js';
import type { Heads, Manifest, Offer } from './offers.js';
import { planOf, type Route, routeTo } from './plan.js';
import { baseFile, type DeviceState, type Held, overlayFile, sweep } from './state.js';
import type { Transport } from './transport.js';
import type { CountryReport, SyncAction, SyncStorage } from './types.js';

/** Most bytes that are downloaded unless the countries are named. */
const MAX_UNNAMED_BYTES = 256_000_000;

/** Errors that can pass when the server is asked anew, at the latest for a snapshot. */
const CURABLE =
  /^((hash|size|checksum)_mismatch|malformed(_delta)?|truncated|wrong_generation|delta_out_of_order|not_a_shard|not_found|protocol|must_refetch)$/;
/** Errors that concern all countries alike. */
const GENERAL = /^(network|unavailable|rate_limited|unauthorized|signature|too_old)$/;

/** What a synchronisation works on. */
export interface UpdateTools {
  host: EngineHost;
  files: SyncStorage;
  transport: Transport;
  loaded: Loaded;
  state: DeviceState;
  signal: AbortSignal;
  /** Version of the heads that were ignored last, as older than others. */
  overtaken: { version: number | undefined };
  /** Whether bases of countries that are there may be replaced. */
  bases: boolean;
  /** Makes the state as it is now the stored one. */
  write(): Promise<void>;
  /** Called when a country's turn has come, with what ends it. */
  onBegin(end: () => void): void;
  /** Makes other changes, for which it was ended; answers whether there were any. */
  makeWay(): Promise<boolean>;
  onUpdate(report: CountryReport): void;
  onProgress(country: string, receivedBytes: number, totalBytes: number): void;
}

interface Corrections {
  snapshot: Uint8Array | undefined;
  state: string | null;
  head: number;
}

/** One run over all countries. */
export class Update {
  readonly #tools: UpdateTools;
  /** Countries to ask for; null for all. */
  #codes: readonly string[] | null;
  #heads: Heads;
  /** Signal of the country whose turn it is. */
  #signal: AbortSignal;
  #manifest: Manifest | undefined;
  /** Why what answers for the country at hand could not be stored. */
  #unstored: GeocoderError | undefined;

  constructor(tools: UpdateTools, codes: readonly string[] | null, heads: Heads) {
    this.#tools = tools;
    this.#codes = codes;
    this.#heads = heads;
    this.#signal = tools.signal;
  }

  /** Runs; what fails for one country is told in its report, what concerns all is thrown. */
  async run(): Promise<CountryReport[]> {
    const { state, write, makeWay } = this.#tools;
    const { epoch, version } = this.#heads;
    // Answers can be overtaken by newer ones on their way. One that nothing vouches for may also
    // have named a version that never was: what is said twice is believed.
    const stale = epoch === state.epoch && version < state.version;
    const again = this.#tools.overtaken.version === version && !this.#heads.verified;
    this.#tools.overtaken.version = stale && !again ? version : undefined;
    if (stale && !again) {
      const { receivedBytes } = this.#tools.transport;
      return (this.#codes ?? []).map((code) => this.#report(code, 'none', receivedBytes));
    }
    const before = [state.epoch, state.version, state.wanted].join();
    this.#see(this.#heads);
    if (!this.#codes) await this.#wantAll();
    const reports: CountryReport[] = [];
    for (const code of this.#codes ?? []) {
      if (state.removed?.includes(code)) continue;
      let report = await this.#runOne(code);
      while ((await makeWay()) && report.error && !state.removed?.includes(code)) {
        report = await this.#runOne(code);
      }
      reports.push(report);
      // Those that are left would wait for the same failure, one after the other.
      if (report.error && GENERAL.test(report.error.code)) throw report.error;
    }
    if ([state.epoch, state.version, state.wanted].join() !== before) await write();
    return reports;
  }

  #see({ epoch, version }: Heads): void {
    Object.assign(this.#tools.state, { epoch, version });
  }

  /** On a new device for which no countries were named, all are wanted, unless that is too much. */
  async #wantAll(): Promise<void> {
    const { countries } = await this.#readManifest();
    const bytes = [...countries.values()].reduce((sum, { base }) => sum + base.size, 0);
    if (bytes > MAX_UNNAMED_BYTES) {
      const message = `the server offers ${bytes} bytes: name countries`;
      throw new GeocoderError('too_large', message);
    }
    this.#codes = [...countries.keys()].sort();
    this.#tools.state.wanted = [...this.#codes];
  }

  #report(country: string, action: SyncAction, before: number): CountryReport {
    const { generation = '', head = 0 } = this.#tools.loaded.get(country)?.held ?? {};
    const receivedBytes = this.#tools.transport.receivedBytes - before;
    return { country, action, receivedBytes, generation, head };
  }

  async #runOne(code: string): Promise<CountryReport> {
    const { transport, signal, onBegin, onUpdate } = this.#tools;
    const stop = new TiedController(signal);
    this.#signal = stop.signal;
    onBegin(() => stop.abort());
    const before = transport.receivedBytes;
    let afresh = false;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const report = this.#report(code, await this.#advance(code, afresh), before);
          if (report.action !== 'none') onUpdate(report);
          const unstored = this.#unstored;
          this.#unstored = undefined;
          return unstored ? { ...report, error: unstored } : report;
        } catch (thrown) {
          if (signal.aborted) throw abortedError(signal);
          transport.forget();
          const error = stop.signal.aborted ? abortedError(stop.signal) : toGeocoderError(thrown);
          if (!CURABLE.test(error.code) || attempt === 3) {
            return { ...this.#report(code, 'none', before), error };
          }
          afresh = attempt === 2 || error.code === 'must_refetch';
          this.#manifest = undefined;
          // When this fails too, the next attempt tells why.
          await this.#readManifest().catch(() => {});
        }
      }
    } finally {
      stop.untie();
    }
  }

  async #readManifest(): Promise<Manifest> {
    if (!this.#manifest) {
      const { epoch, version, minPollS } = this.#heads;
      const manifest = await this.#tools.transport.manifest(this.#codes, this.#signal);
      if (manifest.epoch === epoch && manifest.version < version) {
        throw new GeocoderError('protocol', 'the manifest is older than the heads');
      }
      this.#manifest = manifest;
      this.#heads = { ...manifest, minPollS };
      this.#see(manifest);
    }
    return this.#manifest;
  }

  /** Does what the plan of a country says; `afresh` trusts nothing of its corrections. */
  async #advance(code: string, afresh: boolean): Promise<SyncAction> {
    const { loaded, bases } = this.#tools;
    const answering = loaded.get(code);
    const wanted = this.#heads.countries.get(code);
    const { epoch } = this.#heads;
    const plan = wanted ? planOf(answering?.held, wanted, epoch) : 'drop';
    if (plan === 'none') return plan;
    if (plan === 'base' && answering && !bases) return 'none';
    // Only the manifest knows the blobs; and what takes something away is asked twice.
    if (!this.#manifest && !/adopt|changes/.test(plan)) {
      await this.#readManifest();
      return this.#advance(code, afresh);
    }
    if (!wanted) return this.#drop(code);
    if (!answering || plan === 'base') return this.#takeBase(code);
    const { held, snapshot } = answering;
    if (plan === 'adopt' || plan === 'bare') {
      const kept = plan === 'adopt' ? snapshot : undefined;
      await this.#take(code, { ...held, epoch, head: wanted.head, state: wanted.state }, kept);
      return plan === 'adopt' ? 'none' : 'changes';
    }
    let route: Route = { snapshot: null, segments: [], since: held.head };
    const offer = this.#manifest?.countries.get(code);
    const forget = plan === 'snapshot' || afresh;
    if (offer && (forget || plan === 'far')) route = routeTo(offer, forget ? undefined : held.head);
    const start = forget || route.snapshot ? undefined : snapshot;
    const corrections = await this.#correct(code, held.generation, start, route, offer);
    const { state, head } = corrections;
    await this.#take(code, { ...held, epoch, head, state }, corrections.snapshot);
    if (start === undefined) return 'snapshot';
    return route.segments.length > 0 ? 'segments' : 'changes';
  }

  /** Fetches another base, and the corrections that belong to it. */
  async #takeBase(code: string): Promise<SyncAction> {
    const { state, host, onProgress, write } = this.#tools;
    const offer = (await this.#readManifest()).countries.get(code);
    if (!offer) throw notOffered(code);
    const { base, generation } = offer;
    const { epoch } = this.#heads;
    const entry = state.countries[code];
    const begun = state.staging[code] ?? [];
    if (begun[0] !== base.sha256) {
      // At most what is downloaded now, and one that was broken off.
      const broken = begun.filter((sha256) => sha256 !== base.sha256);
      state.staging[code] = [base.sha256, ...broken].slice(0, 2);
      // Without room the country is for this visit, which is told when it is there.
      await write().catch(() => {});
    }
    const held = [entry?.current.sha256, entry?.previous?.sha256];
    const others = [...begun, ...held].filter((sha256) => sha256 !== undefined);
    const tools: DownloadTools = {
      ...this.#tools,
      signal: this.#signal,
      sha256: (bytes) => host.sha256(bytes),
      onProgress: (receivedBytes) => onProgress(code, receivedBytes, base.size),
    };
    const bytes = await fetchBase(offer, others, tools);
    let corrections: Corrections = { snapshot: undefined, state: null, head: 0 };
    if (offer.state !== null) {
      const route = routeTo(offer, undefined);
      corrections = await this.#correct(code, generation, undefined, route, offer);
    }
    const { sha256, size: sizeBytes } = base;
    const { head, state: hash } = corrections;
    const next: Held = { generation, sha256, sizeBytes, epoch, head, state: hash };
    await this.#take(code, next, corrections.snapshot, bytes);
    return 'base';
  }

  /** Follows a route, and changes from its end to the head. */
  async #correct(
    country: string,
    generation: string,
    start: Uint8Array | undefined,
    route: Route,
    offer: Offer | undefined,
  ): Promise<Corrections> {
    const { transport, host } = this.#tools;
    const { epoch } = this.#heads;
    const fetched: Uint8Array[] = [];
    for (const blob of [route.snapshot, ...route.segments]) {
      if (!blob) continue;
      const bytes = await transport.blob(blob, this.#signal);
      if ((await host.sha256(bytes)) !== blob.sha256) {
        throw new GeocoderError('hash_mismatch', `blob ${blob.sha256} arrived changed`);
      }
      fetched.push(bytes);
    }
    let snapshot = route.snapshot ? fetched.shift() : start;
    let { since } = route;
    const apply = async (delta: Uint8Array) => {
      const update = await host.updateSnapshot(snapshot, generation, [delta]);
      ({ snapshot } = update);
      return update;
    };
    for (const delta of fetched) await apply(delta);
    if (snapshot && since === offer?.head) {
      const state = await host.sha256(snapshot);
      if (state === offer.state) return { snapshot, state, head: since };
      throw otherState(country, since);
    }
    for (;;) {
      const position = { country, epoch, generation, since };
      const update = await apply(await transport.changes(position, this.#signal));
      const { from, to, head, state, sha256 } = update;
      if (from !== since || to > head || (to === since && to < head)) {
        throw new GeocoderError('protocol', `changes from ${from} to ${to} do not lead to ${head}`);
      }
      since = to;
      if (to < head) continue;
      if (sha256 === state) return { snapshot, state, head };
      throw otherState(country, since);
    }
  }

  /** Lets a country answer from something new, and makes that its stored state. */
  async #take(
    code: string,
    held: Held,
    snapshot: Uint8Array | undefined,
    base?: Uint8Array,
  ): Promise<void> {
    const { files, loaded, state, write } = this.#tools;
    const before = loaded.get(code);
    let failure: unknown;
    const stored = base || before?.stored;
    if (stored) {
      try {
        // Complete before anything names them.
        if (base) await files.write(baseFile(held.sha256), base);
        if (held.state && snapshot) await files.write(overlayFile(held.state), snapshot);
      } catch (error) {
        failure = error;
      }
    }
    const answering = await loaded.put(code, held, base, snapshot);
    if (!stored) return;
    if (!failure) {
      const entry = state.countries[code];
      const former = before?.stored && before.held.sha256 !== held.sha256 ? before.held : undefined;
      state.countries[code] = { current: held, previous: former ?? entry?.previous ?? null };
      const staging = state.staging[code];
      if (base) delete state.staging[code];
      try {
        await write();
      } catch (error) {
        // The files say what they said, and so must this.
        if (entry) state.countries[code] = entry;
        else delete state.countries[code];
        if (staging) state.staging[code] = staging;
        failure = error;
      }
    }
    if (failure) {
      // For this visit only: the next start begins with what is stored.
      answering.stored = false;
      this.#unstored = toGeocoderError(failure);
      return;
    }
    loaded.follow(code, state.countries[code] as { current: Held; previous: Held | null });
    await this.#clean(code, base ? undefined : before?.held.state);
  }

  /** Removes a file that was replaced, or whatever is of no use any more. */
  async #clean(code: string, overlay: string | null | undefined): Promise<void> {
    const { files, state } = this.#tools;
    const { current, previous } = state.countries[code] ?? {};
    if (overlay === undefined) await sweep(files, state);
    else if (overlay && overlay !== current?.state && overlay !== previous?.state) {
      await files.remove(overlayFile(overlay));
    }
  }

  /** Forgets a country that the server offers no more. */
  async #drop(code: string): Promise<SyncAction> {
    const { loaded, state, files, write } = this.#tools;
    if (!loaded.get(code) && !state.countries[code]) throw notOffered(code);
    delete state.countries[code];
    delete state.staging[code];
    await write();
    await loaded.remove(code);
    await sweep(files, state);
    return 'removed';
  }
}

function notOffered(code: string): GeocoderError {
  return new GeocoderError('not_offered', `the server does not offer the country ${code}`);
}

function otherState(country: string, head: number): GeocoderError {
  return new GeocoderError(
    'hash_mismatch',
    `the corrections of ${country} at ${head} are not those of the server`,
  );
}
