// uFuzzy over the plain labels, which are its index.

import uFuzzy from '@leeoniya/ufuzzy';

const OUT_OF_ORDER = 1;
const RANKED_AT_MOST = 1000;

/** Makes the haystack. */
export function open({ records }) {
  const engine = new uFuzzy({ intraMode: 1 });
  const haystack = uFuzzy.latinize(records.map(({ label }) => label));
  const ids = Uint32Array.from(records, ({ id }) => id);
  return {
    search(text) {
      const needle = uFuzzy.latinize([text])[0];
      const [found, info, order] = engine.search(haystack, needle, OUT_OF_ORDER, RANKED_AT_MOST);
      if (order) return order.slice(0, 5).map((at) => info.idx[at]);
      return found ? found.slice(0, 5) : [];
    },
    answers: (found) => found.map((at) => ({ record: ids[at] })),
    indexBytes: haystack.reduce((sum, label) => sum + label.length, 0),
  };
}
