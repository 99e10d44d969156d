// Waits for an answer for a limited time.

/** Settles as the first of the promises does; fails when none has after `limitMs`, 0 being no limit. */
export async function within(limitMs, ...promises) {
  let timer;
  const late = new Promise((_, reject) => {
    if (limitMs > 0) {
      const seconds = Math.round(limitMs / 1000);
      timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), limitMs);
    }
  });
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}
