// FlexSearch as its README sets up completion: forward tokens, a tolerant character set, suggestions.

import { Charset, Index } from 'flexsearch';

/** Indexes the records. */
export function open({ records }) {
  const index = new Index({ tokenize: 'forward', encoder: Charset.LatinBalance });
  for (const { id, label } of records) index.add(id, label);
  return {
    search: (text) => index.search(text, { limit: 5, suggest: true }),
    answers: (found) => found.map((record) => ({ record })),
  };
}
