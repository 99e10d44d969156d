// Random numbers from a seed, so that every run asks the same.

/** Returns a generator of numbers from 0 up to 1 (mulberry32, public domain). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a whole number below `limit`. */
export function below(random, limit) {
  return Math.floor(random() * limit);
}

/** Returns one of a list. */
export function oneOf(random, list) {
  return list[below(random, list.length)];
}

/** Returns a seed of its own for a name, so that adding a kind changes no other (FNV-1a). */
export function seedOf(name) {
  let hash = 0x811c9dc5;
  for (const unit of name) hash = Math.imul(hash ^ unit.codePointAt(0), 0x01000193);
  return hash >>> 0;
}
