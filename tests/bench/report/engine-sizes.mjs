// Sizes of what a page downloads before any shard.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { PACKAGE } from '../workspace.mjs';

/** Returns the bytes of the engine and of the client, raw and with brotli at its best. */
export function engineSizes() {
  return {
    wasm: sizesOf(['hereabouts.wasm']),
    client: sizesOf(['index.js', 'worker.js']),
  };
}

function sizesOf(files) {
  const contents = files.map((file) => readFileSync(join(PACKAGE, file)));
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  return {
    bytes: sum(contents.map((content) => content.length)),
    // Quality 11 is the default.
    brotli: sum(contents.map((content) => brotliCompressSync(content).length)),
  };
}
