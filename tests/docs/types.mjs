// Checks the types of JavaScript and TypeScript in documents against the packed package.

import { join } from 'node:path';
import { root } from '../package/project.mjs';

const TSC = join(root, 'node_modules/.bin/tsc');
/** Modules as Node finds them, and as bundlers do. */
const NODE = ['--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext'];
const BUNDLER = ['--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];

/** Compiles a TypeScript file of a project beside itself, as strictly as can be. */
export function compile(project, file) {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  project.run(TSC, [...NODE, ...strict, '--types', '', file]);
}

/** Libraries and packages of types by what scripts run in; a page may be a script of Node too. */
const HOSTS = {
  node: { modules: NODE, lib: 'es2023,dom', types: 'node' },
  page: { modules: BUNDLER, lib: 'es2023,dom,dom.iterable,dom.asynciterable', types: 'node' },
  webworker: { modules: BUNDLER, lib: 'es2023,webworker,webworker.iterable', types: '' },
};

/** Lets a script of a service worker be checked: libraries of types know the scope of any worker. */
export function inServiceWorker(code) {
  const scope = '/** @type {ServiceWorkerGlobalScope} */ (/** @type {any} */ (self))';
  return `const scope = ${scope};\n${code.replaceAll(/\bself\./g, 'scope.')}`;
}

/**
 * Checks scripts of a project, as far as scripts say their types.
 *
 * @param {{ run: (command: string, args: string[]) => string }} project
 * @param {string[]} files
 * @param {keyof typeof HOSTS} host
 */
export function checkScripts(project, files, host) {
  if (files.length === 0) return;
  const { modules, lib, types } = HOSTS[host];
  const check = ['--noEmit', '--allowJs', '--checkJs', '--strict', 'false', '--skipLibCheck'];
  project.run(TSC, [...modules, ...check, '--types', types, '--lib', lib, ...files]);
}
