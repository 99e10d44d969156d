// Keeps a device current by itself: a stream of events where there is one, else questions.

import { GeocoderError, toGeocoderError } from '../errors.js';
import { TiedController } from '../signals.js';
import type { Heads } from './offers.js';
import type { OpenOptions } from './types.js';

const INTERVAL_S = 300;
/** A stream that ends sooner counts as one that failed. */
const SHORT_STREAM_MS = 5000;
/** Failed streams after which questions take their place, and questions until the next stream. */
const MAX_STREAM_FAILURES = 3;
const POLLS_BETWEEN_STREAMS = 10;
const MAX_BACKOFF_S = 3600;
/** Timers fire at once when they are told to wait longer than 2^31 milliseconds. */
const MAX_WAIT_S = 2_000_000;

/** What is kept current. */
export interface Polled {
  /** Brings the device to where the server is; rejects with what failed. */
  catchUp(heads: Heads | undefined, signal: AbortSignal): Promise<void>;
  /**
   * Reads the stream of heads, and answers whether it ended by itself; nothing where there is none.
   */
  follow(onHeads: (heads: Heads) => void, signal: AbortSignal): Promise<boolean> | undefined;
  /** Runs while no other tab polls. */
  alone(run: () => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Sends proposals and asks what became of them, where there are any. */
  exchange(signal: AbortSignal): Promise<unknown>;
  /** Least seconds between two questions, as the server says. */
  minPollS(): number;
}

/** Polls until the signal fires, but only while the page is visible and online. */
export async function poll(
  polled: Polled,
  { updates = 'events', pollIntervalS = INTERVAL_S }: OpenOptions,
  signal: AbortSignal,
): Promise<void> {
  const round = new Round(polled, updates === 'events', pollIntervalS);
  while (!signal.aborted) {
    const pause = pauseWhenIdle(signal);
    try {
      await pause.start;
      await polled.alone(() => round.run(pause.signal), pause.signal);
    } catch {
      // Paused; or the platform gave no lock, which it may do later.
      if (!pause.signal.aborted) await sleep(INTERVAL_S * 1000, signal);
    } finally {
      pause.end();
    }
  }
}

/** Polling, which may pause. */
class Round {
  readonly #polled: Polled;
  readonly #intervalS: number;
  readonly #streams: boolean;
  #failures = 0;
  #streamFailures = 0;
  /** Whether a stream has failed, or the server cannot be reached: the next question tells. */
  #inDoubt = false;
  /** No question is asked before, also when there is a pause in between. */
  #notBefore = 0;

  constructor(polled: Polled, streams: boolean, intervalS: number) {
    this.#polled = polled;
    this.#streams = streams;
    this.#intervalS = intervalS;
  }

  async run(signal: AbortSignal): Promise<void> {
    [this.#failures, this.#streamFailures, this.#inDoubt] = [0, 0, false];
    await sleep(this.#notBefore - performance.now(), signal);
    while (!signal.aborted) {
      let waitS: number;
      let leastS = 0;
      try {
        if (this.#inDoubt) {
          this.#inDoubt = false;
          await this.#polled.catchUp(undefined, signal);
          this.#streamFailures += 1;
          waitS = 1;
        } else if (this.#streams && this.#streamFailures < MAX_STREAM_FAILURES) {
          await this.#follow(signal);
          waitS = 1;
        } else {
          await this.#polled.catchUp(undefined, signal);
          if (++this.#streamFailures > MAX_STREAM_FAILURES + POLLS_BETWEEN_STREAMS) {
            this.#streamFailures = 0;
          }
          leastS = this.#polled.minPollS();
          waitS = Math.max(this.#intervalS, leastS) * (0.8 + Math.random() * 0.4);
        }
        this.#failures = 0;
      } catch (error) {
        const cap = Math.min(2 ** this.#failures++, MAX_BACKOFF_S);
        leastS = toGeocoderError(error).retryAfterS ?? 0;
        waitS = Math.max(1, Math.random() * cap, leastS);
      }
      this.#notBefore = performance.now() + Math.min(leastS, MAX_WAIT_S) * 1000;
      await sleep(Math.min(waitS, MAX_WAIT_S) * 1000, signal);
    }
  }

  /** Asks for what became of proposals: no stream tells that. */
  async #exchange(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(Math.max(this.#intervalS, this.#polled.minPollS()) * 1000, signal);
      if (signal.aborted) return;
      await this.#polled.exchange(signal).catch(() => {});
    }
  }

  /** Follows the stream; what arrives while one is worked on waits, and only the newest counts. */
  async #follow(signal: AbortSignal): Promise<void> {
    const stop = new TiedController(signal);
    const began = performance.now();
    const isShort = () => performance.now() - began < SHORT_STREAM_MS;
    let newest: Heads | undefined;
    let working: Promise<void> | undefined;
    let failure: unknown;
    const work = async () => {
      try {
        while (newest) {
          const heads = newest;
          newest = undefined;
          await this.#polled.catchUp(heads, stop.signal);
          this.#failures = 0;
        }
      } catch (error) {
        failure = error;
        stop.abort(error);
      }
      working = undefined;
    };
    try {
      const stream = this.#polled.follow((heads) => {
        newest = heads;
        working ??= work();
      }, stop.signal);
      // Where there is no stream there will be none.
      if (!stream) this.#streamFailures = MAX_STREAM_FAILURES;
      else void this.#exchange(stop.signal);
      const ended = await stream;
      await working;
      if (failure) throw failure;
      if (ended && isShort()) this.#streamFailures += 1;
      else if (stream) this.#streamFailures = 0;
    } catch (error) {
      await working;
      if (failure || signal.aborted) throw failure ?? error;
      if (toGeocoderError(error).code === 'not_found') this.#streamFailures = MAX_STREAM_FAILURES;
      else if (isShort()) this.#inDoubt = true;
      else [this.#streamFailures, this.#failures] = [0, 0];
      throw error;
    } finally {
      stop.abort();
      stop.untie();
    }
  }
}

/** Waits until the page is seen and online, and fires when it is no longer, or the signal fires. */
function pauseWhenIdle(signal: AbortSignal) {
  const stop = new AbortController();
  const page = typeof document === 'undefined' ? undefined : document;
  const idle = () => page?.visibilityState === 'hidden' || globalThis.navigator?.onLine === false;
  let begin = () => {};
  const start = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const look = () => {
    if (signal.aborted) stop.abort();
    if (!idle() || signal.aborted) begin();
    else stop.abort(new GeocoderError('aborted', 'the page is hidden or offline'));
  };
  const targets: [EventTarget | undefined, string][] = [
    [page, 'visibilitychange'],
    [globalThis, 'online'],
    [globalThis, 'offline'],
    [signal, 'abort'],
  ];
  for (const [target, type] of targets) target?.addEventListener?.(type, look);
  if (!idle() || signal.aborted) begin();
  return {
    start,
    signal: stop.signal,
    end() {
      stop.abort();
      for (const [target, type] of targets) target?.removeEventListener?.(type, look);
    },
  };
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
