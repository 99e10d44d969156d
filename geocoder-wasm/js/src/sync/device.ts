// A device: the files, the engine and the server that belong together, and who listens.

import { GeocoderError, toGeocoderError } from '../errors.js';
import type { EngineHost } from '../host.js';
import { TiedController } from '../signals.js';
import { Loaded } from './loaded.js';
import type { Heads } from './offers.js';
import { poll, sleep } from './poller.js';
import { Proposals } from './proposals.js';
import {
  baseFile,
  type DeviceState,
  emptyState,
  overlayFile,
  readState,
  STATE_FILE,
  sweep,
  writeState,
} from './state.js';
import { openStorage } from './storage.js';
import { Tabs } from './tabs.js';
import { Transport } from './transport.js';
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
  SyncStorage,
} from './types.js';
import { Update } from './update.js';

/** Longest time until a proposal is sent again that could not be sent. */
const MAX_PROPOSAL_WAIT_S = 300;

/** What {@link Geocoder.open} opens. */
export class Device {
  readonly #host: EngineHost;
  readonly #options: OpenOptions;
  readonly #closing: AbortSignal;
  readonly #files: SyncStorage;
  readonly #transport: Transport;
  readonly #tabs: Tabs;
  readonly #proposals: Proposals;
  readonly #loaded: Loaded;
  readonly #listeners = new Map<string, Set<(detail: never) => void>>();
  /** Countries that the options ask for. */
  readonly #asked: Set<string> | undefined;
  readonly #overtaken = { version: undefined };
  #state: DeviceState = emptyState();
  /** The stream of events that is followed, and the countries that it is about. */
  #stream: { about: string; end(): void } | undefined;
  #online = true;
  /** Ends what is being fetched, while countries are brought to where the server is. */
  #pause: (() => void) | undefined;
  /** Changes that then come first. */
  #waiting: (() => Promise<void>)[] = [];
  #minPollS = 0;

