// Checks the types of JavaScript and TypeScript in documents against the packed package.

import { basename, join } from 'node:path';
import { root } from '../package/project.mjs';

const TSC = join(root, 'node_modules/.bin/tsc');
const MODULES = ['--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext'];

/** Compiles a TypeScript file of a project beside itself, as strictly as can be. */
export function compile(project, file) {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  project.run(TSC, [...MODULES, ...strict, '--types', '', file]);
}

/**
 * Checks a script of a project, as far as scripts say their types.
 *
 * @param {{ run: (command: string, args: string[]) => string }} project
 * @param {string} file
 * @param {'dom' | 'webworker' | 'node'} host what it runs in
 */
export function checkScript(project, file, host) {
  const types = host === 'node' ? 'node' : '';
  const libraries = host === 'node' ? 'es2023,dom' : `es2023,${host},${host}.iterable`;
  const check = ['--noEmit', '--allowJs', '--checkJs', '--strict', 'false', '--skipLibCheck'];
  try {
    project.run(TSC, [...MODULES, ...check, '--types', types, '--lib', libraries, file]);
  } catch (error) {
    throw new Error(`${basename(file)} does not fit its types: ${error.message}`);
  }
}
