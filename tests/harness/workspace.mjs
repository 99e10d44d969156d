// Where things are in the repository, and the programs under test.

import { fileURLToPath } from 'node:url';

/** Folder of the repository, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** Shards of the demo, which `make data` builds. */
export const DEMO_DATA = `${REPOSITORY}demo-data`;

/** Release unless told otherwise, as the demo runs; debug builds are quicker to make. */
const PROFILE = process.env.HEREABOUTS_PROFILE === 'debug' ? 'debug' : 'release';

/** Options of cargo that build the programs which {@link binary} names. */
export const CARGO_PROFILE = PROFILE === 'release' ? ['--release'] : [];

/**
 * Names a built program of the workspace.
 *
 * @param {string} name
 */
export function binary(name) {
  const target = process.env.CARGO_TARGET_DIR ?? `${REPOSITORY}target`;
  return `${target}/${PROFILE}/${name}`;
}
