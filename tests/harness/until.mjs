// Waiting for what happens in another process: asks again and again, up to a deadline.

/**
 * Waits until a condition holds, and returns what it gave; fails after a generous while, naming
 * what was waited for.
 *
 * @param {() => unknown} condition asked every so often, one call after the other
 * @param {string} what for the error
 * @param {{ timeoutMs?: number, everyMs?: number }} [pace] a server that limits requests to so
 *   many a second is asked seldom enough
 */
export async function until(condition, what, { timeoutMs = 20_000, everyMs = 20 } = {}) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const held = await condition();
    if (held) return held;
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
