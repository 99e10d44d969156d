// Orama with its typo tolerance; terms match as prefixes by default.

import { create, insertMultiple, search } from '@orama/orama';

const BATCH = 5000;

/** Indexes the records. */
export async function open({ records }) {
  const index = create({ schema: { label: 'string' } });
  const documents = records.map(({ id, label }) => ({ id: `${id}`, label }));
  await insertMultiple(index, documents, BATCH);
  const options = { limit: 5, tolerance: 1, threshold: 0 };
  return {
    search: (term) => search(index, { term, ...options }),
    answers: ({ hits }) => hits.map(({ id }) => ({ record: Number(id) })),
  };
}
