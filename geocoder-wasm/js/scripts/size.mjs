// Checks what a page downloads, compressed as servers do, against the budgets.

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const KB = 1000;
// The engine is to come down to 80 kB; until then its budget keeps it from growing.
const BUDGETS = [
  { what: 'engine (wasm)', files: ['hereabouts.wasm'], limit: 110 * KB },
  { what: 'client (page and worker)', files: ['index.js', 'worker.js'], limit: 15 * KB },
];

/** Returns the size of each budget's files together, brotli at its best, and their raw size. */
export function sizes() {
  return BUDGETS.map(({ what, files, limit }) => {
    const contents = files.map((file) => readFileSync(new URL(`../dist/${file}`, import.meta.url)));
    const raw = contents.reduce((sum, content) => sum + content.length, 0);
    const compressed = contents.reduce((sum, content) => sum + compress(content).length, 0);
    return { what, raw, compressed, limit };
  });
}

function compress(content) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return brotliCompressSync(content, { params });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const { what, raw, compressed, limit } of sizes()) {
    const verdict = compressed <= limit ? 'ok' : 'OVER BUDGET';
    console.log(`${what}: ${raw} bytes, ${compressed} with brotli, budget ${limit}: ${verdict}`);
    if (compressed > limit) process.exitCode = 1;
  }
}
