// No block of code and no link of the documentation is left unchecked.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../harness/workspace.mjs';
import { anchorsOf, blocksOf, markdownFiles, proseOf, readMarkdown } from './markdown.mjs';
import { NOT_RUN } from './not-run.mjs';

/** Documents whose blocks are run elsewhere, by tests that check by themselves that all are. */
const ELSEWHERE = { 'geocoder-wasm/js/README.md': 'tests/package/readme.test.mjs' };

test('every document with code has a test that runs it, or has all of its blocks listed', () => {
  const tests = readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
    .join('\n');
  for (const path of markdownFiles()) {
    const blocks = [...blocksOf(path).keys()];
    if (blocks.length === 0 || tests.includes(`runDocument('${path}'`)) continue;
    const elsewhere = ELSEWHERE[path];
    if (elsewhere) {
      assert.match(readFileSync(join(REPOSITORY, elsewhere), 'utf8'), new RegExp(path), path);
    } else {
      assert.deepEqual(blocks, Object.keys(NOT_RUN[path] ?? {}), path);
    }
  }
});

test('what is listed as not run is there, and says why', () => {
  for (const [path, reasons] of Object.entries(NOT_RUN)) {
    const blocks = blocksOf(path);
    for (const [name, reason] of Object.entries(reasons)) {
      assert.ok(blocks.has(name), `${path} has no block ${name}`);
      assert.ok(reason.length > 10, `${path}: ${name}`);
    }
  }
});

test('the targets of make that documents name exist', () => {
  const makefile = readFileSync(join(REPOSITORY, 'Makefile'), 'utf8');
  for (const path of markdownFiles()) {
    for (const [, target] of readMarkdown(path).matchAll(
      /(?:^|`|\s)make ([a-z-]+)(?:$|`| {2})/gm,
    )) {
      assert.match(makefile, new RegExp(`^${target}:`, 'm'), `${path}: make ${target}`);
    }
  }
});

test('links inside the repository lead to files and headings that are there', () => {
  for (const path of markdownFiles()) {
    for (const [, link] of proseOf(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const target = file ? join(dirname(path), file) : path;
      assert.ok(existsSync(join(REPOSITORY, target)), `${path}: ${link}`);
      if (anchor) assert.ok(anchorsOf(target).includes(anchor), `${path}: ${link}`);
    }
  }
});

test('every guide is in the index of the documentation', () => {
  const index = readMarkdown('docs/README.md');
  for (const path of markdownFiles('docs')) {
    const name = path.slice('docs/'.length);
    if (name !== 'README.md') assert.ok(index.includes(`(${name})`), name);
  }
});
