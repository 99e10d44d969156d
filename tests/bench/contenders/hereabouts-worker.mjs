// The engine in a worker, the default in pages.

import { open as openHere } from './hereabouts.mjs';

/** Opens the shard in a worker. */
export function open(input) {
  return openHere(input, { worker: true });
}
