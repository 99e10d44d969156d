// MiniSearch as its guide sets up auto suggestions: prefix of the last word, fuzzy above 3 letters.

import MiniSearch from 'minisearch';

const OPTIONS = {
  fields: ['name', 'context'],
  searchOptions: {
    boost: { name: 2 },
    combineWith: 'AND',
    prefix: (_, index, terms) => index === terms.length - 1,
    fuzzy: (term) => (term.length > 3 ? 0.2 : null),
  },
};

/** Indexes the records. */
export function open({ records }) {
  const index = new MiniSearch(OPTIONS);
  index.addAll(records);
  return {
    search: (text) => index.search(text),
    answers: (found) => found.slice(0, 5).map(({ id }) => ({ record: id })),
  };
}
