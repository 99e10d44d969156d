// Where things are in the repository, and the binaries under test.

import { fileURLToPath } from 'node:url';

/** Folder of the repository, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Folder with the shards and manifest that the tests serve. */
export const DATA = `${REPOSITORY}target/browser-data`;

/** Folder of the built app. */
export const WWW = `${REPOSITORY}www/dist`;

/** Release unless told otherwise, as the demo runs; debug builds are quicker to make. */
const PROFILE = process.env['HEREABOUTS_PROFILE'] === 'debug' ? 'debug' : 'release';

/** Options of cargo that build the binaries which {@link binary} names. */
export const CARGO_PROFILE = PROFILE === 'release' ? ['--release'] : [];

/** Names a built binary of the workspace. */
export function binary(name: 'shard-builder' | 'sync-server'): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? `${REPOSITORY}target`;
  return `${target}/${PROFILE}/${name}`;
}
