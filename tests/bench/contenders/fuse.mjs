// Fuse.js with its defaults over the labels.

import Fuse from 'fuse.js';

/** Indexes the records. */
export function open({ records }) {
  const ids = Uint32Array.from(records, ({ id }) => id);
  const index = new Fuse(
    records.map(({ label }) => label),
    { ignoreDiacritics: true },
  );
  return {
    search: (text) => index.search(text, { limit: 5 }),
    answers: (found) => found.map(({ refIndex }) => ({ record: ids[refIndex] })),
  };
}