  private constructor(
    host: EngineHost,
    options: OpenOptions,
    files: SyncStorage,
    name: string,
    closing: AbortSignal,
  ) {
    this.#host = host;
    this.#options = options;
    this.#closing = closing;
    this.#files = files;
    this.#transport = new Transport(options, (bytes) => host.sha256(bytes));
    this.#proposals = new Proposals(files, this.#transport, () => {
      this.#tabs.announce();
      this.#emit('proposals', undefined);
    });
    this.#loaded = new Loaded(host, files);
    this.#asked = options.countries && new Set([options.countries].flat().map(countryCode));
    // What is in memory no other tab has.
    this.#tabs = new Tabs(name, files.kind !== 'memory', () => {
      this.#proposals.changed();
      this.#emit('proposals', undefined);
      this.#background((signal) => this.#change(signal, async () => {}));
    });
    closing.addEventListener('abort', () => this.#tabs.close());
  }

  /** Loads what is stored; where there is nothing, synchronises. */
  static async open(
    host: EngineHost,
    options: OpenOptions,
    signal: AbortSignal,
    closing: AbortSignal,
  ): Promise<Device> {
    const name = options.storageName ?? 'hereabouts';
    const files = await openStorage(options.storage, name);
    const device = new Device(host, options, files, name, closing);
    await device.#adopt();
    device.#background((signal) => device.#change(signal, () => device.#tidy()));
    if (device.#state.removed?.some((code) => device.#asked?.has(code))) {
      // Who asks for a country anew wants it again.
      await device.#change(signal, () => device.#restore(device.#asked));
    }
    const waits = device.#asked?.size !== 0 && device.#wanted()?.length !== 0;
    if (device.#loaded.size === 0 && waits) {
      const { countries } = await device.sync(signal);
      const failed = countries.find(({ error }) => error)?.error;
      if (failed && device.#loaded.size === 0) throw failed;
    }
    if (options.updates !== 'manual') void device.#poll();
    return device;
  }

  /** Brings every country to where the server is. */
  sync(signal: AbortSignal, { metered = 'allow' }: SyncOptions = {}): Promise<SyncReport> {
    return this.#sync(undefined, mayReplace(metered), signal);
  }

  /** Adds a country and fetches it. */
  async addCountry(country: string, signal: AbortSignal): Promise<void> {
    const code = countryCode(country);
    await this.#change(signal, async () => {
      const wanted = this.#wanted() ?? [];
      if (wanted.includes(code)) return;
      this.#state.wanted = [...wanted, code];
      await this.#restore(new Set([code]));
    });
    const { countries } = await this.sync(signal);
    const { error } = countries.find(({ country }) => country === code) ?? {};
    if (error) throw error;
  }

  /** Removes a country with its files; answers whether there was one. */
  removeCountry(country: string, signal: AbortSignal): Promise<boolean> {
    const code = countryCode(country);
    return this.#first(signal, async () => {
      const wanted = this.#wanted() ?? [];
      this.#state.wanted = wanted.filter((other) => other !== code);
      this.#state.removed = [...new Set([...(this.#state.removed ?? []), code])];
      delete this.#state.countries[code];
      delete this.#state.staging[code];
      await this.#write();
      const removed = await this.#loaded.remove(code);
      await sweep(this.#files, this.#state);
      return removed;
    });
  }

  /** Says what is kept. */
  async storage(): Promise<StorageReport> {
    const storage = globalThis.navigator?.storage;
    const files = await this.#files.list();
    const size = (file: string) => files.find(({ name }) => name === file)?.sizeBytes ?? 0;
    const { quota } = (await storage?.estimate?.().catch(() => undefined)) ?? {};
    return {
      kind: this.#files.kind,
      persisted: (await storage?.persisted?.().catch(() => false)) ?? false,
      usedBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      ...(quota && { quotaBytes: quota }),
      missing: this.#wanted()?.filter((code) => !this.#loaded.get(code)) ?? [],
      countries: Object.entries(this.#state.countries).map(([country, { current }]) => ({
        country,
        generation: current.generation,
        head: current.head,
        baseBytes: size(baseFile(current.sha256)),
        overlayBytes: current.state ? size(overlayFile(current.state)) : 0,
      })),
    };
  }

  /** Asks what there is of countries. */
  async offers(countries: readonly string[] | null, signal: AbortSignal): Promise<CountryOffer[]> {
    const codes = countries?.map(countryCode) ?? null;
    const offers = await this.#ask(() => this.#transport.offers(codes, signal));
    // Static hosts know of all countries only.
    return offers.filter(({ country }) => codes?.includes(country) ?? true);
  }

  /** Asks the browser to keep the files. */
  async persist(): Promise<boolean> {
    return (await globalThis.navigator?.storage?.persist?.()) ?? false;
  }

  /** Queues a proposal, and sends it as soon as that goes. */
  async propose(input: ProposalInput): Promise<Proposal> {
    const proposal = await this.#proposals.add(input);
    if (this.#options.updates !== 'manual') this.#background((signal) => this.#send(signal));
    return proposal;
  }

  /** Sends proposals, again and again until the server takes them. */
  async #send(signal: AbortSignal): Promise<void> {
    for (let waitS = 1; !signal.aborted; waitS = Math.min(2 * waitS, MAX_PROPOSAL_WAIT_S)) {
      try {
        await this.#change(signal, () => this.#proposals.exchange(signal));
        return;
      } catch (error) {
        const { code, retryAfterS = 0 } = toGeocoderError(error);
        if (!/^(network|unavailable|rate_limited)$/.test(code)) throw error;
        this.#fail(error, signal);
        await sleep(Math.max(retryAfterS, waitS) * 1000, signal);
      }
    }
  }

  /** Lists proposals with their outcomes. */
  proposals(): Promise<Proposal[]> {
    return this.#proposals.list();
  }

  /** Listens; returns what ends that. */
  on<E extends keyof SyncEvents>(type: E, listener: (detail: SyncEvents[E]) => void): () => void {
    const own = (detail: never) => listener(detail);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(own));
    return () => void listeners.delete(own);
  }

  #emit<E extends keyof SyncEvents>(type: E, detail: SyncEvents[E]): void {
    // A listener's fault is the page's, and must not stop what it listens to.
    for (const listener of this.#listeners.get(type) ?? []) {
      queueMicrotask(() => listener(detail as never));
    }
  }

  /** Runs what nobody waits for. */
  #background(run: (signal: AbortSignal) => Promise<unknown>): void {
    run(this.#closing).catch((error) => this.#fail(error, this.#closing));
  }

  #fail(thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted || this.#closing.aborted) return;
    this.#emit('error', toGeocoderError(thrown));
  }

  /** Changes the files, in line with what other tabs did before. */
  #change<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    return this.#tabs.change(signal, async () => {
      await this.#adopt();
      for (const country of this.#loaded.takeDamaged()) this.#emit('damaged', { country });
      return run();
    });
  }

  /** The same at once: what is being fetched goes on afterwards. */
  #first<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (!this.#pause) return this.#change(signal, run);
    this.#pause();
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => run().then(resolve, reject));
    });
  }

  /** Makes the changes that come first; answers whether there were any. */
  async #makeWay(): Promise<boolean> {
    const { length } = this.#waiting;
    while (this.#waiting.length > 0) await this.#waiting.shift()?.();
    return length > 0;
  }

  async #adopt(): Promise<void> {
    const state = await readState(this.#files);
    if (!state && this.#loaded.size > 0) this.#loaded.keep();
    this.#state = state ?? { ...emptyState(), wanted: this.#state.wanted };
    this.#checkStream();
    // Other pages of the origin may keep further countries, with other options.
    const wanted = this.#wanted();
    const own = Object.entries(this.#state.countries).filter(
      ([code]) => !wanted || wanted.includes(code),
    );
    for (const update of await this.#loaded.adopt(own)) this.#emit('update', update);
  }

  async #write(): Promise<void> {
    await writeState(this.#files, this.#state);
    this.#tabs.announce();
    this.#checkStream();
  }

  /** Takes countries off the list of those that were removed. */
  async #restore(codes: Set<string> | undefined): Promise<void> {
    const { removed } = this.#state;
    if (removed) this.#state.removed = removed.filter((code) => !codes?.has(code));
    await this.#write();
  }

  #checkStream(): void {
    if (this.#stream && this.#stream.about !== `${this.#wanted()}`) this.#stream.end();
  }

  /** After a good start: the former bases go, and what a broken off change has left. */
  async #tidy(): Promise<void> {
    const entries = Object.entries(this.#state.countries);
    const done = entries.filter(
      ([code, entry]) => entry.previous && this.#loaded.isProven(code, entry),
    );
    for (const [, entry] of done) entry.previous = null;
    if (done.length > 0) await this.#write();
    const known = await this.#files.read(STATE_FILE);
    if (known) await sweep(this.#files, this.#state);
  }

  #poll(): Promise<void> {
    const polled = {
      catchUp: (heads: Heads | undefined, signal: AbortSignal) => this.#catchUp(heads, signal),
      follow: (onHeads: (heads: Heads) => void, signal: AbortSignal) =>
        this.#transport.isStatic ? undefined : this.#follow(onHeads, signal),
      exchange: (signal: AbortSignal) =>
        this.#change(signal, () => this.#proposals.exchange(signal)),
      alone: (run: () => Promise<void>, signal: AbortSignal) =>
        this.#tabs.alone('poll', signal, run),
      minPollS: () => this.#minPollS,
    };
    return poll(polled, this.#options, this.#closing);
  }

  /** Reads the stream of events until it ends, or is about other countries than it should be. */
  async #follow(onHeads: (heads: Heads) => void, signal: AbortSignal): Promise<boolean> {
    const stop = new TiedController(signal);
    const wanted = this.#wanted();
    const stream = { about: `${wanted}`, end: () => stop.abort() };
    this.#stream = stream;
    try {
      if (wanted?.length === 0) {
        // No country stands for all of them; this one ends when there is one.
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
        return false;
      }
      // Heads of other countries than are wanted by now would be mistaken for all.
      const pass = (heads: Heads) => `${this.#wanted()}` === stream.about && onHeads(heads);
      await this.#transport.events(wanted, stop.signal, pass);
      return true;
    } catch (error) {
      if (!stop.signal.aborted || signal.aborted) throw error;
      return false;
    } finally {
      this.#stream = undefined;
      stop.untie();
    }
  }

  async #catchUp(heads: Heads | undefined, signal: AbortSignal): Promise<void> {
    try {
      const bases = mayReplace(this.#options.metered);
      // A stream is not signed, and says no more than that there are news.
      const taken = this.#transport.isSigned ? undefined : heads;
      const { countries } = await this.#sync(taken, bases, signal);
      const failed = countries.find(({ error }) => error && error.code !== 'aborted')?.error;
      // What the server does not have may come, and holds up no other country until then.
      if (failed?.code === 'not_offered') this.#fail(failed, signal);
      else if (failed) throw failed;
    } catch (error) {
      this.#fail(error, signal);
      throw error;
    }
  }

  /** Countries that this device keeps; null for all that there are. */
  #wanted(): string[] | null {
    const { wanted, removed } = this.#state;
    if (!wanted && !this.#asked) return null;
    const all = new Set([...(wanted ?? []), ...(this.#asked ?? [])]);
    return [...all].filter((code) => !removed?.includes(code)).sort();
  }

  #sync(given: Heads | undefined, bases: boolean, signal: AbortSignal): Promise<SyncReport> {
    return this.#change(signal, async () => {
      const before = this.#transport.receivedBytes;
      const wanted = this.#wanted();
      let countries: CountryReport[] = [];
      let proposals = 0;
      let refused: GeocoderError | undefined;
      if (wanted?.length !== 0) {
        countries = await this.#ask(() => this.#update(given, wanted, bases, signal));
      }
      try {
        proposals = await this.#proposals.exchange(signal);
      } catch (error) {
        // A key that may not propose, say, keeps no country from being current.
        refused = toGeocoderError(error);
        if (refused.code === 'network') this.#setOnline(false);
        if (/^(network|aborted)$/.test(refused.code)) throw error;
      }
      const receivedBytes = this.#transport.receivedBytes - before;
      const { version } = this.#state;
      const report = {
        ...{ version, countries, receivedBytes, proposals },
        ...(refused && { proposalsError: refused }),
      };
      this.#emit('report', report);
      return report;
    });
  }

  /** Asks the server, and notes whether it can be reached. */
  async #ask<T>(run: () => Promise<T>): Promise<T> {
    try {
      const answer = await run();
      this.#setOnline(true);
      return answer;
    } catch (error) {
      if (toGeocoderError(error).code === 'network') this.#setOnline(false);
      throw error;
    }
  }

  #setOnline(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.#emit(online ? 'online' : 'offline', undefined);
  }

  async #update(
    given: Heads | undefined,
    wanted: string[] | null,
    bases: boolean,
    signal: AbortSignal,
  ) {
    // Another tab may have changed what is wanted since they arrived.
    const current = given && `${wanted}` === this.#stream?.about ? given : undefined;
    const heads = current ?? (await this.#transport.heads(wanted, signal));
    this.#minPollS = heads.minPollS;
    const update = new Update(
      {
        host: this.#host,
        files: this.#files,
        transport: this.#transport,
        loaded: this.#loaded,
        state: this.#state,
        overtaken: this.#overtaken,
        signal,
        bases,
        write: () => this.#write(),
        onBegin: (end) => {
          this.#pause = end;
        },
        makeWay: () => this.#makeWay(),
        onUpdate: (report) => this.#emit('update', report),
        onProgress: (country, receivedBytes, totalBytes) =>
          this.#emit('progress', { country, receivedBytes, totalBytes }),
      },
      wanted,
      heads,
    );
    try {
      return await update.run();
    } finally {
      this.#pause = undefined;
      await this.#makeWay();
    }
  }
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
