// Where the things of the bench are.

import { fileURLToPath } from 'node:url';

export { binary, DEMO_DATA, REPOSITORY } from '../harness/workspace.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Folder of this bench. */
export const BENCH = at('.');

/** Folder that the bench writes shards, records and results to. */
export const TARGET = at('../../target/bench');

/** Sources of the demo's shards. */
export const DEMO_SOURCES = at('../data');

/** Files of the built npm package. */
export const PACKAGE = at('../../geocoder-wasm/js/dist');
