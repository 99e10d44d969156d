// Where things are in the repository.

import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Folder of the repository. */
export const REPOSITORY = at('../..');

/** Folder of this bench. */
export const BENCH = at('.');

/** Folder that the bench writes shards, records and results to. */
export const TARGET = at('../../target/bench');

/** Shards of the demo, which `make data` builds. */
export const DEMO_DATA = at('../../demo-data');

/** Sources of the demo's shards. */
export const DEMO_SOURCES = at('../data');

/** Files of the built npm package. */
export const PACKAGE = at('../../geocoder-wasm/js/dist');

/** Names an optimised binary of the workspace. */
export function binary(name) {
  const target = process.env.CARGO_TARGET_DIR ?? at('../../target');
  return `${target}/release/${name}`;
}
