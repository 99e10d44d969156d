// Registers tests that run the blocks of code of a document, each by a function of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf } from './markdown.mjs';
import { NOT_RUN } from './not-run.mjs';

/**
 * Runs every block of a document, in the order of the document; what runs them is named like the
 * blocks in {@link blocksOf} and is handed the block's text.
 *
 * @param {string} path of the document, below the repository
 * @param {Record<string, (code: string, t: import('node:test').TestContext) => unknown>} runners
 */
export function runDocument(path, runners) {
  const blocks = blocksOf(path);
  const listed = Object.keys(NOT_RUN[path] ?? {});
  test(`every block of ${path} is run, or listed with the reason`, () => {
    assert.deepEqual([...blocks.keys()].sort(), [...Object.keys(runners), ...listed].sort());
  });
  for (const [name, code] of blocks) {
    const run = runners[name];
    if (run) test(`${path}: ${name}`, (t) => run(code, t));
  }
}
