// A device: the files, the engine and the server that belong together, and who listens.

import { GeocoderError, toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { fired, onAbort, sleep, tiedTo } from '../signals.js';
import { loadedInto } from './loaded.js';
import type { Heads } from './offers.js';
import { poll } from './poller.js';
import { proposalsIn } from './proposals.js';
import {
  baseFile,
  emptyState,
  overlayFile,
  readState,
  STATE_FILE,
  sweep,
  writeState,
} from './state.js';
import { openStorage } from './storage.js';
import { joinTabs } from './tabs.js';
import { openTransport } from './transport.js';
import type {
  CountryOffer,
  CountryReport,
  OpenOptions,
  Proposal,
  ProposalInput,
  StorageReport,
  SyncEvents,
  SyncOptions,
  SyncReport,
} from './types.js';
import { update } from './update.js';

/** Longest time until a proposal is sent again that could not be sent. */
const MAX_PROPOSAL_WAIT_S = 300;

/** What {@link Geocoder.open} opens. */
export type Device = Awaited<ReturnType<typeof openDevice>>;

/** Loads what is stored; where there is nothing, synchronises. */
export async function openDevice(
  host: EngineHost,
  options: OpenOptions,
  opening: AbortSignal,
  closing: AbortSignal,
) {
  const name = options.storageName ?? 'hereabouts';
  const files = await openStorage(options.storage, name);
  const transport = openTransport(options, host);
  const loaded = loadedInto(host, files);
  const proposals = proposalsIn(files, transport, () => {
    tabs.announce();
    emit('proposals', undefined);
  });
  // What is in memory no other tab has.
  const tabs = joinTabs(name, files.kind !== 'memory', () => {
    proposals.changed();
    emit('proposals', undefined);
    inBackground(change(closing, async () => {}));
  });
  onAbort(closing, tabs.close);
  const listeners = new Map<string, Set<(detail: never) => void>>();
  const manual = options.updates === 'manual';
  /** Countries that the options ask for. */
  const asked = options.countries && new Set([options.countries].flat().map(countryCode));
  const overtaken = { version: undefined };
  let state = emptyState(null);
  /** The stream of events that is followed, and the countries that it is about. */
  let stream: { about: string; stop: AbortController } | undefined;
  let isOnline = true;
  /** Ends what is being fetched, while countries are brought to where the server is. */
  let pause: AbortController | undefined;
  /** Changes that then come first. */
  const waiting: (() => Promise<void>)[] = [];
  let minPollS = 0;

  function emit<E extends keyof SyncEvents>(type: E, detail: SyncEvents[E]): void {
    // A listener's fault is the page's, and must not stop what it listens to.
    for (const listener of listeners.get(type) ?? []) {
      queueMicrotask(() => listener(detail as never));
    }
  }

  function fail(thrown: unknown, signal: AbortSignal): void {
    if (!signal.aborted) emit('error', toGeocoderError(thrown));
  }

  /** Tells what fails that nobody waits for. */
  function inBackground(work: Promise<unknown>): void {
    work.catch((error) => fail(error, closing));
  }

  /** Countries that this device keeps; null for all that there are. */
  function wantedCodes(): string[] | null {
    const { wanted, removed } = state;
    if (!wanted && !asked) return null;
    const all = new Set([...(wanted ?? []), ...(asked ?? [])]);
    return [...all].filter((code) => !removed?.includes(code)).sort();
  }

  function checkStream(): void {
    if (stream && stream.about !== `${wantedCodes()}`) stream.stop.abort();
  }

  async function adopt(): Promise<void> {
    const stored = await readState(files);
    if (!stored && loaded.count() > 0) loaded.keep();
    state = stored ?? emptyState(state.wanted);
    checkStream();
    // Other pages of the origin may keep further countries, with other options.
    const wanted = wantedCodes();
    const own = Object.entries(state.countries).filter(([code]) => wanted?.includes(code) ?? true);
    for (const news of await loaded.adopt(own)) emit('update', news);
  }

  async function write(): Promise<void> {
    await writeState(files, state);
    tabs.announce();
    checkStream();
  }

  /** Changes the files, in line with what other tabs did before. */
  function change<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    return tabs.change(signal, async () => {
      await adopt();
      for (const country of loaded.takeDamaged()) emit('damaged', { country });
      return run();
    });
  }

  /** The same at once: what is being fetched goes on afterwards. */
  function changeFirst<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (!pause) return change(signal, run);
    pause.abort();
    return new Promise((resolve, reject) => {
      waiting.push(() => run().then(resolve, reject));
    });
  }

  /** Makes the changes that come first; answers whether there were any. */
  async function makeWay(): Promise<boolean> {
    const { length } = waiting;
    while (waiting.length > 0) await waiting.shift()?.();
    return length > 0;
  }

  /** Takes countries off the list of those that were removed. */
  async function restore(codes: Set<string> | undefined): Promise<void> {
    const { removed } = state;
    if (removed) state.removed = removed.filter((code) => !codes?.has(code));
    await write();
  }

  /** After a good start: the former bases go, and what a broken off change has left. */
  async function tidy(): Promise<void> {
    const entries = Object.entries(state.countries);
    const done = entries.filter(([code, entry]) => entry.previous && loaded.isProven(code, entry));
    for (const [, entry] of done) entry.previous = null;
    if (done.length > 0) await write();
    if (await files.read(STATE_FILE)) await sweep(files, state);
  }

  function setOnline(online: boolean): void {
    if (online === isOnline) return;
    isOnline = online;
    emit(online ? 'online' : 'offline', undefined);
  }

  /** Asks the server, and notes whether it can be reached. */
  async function ask<T>(run: () => Promise<T>): Promise<T> {
    try {
      const answer = await run();
      setOnline(true);
      return answer;
    } catch (error) {
      if (toGeocoderError(error).code === 'network') setOnline(false);
      throw error;
    }
  }

  function exchange(signal: AbortSignal): Promise<number> {
    return change(signal, () => proposals.exchange(signal));
  }

  /** Sends proposals, again and again until the server takes them. */
  async function send(signal: AbortSignal): Promise<void> {
    for (let waitS = 1; !signal.aborted; waitS = Math.min(2 * waitS, MAX_PROPOSAL_WAIT_S)) {
      try {
        await exchange(signal);
        return;
      } catch (error) {
        const { code, retryAfterS = 0 } = toGeocoderError(error);
        if (!/^(network|unavailable|rate_limited)$/.test(code)) throw error;
        fail(error, signal);
        await sleep(Math.max(retryAfterS, waitS), signal);
      }
    }
  }

  /** Reads the stream of events until it ends, or is about other countries than it should be. */
  async function follow(onHeads: (heads: Heads) => void, signal: AbortSignal): Promise<boolean> {
    const stop = tiedTo(signal);
    const wanted = wantedCodes();
    const about = `${wanted}`;
    stream = { about, stop };
    try {
      if (wanted?.length === 0) {
        // No country stands for all of them; this one ends when there is one.
        await fired(stop.signal);
        return false;
      }
      // Heads of other countries than are wanted by now would be mistaken for all.
      await transport.events(wanted, stop.signal, (heads) => {
        if (`${wantedCodes()}` === about) onHeads(heads);
      });
      return true;
    } catch (error) {
      if (!stop.signal.aborted || signal.aborted) throw error;
      return false;
    } finally {
      stream = undefined;
      stop.abort();
    }
  }

  async function catchUp(heads: Heads | undefined, signal: AbortSignal): Promise<void> {
    try {
      // A stream is not signed, and says no more than that there are news.
      const taken = transport.isSigned ? undefined : heads;
      const { countries } = await sync(taken, options.metered, signal);
      const failed = countries.find(({ error }) => error && error.code !== 'aborted')?.error;
      // What the server does not have may come, and holds up no other country until then.
      if (failed?.code === 'not_offered') fail(failed, signal);
      else if (failed) throw failed;
    } catch (error) {
      fail(error, signal);
      throw error;
    }
  }

  /** Brings countries to where the server is, of which heads may have come already. */
  async function advance(
    given: Heads | undefined,
    wanted: string[] | null,
    metered: OpenOptions['metered'],
    signal: AbortSignal,
  ): Promise<CountryReport[]> {
    // Another tab may have changed what is wanted since they arrived.
    const current = given && `${wanted}` === stream?.about ? given : undefined;
    const heads = current ?? (await transport.heads(wanted, signal));
    ({ minPollS } = heads);
    const onBegin = (stop: AbortController) => {
      pause = stop;
    };
    const parts = { host, files, transport, loaded, state, overtaken };
    try {
      const bases = mayReplace(metered);
      const tools = { ...parts, signal, bases, write, onBegin, makeWay, emit };
      return await update(tools, wanted, heads);
    } finally {
      pause = undefined;
      await makeWay();
    }
  }

  function sync(
    given: Heads | undefined,
    metered: OpenOptions['metered'],
    signal: AbortSignal,
  ): Promise<SyncReport> {
    return change(signal, async () => {
      const before = transport.receivedBytes();
      const wanted = wantedCodes();
      let countries: CountryReport[] = [];
      let learned = 0;
      let refused: GeocoderError | undefined;
      if (wanted?.length !== 0) {
        countries = await ask(() => advance(given, wanted, metered, signal));
      }
      try {
        learned = await proposals.exchange(signal);
      } catch (error) {
        // A key that may not propose, say, keeps no country from being current.
        refused = toGeocoderError(error);
        if (refused.code === 'network') setOnline(false);
        if (/^(network|aborted)$/.test(refused.code)) throw error;
      }
      const report = {
        version: state.version,
        countries,
        receivedBytes: transport.receivedBytes() - before,
        proposals: learned,
        ...(refused && { proposalsError: refused }),
      };
      emit('report', report);
      return report;
    });
  }

  const device = {
    /** Brings every country to where the server is. */
    sync: (signal: AbortSignal, { metered = 'allow' }: SyncOptions = {}) =>
      sync(undefined, metered, signal),

    /** Adds a country and fetches it. */
    async addCountry(country: string, signal: AbortSignal): Promise<void> {
      const code = countryCode(country);
      await change(signal, async () => {
        const wanted = wantedCodes() ?? [];
        if (wanted.includes(code)) return;
        state.wanted = [...wanted, code];
        await restore(new Set([code]));
      });
      const { countries } = await device.sync(signal);
      const { error } = countries.find(({ country }) => country === code) ?? {};
      if (error) throw error;
    },

    /** Removes a country with its files; answers whether there was one. */
    removeCountry(country: string, signal: AbortSignal): Promise<boolean> {
      const code = countryCode(country);
      return changeFirst(signal, async () => {
        state.wanted = (wantedCodes() ?? []).filter((other) => other !== code);
        state.removed = [...new Set([...(state.removed ?? []), code])];
        delete state.countries[code];
        delete state.staging[code];
        await write();
        const removed = await loaded.remove(code);
        await sweep(files, state);
        return removed;
      });
    },

    /** Says what is kept. */
    async storage(): Promise<StorageReport> {
      const storage = globalThis.navigator?.storage;
      const listed = await files.list();
      const size = (file: string) => listed.find(({ name }) => name === file)?.sizeBytes ?? 0;
      const { quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
      return {
        kind: files.kind,
        persisted: (await storage?.persisted?.().catch(() => false)) ?? false,
        usedBytes: listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        ...(quota && { quotaBytes: quota }),
        missing: wantedCodes()?.filter((code) => !loaded.get(code)) ?? [],
        countries: Object.entries(state.countries).map(([country, { current }]) => ({
          country,
          generation: current.generation,
          head: current.head,
          baseBytes: size(baseFile(current.sha256)),
          overlayBytes: current.state ? size(overlayFile(current.state)) : 0,
        })),
      };
    },

    /** Asks what there is of countries. */
    async offers(
      countries: readonly string[] | undefined,
      signal: AbortSignal,
    ): Promise<CountryOffer[]> {
      const codes = countries?.map(countryCode) ?? null;
      const offers = await ask(() => transport.offers(codes, signal));
      // Static hosts know of all countries only.
      return offers.filter(({ country }) => codes?.includes(country) ?? true);
    },

    /** Asks the browser to keep the files. */
    persist: async (): Promise<boolean> =>
      (await globalThis.navigator?.storage?.persist?.()) ?? false,

    /** Queues a proposal, and sends it as soon as that goes. */
    async propose(input: ProposalInput): Promise<Proposal> {
      const proposal = await proposals.add(input);
      if (!manual) inBackground(send(closing));
      return proposal;
    },

    /** Lists proposals with their outcomes. */
    proposals: proposals.list,

    /** Listens; returns what ends that. */
    on<E extends keyof SyncEvents>(type: E, listener: (detail: SyncEvents[E]) => void): () => void {
      const own = (detail: never) => listener(detail);
      const others = listeners.get(type) ?? new Set();
      listeners.set(type, others.add(own));
      return () => void others.delete(own);
    },
  };

  await adopt();
  inBackground(change(closing, tidy));
  if (state.removed?.some((code) => asked?.has(code))) {
    // Who asks for a country anew wants it again.
    await change(opening, () => restore(asked));
  }
  const waits = asked?.size !== 0 && wantedCodes()?.length !== 0;
  if (loaded.count() === 0 && waits) {
    const { countries } = await device.sync(opening);
    const failed = countries.find(({ error }) => error)?.error;
    if (failed && loaded.count() === 0) throw failed;
  }
  if (!manual) {
    const streamed = (onHeads: (heads: Heads) => void, signal: AbortSignal) =>
      transport.isStatic() ? undefined : follow(onHeads, signal);
    const polled = { catchUp, exchange, follow: streamed, alone: tabs.alone };
    void poll({ ...polled, minPollS: () => minPollS }, options, closing);
  }
  return device;
}

function countryCode(country: string): string {
  const code = `${country}`.toLowerCase();
  if (/^[a-z]{2}$/.test(code)) return code;
  throw new GeocoderError('invalid_options', `${country} is no ISO 3166-1 alpha-2 code`);
}

/** Whether bases that are there may be replaced: not where the user pays by the byte, or saves. */
function mayReplace(metered: OpenOptions['metered']): boolean {
  const { connection } = (globalThis.navigator ?? {}) as {
    connection?: { saveData?: boolean; type?: string };
  };
  const isMetered = connection?.saveData === true || connection?.type === 'cellular';
  return metered === 'allow' || !isMetered;
}
