// What is measured, in the order of the report. Each module is loaded only where it runs.
//
// A contender module exports `open({ records, shard, wasm })`, which builds or opens an index and
// returns `search(text)` or `reverse([lat, lon])`, both as a developer would call them for five
// results, and `answers(result)`, which says outside of the measured time what they found.

/**
 * @typedef {object} Contender
 * @property {string} id
 * @property {string} title
 * @property {string} package
 * @property {'search' | 'reverse' | 'both'} does
 * @property {string} settings How it is set up, for the report.
 * @property {string[]} [hosts] Where it is measured; everywhere when absent.
 */

/** @type {Contender[]} */
export const CONTENDERS = [
  {
    id: 'hereabouts',
    title: 'Hereabouts',
    package: 'hereabouts',
    does: 'both',
    settings: 'the built npm package in the same thread; whole results: names, areas, highlights',
  },
  {
    id: 'hereabouts-worker',
    title: 'Hereabouts in a worker',
    package: 'hereabouts',
    does: 'both',
    settings: 'the default in pages: the time includes both messages',
    hosts: ['chromium'],
  },
  {
    id: 'minisearch',
    title: 'MiniSearch',
    package: 'minisearch',
    does: 'search',
    settings: 'prefix for the last word, fuzzy 0.2 above three letters, all words, name boosted',
  },
  {
    id: 'flexsearch',
    title: 'FlexSearch',
    package: 'flexsearch',
    does: 'search',
    settings: 'tokenize forward, Charset.LatinBalance, suggest; no tolerance of typos by distance',
  },
  {
    id: 'ufuzzy',
    title: 'uFuzzy',
    package: '@leeoniya/ufuzzy',
    does: 'search',
    settings: 'intraMode 1 (one error a word), latinized, words in any order',
  },
  {
    id: 'fuse',
    title: 'Fuse.js',
    package: 'fuse.js',
    does: 'search',
    settings: 'defaults (fuzzy, threshold 0.6), diacritics ignored',
  },
  {
    id: 'orama',
    title: 'Orama',
    package: '@orama/orama',
    does: 'search',
    settings: 'prefixes (its default), tolerance 1, threshold 0 (all words)',
  },
  {
    id: 'sqlite',
    title: 'SQLite FTS5',
    package: '@sqlite.org/sqlite-wasm',
    does: 'search',
    settings:
      'in memory, unicode61 without diacritics, prefix indexes 1 to 3; has no typo tolerance',
  },
  {
    id: 'geokdbush',
    title: 'kdbush + geokdbush',
    package: 'geokdbush',
    does: 'reverse',
    settings: 'nearest five points on the sphere; numbers of records only',
  },
  {
    id: 'flatbush',
    title: 'flatbush',
    package: 'flatbush',
    does: 'reverse',
    settings: 'nearest five points in plane degrees; numbers of records only',
  },
];

/** Contenders of a host. */
export function contendersOf(host) {
  return CONTENDERS.filter(({ hosts }) => !hosts || hosts.includes(host));
}
