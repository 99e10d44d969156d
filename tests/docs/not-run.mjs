// Blocks of code in documents that no test runs, each with the reason; every other one is run.

const DRAWING = 'A drawing, no code.';

/** Documents with the names of their blocks, as {@link import('./markdown.mjs').blocksOf} has them. */
export const NOT_RUN = {
  'ARCHITECTURE.md': { 'Walkthrough: a shard from source to device (text)': DRAWING },
  'README.md': {
    'top (sh)': 'Builds everything and serves until it is stopped; the tests need what it builds.',
    'How it fits together (text)': DRAWING,
  },
  'docs/BUILDING.md': { 'Your country, step by step (sh)': 'Downloads a country.' },
  'docs/DEPLOYING.md': {
    'A static host (sh)': 'Needs a host to copy to.',
    'A bucket (sh)': 'Needs a bucket.',
    'systemd (sh) 2': 'Needs systemd as the first process.',
    'Docker (sh)': 'Needs Docker, and compiles for minutes.',
  },
  'docs/OPERATION.md': { 'Backups (sh) 2': 'Needs a server of PostgreSQL.' },
  'docs/OVERLAY.md': {
    'top (rust)': 'Part of a Rust function; tests/tests/overlay calls the same.',
  },
  'docs/TEXT_ANALYSIS.md': { 'top (text)': DRAWING },
  'tests/bench/README.md': { 'top (sh)': 'Measures for hours.' },
};
