// Signals: what waits for them, and controllers that depend on them.

/** Makes a controller that another signal fires, too, until it was fired itself. */
export function tiedTo(master: AbortSignal): AbortController {
  const stop = new AbortController();
  onAbort(master, () => stop.abort(master.reason), stop.signal);
  return stop;
}

/** Calls when a signal fires, at once where it has; not after `until` has fired. */
export function onAbort(signal: AbortSignal, run: () => void, until?: AbortSignal): void {
  signal.addEventListener('abort', run, until && { signal: until });
  if (signal.aborted) run();
}

/** Waits for a signal. */
export function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => onAbort(signal, resolve));
}

/** Timers fire at once when they are told to wait longer than 2^31 milliseconds. */
const MAX_WAIT_S = 2_000_000;

/** Waits, but not longer than until a signal fires. */
export async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  const over = tiedTo(signal);
  const timer = setTimeout(() => over.abort(), Math.min(seconds, MAX_WAIT_S) * 1000);
  await fired(over.signal);
  clearTimeout(timer);
}

/** Rejects when a signal fires, with its reason. */
export function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => onAbort(signal, () => reject(signal.reason)));
  // Whether anybody waits for it is another matter.
  rejected.catch(() => {});
  return rejected;
}
