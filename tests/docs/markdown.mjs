// The Markdown files of the repository, with their fenced blocks of code and their links.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../harness/workspace.mjs';

/** Folders that hold what was built, downloaded or installed. */
const FOREIGN = new Set(['node_modules', 'target', 'demo-data', 'dist', 'pkg', 'results']);

/** Lists the paths of all Markdown files, below the repository. */
export function markdownFiles(folder = '') {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return FOREIGN.has(entry.name) || entry.name.startsWith('.') ? [] : markdownFiles(path);
      }
      return entry.name.endsWith('.md') ? [path] : [];
    })
    .sort();
}

/** Reads a Markdown file of the repository. */
export function readMarkdown(path) {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

/**
 * Gives the fenced blocks of a file by a name made of the heading above and the language, with a
 * number from the second of the same name on: `Start (sh)`, `Start (sh) 2`.
 */
export function blocksOf(path) {
  const found = new Map();
  let heading = 'top';
  let block;
  for (const [at, line] of readMarkdown(path).split('\n').entries()) {
    const fence = /^\s*(```+|~~~+)\s*(\S*)/.exec(line);
    if (block) {
      if (fence && fence[2] === '') block = undefined;
      else block.lines.push(line);
    } else if (fence) {
      if (!fence[2]) throw new Error(`${path}:${at + 1}: a block of code without a language`);
      const base = `${heading} (${fence[2]})`;
      let name = base;
      for (let number = 2; found.has(name); number += 1) name = `${base} ${number}`;
      block = { language: fence[2], line: at + 1, lines: [] };
      found.set(name, block);
    } else {
      heading = /^#{2,4} (.+)$/.exec(line)?.[1].replaceAll('`', '') ?? heading;
    }
  }
  if (block) throw new Error(`${path}:${block.line}: a block of code that does not end`);
  return new Map([...found].map(([name, { lines }]) => [name, `${lines.join('\n')}\n`]));
}

/** Gives the text of a file without its blocks of code. */
export function proseOf(path) {
  return readMarkdown(path).replace(/^\s*```[\s\S]*?^\s*```$/gm, '');
}

/** Gives the anchors of a file's headings, as GitHub makes them. */
export function anchorsOf(path) {
  return [...proseOf(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
