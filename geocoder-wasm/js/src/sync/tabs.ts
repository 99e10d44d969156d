// What tabs of one origin share: one at a time changes the files, one polls, all hear of changes.

import { abortedError } from '../errors.js';

/**
 * Joins the tabs that use the same files, alone where the platform has no such things; `shared`
 * says whether other tabs can have the same files at all.
 */
export function joinTabs(name: string, shared: boolean, onChange: () => void) {
  const locks = shared ? globalThis.navigator?.locks : undefined;
  let channel: BroadcastChannel | undefined;
  let last: Promise<unknown> = Promise.resolve();
  if (shared && globalThis.BroadcastChannel) {
    channel = new BroadcastChannel(name);
    channel.onmessage = onChange;
    // Node waits for open channels.
    (channel as { unref?(): void }).unref?.();
  }

  /** Runs when no other tab does the same. */
  async function alone<T>(what: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (!locks) return run();
    let started = false;
    try {
      return await locks.request(`${name}-${what}`, { signal }, () => {
        started = true;
        return run();
      });
    } catch (error) {
      throw !started && signal.aborted ? abortedError(signal) : error;
    }
  }

  return {
    alone,

    /** Runs when no other tab, and no earlier call of this one, changes the files. */
    change<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
      const turn = last
        .catch(() => {})
        .then(() => {
          if (signal.aborted) throw abortedError(signal);
          return alone('change', signal, run);
        });
      last = turn;
      return turn;
    },

    /** Tells the others that the state changed. */
    announce: () => channel?.postMessage('changed'),

    /** Leaves. */
    close: () => channel?.close(),
  };
}
