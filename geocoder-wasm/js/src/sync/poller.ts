// Keeps a device current by itself: a stream of events where there is one, else questions.

import { toGeocoderError } from '../errors.js';
import { onAbort, sleep, tiedTo } from '../signals.js';
import type { Heads } from './offers.js';
import type { OpenOptions } from './types.js';

const INTERVAL_S = 300;
/** A stream that ends sooner counts as one that failed. */
const SHORT_STREAM_MS = 5000;
/** Failed streams after which questions take their place, and questions until the next stream. */
const MAX_STREAM_FAILURES = 3;
const POLLS_BETWEEN_STREAMS = 10;
const MAX_BACKOFF_S = 3600;

/** What is kept current. */
export interface Polled {
  /** Brings the device to where the server is; rejects with what failed. */
  catchUp(heads: Heads | undefined, signal: AbortSignal): Promise<void>;
  /**
   * Reads the stream of heads, and answers whether it ended by itself; nothing where there is none.
   */
  follow(onHeads: (heads: Heads) => void, signal: AbortSignal): Promise<boolean> | undefined;
  /** Runs while no other tab polls. */
  alone(what: string, signal: AbortSignal, run: () => Promise<void>): Promise<void>;
  /** Sends proposals and asks what became of them, where there are any. */
  exchange(signal: AbortSignal): Promise<unknown>;
  /** Least seconds between two questions, as the server says. */
  minPollS(): number;
}

/** Polls until the signal fires, but only while the page is visible and online. */
export async function poll(
  polled: Polled,
  { updates = 'events', pollIntervalS = INTERVAL_S }: OpenOptions,
  closing: AbortSignal,
): Promise<void> {
  let failures = 0;
  let streamFailures = 0;
  /** Whether a stream has failed, or the server cannot be reached: the next question tells. */
  let inDoubt = false;
  /** No question is asked before, also when there is a pause in between. */
  let notBefore = 0;
  const intervalS = () => Math.max(pollIntervalS, polled.minPollS());

  /** Polls until there is a pause. */
  async function run(signal: AbortSignal): Promise<void> {
    failures = 0;
    streamFailures = 0;
    inDoubt = false;
    await sleep((notBefore - performance.now()) / 1000, signal);
    while (!signal.aborted) {
      let waitS = 1;
      let leastS = 0;
      try {
        if (inDoubt) {
          inDoubt = false;
          await polled.catchUp(undefined, signal);
          streamFailures += 1;
        } else if (updates === 'events' && streamFailures < MAX_STREAM_FAILURES) {
          await follow(signal);
        } else {
          await polled.catchUp(undefined, signal);
          if (++streamFailures > MAX_STREAM_FAILURES + POLLS_BETWEEN_STREAMS) streamFailures = 0;
          leastS = polled.minPollS();
          waitS = intervalS() * (0.8 + Math.random() * 0.4);
        }
        failures = 0;
      } catch (error) {
        const cap = Math.min(2 ** failures++, MAX_BACKOFF_S);
        leastS = toGeocoderError(error).retryAfterS ?? 0;
        waitS = Math.max(1, Math.random() * cap, leastS);
      }
      notBefore = performance.now() + leastS * 1000;
      await sleep(waitS, signal);
    }
  }

  /** Asks for what became of proposals: no stream tells that. */
  async function exchange(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(intervalS(), signal);
      if (signal.aborted) return;
      await polled.exchange(signal).catch(() => {});
    }
  }

  /** Follows the stream; what arrives while one is worked on waits, and only the newest counts. */
  async function follow(signal: AbortSignal): Promise<void> {
    const stop = tiedTo(signal);
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
          await polled.catchUp(heads, stop.signal);
          failures = 0;
        }
      } catch (error) {
        failure = error;
        stop.abort(error);
      }
      working = undefined;
    };
    try {
      const stream = polled.follow((heads) => {
        newest = heads;
        working ??= work();
      }, stop.signal);
      // Where there is no stream there will be none.
      if (!stream) streamFailures = MAX_STREAM_FAILURES;
      else void exchange(stop.signal);
      const ended = await stream;
      await working;
      if (failure) throw failure;
      if (ended && isShort()) streamFailures += 1;
      else if (stream) streamFailures = 0;
    } catch (error) {
      await working;
      if (failure || signal.aborted) throw failure ?? error;
      if (toGeocoderError(error).code === 'not_found') streamFailures = MAX_STREAM_FAILURES;
      else if (isShort()) inDoubt = true;
      else [streamFailures, failures] = [0, 0];
      throw error;
    } finally {
      stop.abort();
    }
  }

  while (!closing.aborted) {
    const { start, stop } = pauseWhenIdle(closing);
    const { signal } = stop;
    try {
      await start;
      await polled.alone('poll', signal, () => run(signal));
    } catch {
      // Paused; or the platform gave no lock, which it may do later.
      if (!signal.aborted) await sleep(INTERVAL_S, closing);
    } finally {
      stop.abort();
    }
  }
}

/** Waits until the page is seen and online, and fires when it is no longer, or the signal fires. */
function pauseWhenIdle(closing: AbortSignal) {
  const stop = tiedTo(closing);
  const { signal } = stop;
  const page: Document | undefined = globalThis.document;
  const start = new Promise<void>((resolve) => {
    let begun = false;
    const look = () => {
      if (page?.visibilityState !== 'hidden' && globalThis.navigator?.onLine !== false) {
        begun = true;
        resolve();
      } else if (begun) {
        stop.abort();
      }
    };
    page?.addEventListener('visibilitychange', look, { signal });
    for (const type of ['online', 'offline']) {
      globalThis.addEventListener?.(type, look, { signal });
    }
    look();
    onAbort(signal, resolve);
  });
  return { start, stop };
}
