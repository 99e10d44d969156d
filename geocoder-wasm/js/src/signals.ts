// Signals: what waits for them, and controllers that depend on them.

/** A controller that other signals fire, too, until it is untied. */
export interface TiedController extends AbortController {
  untie(): void;
}

/** Makes a controller and ties it to signals. */
export function tiedTo(...masters: (AbortSignal | undefined)[]): TiedController {
  const stop = new AbortController();
  const ties = masters.map((master) =>
    onAbort(master, () => stop.abort((master as AbortSignal).reason)),
  );
  return Object.assign(stop, {
    untie() {
      for (const end of ties) end();
    },
  });
}

/** Calls when a signal fires, at once where it has; returns what ends that. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  signal?.addEventListener('abort', run);
  if (signal?.aborted) run();
  return () => signal?.removeEventListener('abort', run);
}

/** Waits, but not longer than until a signal fires. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    onAbort(signal, done);
  });
}

/** Rejects when a signal fires, with what that means. */
export function rejection(signal: AbortSignal, reason: () => unknown): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    onAbort(signal, () => reject(reason()));
  });
  // Whether anybody waits for it is another matter.
  rejected.catch(() => {});
  return rejected;
}
