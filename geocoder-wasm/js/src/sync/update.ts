// One synchronisation: brings countries to where the server is, one at a time.

import { abortedError, GeocoderError, toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { tiedTo } from '../signals.js';
import { fetchBase } from './download.js';
import type { Loaded } from './loaded.js';
import type { Heads, Manifest, Offer } from './offers.js';
import { planOf, type Route, routeTo } from './plan.js';
import { baseFile, type DeviceState, type Held, overlayFile, sweep } from './state.js';
import type { Transport } from './transport.js';
import type { CountryReport, SyncAction, SyncEvents, SyncStorage } from './types.js';

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
  onBegin(stop: AbortController): void;
  /** Makes other changes, for which it was ended; answers whether there were any. */
  makeWay(): Promise<boolean>;
  emit<E extends 'update' | 'progress'>(type: E, detail: SyncEvents[E]): void;
}

interface Corrections {
  snapshot: Uint8Array | undefined;
  state: string | null;
  head: number;
}

/**
 * Brings countries to where the server is, all of them without `codes`; what fails for one country
 * is told in its report, what concerns all is thrown.
 */
export async function update(
  tools: UpdateTools,
  codes: readonly string[] | null,
  heads: Heads,
): Promise<CountryReport[]> {
  const { host, files, transport, loaded, state, overtaken, write, makeWay, emit } = tools;
  /** Signal of the country whose turn it is. */
  let { signal } = tools;
  let manifest: Manifest | undefined;
  /** Why what answers for the country at hand could not be stored. */
  let unstored: GeocoderError | undefined;

  function see({ epoch, version }: Heads): void {
    Object.assign(state, { epoch, version });
  }

  async function readManifest(): Promise<Manifest> {
    if (manifest) return manifest;
    const { epoch, version, minPollS } = heads;
    const read = await transport.manifest(codes, signal);
    if (read.epoch === epoch && read.version < version) {
      throw new GeocoderError('protocol', 'the manifest is older than the heads');
    }
    manifest = read;
    heads = { ...read, minPollS };
    see(read);
    return read;
  }

  /** On a new device for which no countries were named, all are wanted, unless that is too much. */
  async function wantAll(): Promise<readonly string[]> {
    const { countries } = await readManifest();
    const bytes = [...countries.values()].reduce((sum, { base }) => sum + base.size, 0);
    if (bytes > MAX_UNNAMED_BYTES) {
      throw new GeocoderError('too_large', `the server offers ${bytes} bytes: name countries`);
    }
    state.wanted = [...countries.keys()].sort();
    return [...state.wanted];
  }

  function reportOn(country: string, action: SyncAction, before: number): CountryReport {
    const { generation = '', head = 0 } = loaded.get(country)?.held ?? {};
    const receivedBytes = transport.receivedBytes() - before;
    return { country, action, receivedBytes, generation, head };
  }

  async function runOne(code: string): Promise<CountryReport> {
    const stop = tiedTo(tools.signal);
    ({ signal } = stop);
    tools.onBegin(stop);
    const before = transport.receivedBytes();
    let afresh = false;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const report = reportOn(code, await advance(code, afresh), before);
          if (report.action !== 'none') emit('update', report);
          const error = unstored;
          unstored = undefined;
          return error ? { ...report, error } : report;
        } catch (thrown) {
          if (tools.signal.aborted) throw abortedError(tools.signal);
          transport.forget();
          const error = signal.aborted ? abortedError(signal) : toGeocoderError(thrown);
          if (!CURABLE.test(error.code) || attempt === 3) {
            return { ...reportOn(code, 'none', before), error };
          }
          afresh = attempt === 2 || error.code === 'must_refetch';
          manifest = undefined;
          // When this fails too, the next attempt tells why.
          await readManifest().catch(() => {});
        }
      }
    } finally {
      stop.abort();
    }
  }

  /** Does what the plan of a country says; `afresh` trusts nothing of its corrections. */
  async function advance(code: string, afresh: boolean): Promise<SyncAction> {
    const answering = loaded.get(code);
    const wanted = heads.countries.get(code);
    const { epoch } = heads;
    const plan = wanted ? planOf(answering?.held, wanted, epoch) : 'drop';
    if (plan === 'none') return plan;
    if (plan === 'base' && answering && !tools.bases) return 'none';
    // Only the manifest knows the blobs; and what takes something away is asked twice.
    if (!manifest && !/adopt|changes/.test(plan)) {
      await readManifest();
      return advance(code, afresh);
    }
    if (!wanted) return drop(code);
    if (!answering || plan === 'base') return takeBase(code);
    const { held, snapshot } = answering;
    if (plan === 'adopt' || plan === 'bare') {
      const kept = plan === 'adopt' ? snapshot : undefined;
      await take(code, { ...held, epoch, head: wanted.head, state: wanted.state }, kept);
      return plan === 'adopt' ? 'none' : 'changes';
    }
    let route: Route = { snapshot: null, segments: [], since: held.head };
    const offer = manifest?.countries.get(code);
    const forget = plan === 'snapshot' || afresh;
    if (offer && (forget || plan === 'far')) route = routeTo(offer, forget ? undefined : held.head);
    const start = forget || route.snapshot ? undefined : snapshot;
    const corrected = await correct(code, held.generation, start, route, offer);
    await take(
      code,
      { ...held, epoch, head: corrected.head, state: corrected.state },
      corrected.snapshot,
    );
    if (start === undefined) return 'snapshot';
    return route.segments.length > 0 ? 'segments' : 'changes';
  }

  /** Fetches another base, and the corrections that belong to it. */
  async function takeBase(code: string): Promise<SyncAction> {
    const offer = (await readManifest()).countries.get(code);
    if (!offer) throw notOffered(code);
    const { generation } = offer;
    const { sha256, size: sizeBytes } = offer.base;
    const { epoch } = heads;
    const entry = state.countries[code];
    const begun = state.staging[code] ?? [];
    if (begun[0] !== sha256) {
      // At most what is downloaded now, and one that was broken off.
      const broken = begun.filter((other) => other !== sha256);
      state.staging[code] = [sha256, ...broken].slice(0, 2);
      // Without room the country is for this visit, which is told when it is there.
      await write().catch(() => {});
    }
    const held = [entry?.current.sha256, entry?.previous?.sha256];
    const others = [...begun, ...held].filter((other) => other !== undefined);
    const bytes = await fetchBase(offer, others, {
      host,
      files,
      transport,
      signal,
      onProgress: (receivedBytes) =>
        emit('progress', { country: code, receivedBytes, totalBytes: sizeBytes }),
    });
    let corrections: Corrections = { snapshot: undefined, state: null, head: 0 };
    if (offer.state !== null) {
      const route = routeTo(offer, undefined);
      corrections = await correct(code, generation, undefined, route, offer);
    }
    const { snapshot, ...position } = corrections;
    await take(code, { generation, sha256, sizeBytes, epoch, ...position }, snapshot, bytes);
    return 'base';
  }

  /** Follows a route, and changes from its end to the head. */
  async function correct(
    country: string,
    generation: string,
    start: Uint8Array | undefined,
    route: Route,
    offer: Offer | undefined,
  ): Promise<Corrections> {
    const { epoch } = heads;
    const fetched: Uint8Array[] = [];
    for (const blob of [route.snapshot, ...route.segments]) {
      if (!blob) continue;
      const bytes = await transport.blob(blob, signal);
      if ((await host.sha256(bytes)) !== blob.sha256) {
        throw new GeocoderError('hash_mismatch', `blob ${blob.sha256} arrived changed`);
      }
      fetched.push(bytes);
    }
    let snapshot = route.snapshot ? fetched.shift() : start;
    let { since } = route;
    const apply = async (delta: Uint8Array) => {
      const applied = await host.updateSnapshot(snapshot, generation, [delta]);
      ({ snapshot } = applied);
      return applied;
    };
    for (const delta of fetched) await apply(delta);
    if (snapshot && since === offer?.head) {
      const hash = await host.sha256(snapshot);
      if (hash === offer.state) return { snapshot, state: hash, head: since };
      throw otherState(country, since);
    }
    for (;;) {
      const position = { country, epoch, generation, since };
      const applied = await apply(await transport.changes(position, signal));
      const { from, to, head, state, sha256 } = applied;
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
  async function take(
    code: string,
    held: Held,
    snapshot: Uint8Array | undefined,
    base?: Uint8Array,
  ): Promise<void> {
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
    const replaced = before?.stored && before.held.sha256 !== held.sha256 ? before.held : undefined;
    const previous = replaced ?? state.countries[code]?.previous ?? null;
    const next = { current: held, previous };
    if (!failure) {
      const former = { countries: { ...state.countries }, staging: { ...state.staging } };
      state.countries[code] = next;
      if (base) delete state.staging[code];
      try {
        await write();
      } catch (error) {
        // The files say what they said, and so must this.
        Object.assign(state, former);
        failure = error;
      }
    }
    if (failure) {
      // For this visit only: the next start begins with what is stored.
      answering.stored = false;
      unstored = toGeocoderError(failure);
      return;
    }
    loaded.follow(code, next);
    // What was replaced goes, or whatever is of no use any more.
    const overlay = before?.held.state;
    if (base) await sweep(files, state);
    else if (overlay && overlay !== held.state && overlay !== previous?.state) {
      await files.remove(overlayFile(overlay));
    }
  }

  /** Forgets a country that the server offers no more. */
  async function drop(code: string): Promise<SyncAction> {
    if (!loaded.get(code) && !state.countries[code]) throw notOffered(code);
    delete state.countries[code];
    delete state.staging[code];
    await write();
    await loaded.remove(code);
    await sweep(files, state);
    return 'removed';
  }

  const { epoch, version } = heads;
  // Answers can be overtaken by newer ones on their way. One that nothing vouches for may also
  // have named a version that never was: what is said twice is believed.
  const stale =
    epoch === state.epoch &&
    version < state.version &&
    (heads.verified || overtaken.version !== version);
  overtaken.version = stale ? version : undefined;
  if (stale) {
    const before = transport.receivedBytes();
    return (codes ?? []).map((code) => reportOn(code, 'none', before));
  }
  const seen = () => `${[state.epoch, state.version, state.wanted]}`;
  const before = seen();
  see(heads);
  codes ??= await wantAll();
  const reports: CountryReport[] = [];
  for (const code of codes) {
    if (state.removed?.includes(code)) continue;
    let report = await runOne(code);
    while ((await makeWay()) && report.error && !state.removed?.includes(code)) {
      report = await runOne(code);
    }
    reports.push(report);
    // Those that are left would wait for the same failure, one after the other.
    if (report.error && GENERAL.test(report.error.code)) throw report.error;
  }
  if (seen() !== before) await write();
  return reports;
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
