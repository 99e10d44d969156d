// What tabs of one origin share: one at a time changes the files, one polls, all hear of changes.

import { abortedError } from '../errors.js';

/** Ties the tabs together that use the same files; alone where the platform has no such things. */
export class Tabs {
  readonly #name: string;
  readonly #locks: LockManager | undefined;
  readonly #channel: BroadcastChannel | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Joins the tabs; `shared` says whether other tabs can have the same files at all. */
  constructor(name: string, shared: boolean, onChange: () => void) {
    this.#name = name;
    if (!shared) return;
    this.#locks = globalThis.navigator?.locks;
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = onChange;
    // Node waits for open channels.
    (this.#channel as { unref?(): void }).unref?.();
  }

  /** Runs when no other tab, and no earlier call of this one, changes the files. */
  change<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const turn = this.#last
      .catch(() => {})
      .then(() => {
        if (signal.aborted) throw abortedError(signal);
        return this.alone('change', signal, run);
      });
    this.#last = turn;
    return turn;
  }

  /** Runs when no other tab does the same. */
  async alone<T>(what: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    if (!this.#locks) return run();
    let started = false;
    try {
      return await this.#locks.request(`${this.#name}-${what}`, { signal }, () => {
        started = true;
        return run();
      });
    } catch (error) {
      throw !started && signal.aborted ? abortedError(signal) : error;
    }
  }

  /** Tells the others that the state changed. */
  announce(): void {
    this.#channel?.postMessage('changed');
  }

  /** Leaves. */
  close(): void {
    this.#channel?.close();
  }
}
