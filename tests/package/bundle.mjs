// Bundles a script of a project with esbuild into a page for the static host.

import { join } from 'node:path';
import { root } from './project.mjs';

const esbuild = join(root, 'node_modules/.bin/esbuild');

/** The engine's files as they lie in the project: a bundle does not hold them. */
export const ENGINE = JSON.stringify({
  wasm: '/node_modules/hereabouts/dist/hereabouts.wasm',
  workerUrl: '/node_modules/hereabouts/dist/worker.js',
});

/** Writes a page with a bundled script and, where there are any, its styles. */
export function writePage(project, name, source, { body = '', styles = [] } = {}) {
  const imports = styles.map((path) => `import '${path}';`).join('\n');
  project.write(`${name}.src.jsx`, `${imports}\n${source}`);
  const flags = ['--bundle', '--format=esm', '--jsx=automatic', '--loader:.png=dataurl'];
  project.run(esbuild, [`${name}.src.jsx`, ...flags, `--outfile=${name}.js`, '--log-level=error']);
  const link = styles.length > 0 ? `<link rel="stylesheet" href="${name}.css">` : '';
  project.write(
    `${name}.html`,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>${link}
    <link rel="icon" href="data:,"><script type="module" src="${name}.js"></script><body>${body}</body></html>`,
  );
}
