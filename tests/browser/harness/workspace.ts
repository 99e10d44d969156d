// Where the things that the browser is served lie, and the programs under test.

import { REPOSITORY } from '../../harness/workspace.mjs';

export { binary, CARGO_PROFILE, REPOSITORY } from '../../harness/workspace.mjs';

/** Folder with the shards and manifest that the tests serve. */
export const DATA = `${REPOSITORY}target/browser-data`;

/** Folder of the built app. */
export const WWW = `${REPOSITORY}www/dist`;
