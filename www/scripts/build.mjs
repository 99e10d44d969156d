// Builds the app into dist/: hashed files under assets/, the page, its manifest and service worker;
// and the admin pages, of which the app and its service worker load nothing.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packWorld } from './world.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { resolve } = createRequire(import.meta.url);
const dist = at('dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(`${dist}/assets`, { recursive: true });
cpSync(at('public'), dist, { recursive: true });

const topology = JSON.parse(readFileSync(at('../tests/data/world-countries-110m.json'), 'utf8'));
const assets = {
  world: writeHashed('world', 'bin', packWorld(topology)),
  wasm: writeHashed('hereabouts', 'wasm', readFileSync(resolve('hereabouts/hereabouts.wasm'))),
  worker: await bundle('worker', resolve('hereabouts/worker.js')),
};
const page = readFileSync(at('src/index.html'), 'utf8')
  .replace('%STYLE%', await bundle('style', at('src/styles/index.css')))
  .replace('%SCRIPT%', await bundle('main', at('src/main.ts'), { ASSETS: JSON.stringify(assets) }));
writeFileSync(`${dist}/index.html`, page);

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`)
  .sort();
const version = createHash('sha256');
for (const file of files) version.update(`${file.slice(dist.length)}\0`).update(readFileSync(file));
const paths = files.map((file) => file.slice(dist.length + 1).replace(/^index\.html$/, './'));
await build({
  ...common(),
  entryPoints: [at('src/sw.ts')],
  outfile: `${dist}/sw.js`,
  format: 'iife',
  define: {
    PRECACHE: JSON.stringify(paths),
    VERSION: JSON.stringify(version.digest('hex').slice(0, 16)),
  },
});

// Behind the list of what is kept for offline use: administration needs the server anyway, whose
// root it stands at.
const adminPage = readFileSync(at('src/admin/index.html'), 'utf8')
  .replace('%STYLE%', `/${await bundle('admin', at('src/admin/styles/admin.css'))}`)
  .replace(
    '%SCRIPT%',
    `/${await bundle('admin', at('src/admin/main.ts'), {
      ASSETS: JSON.stringify({ world: `/${assets.world}` }),
    })}`,
  );
mkdirSync(`${dist}/admin`);
writeFileSync(`${dist}/admin/index.html`, adminPage);

function common() {
  return {
    bundle: true,
    minify: true,
    target: 'es2022',
    logLevel: 'warning',
    legalComments: 'none',
  };
}

/** Bundles one entry point into a hashed file; answers its path in the folder. */
async function bundle(name, entry, define = {}) {
  const { outputFiles } = await build({
    ...common(),
    entryPoints: { [name]: entry },
    outdir: `${dist}/assets`,
    format: 'esm',
    write: false,
    define,
  });
  const [file, ...more] = outputFiles;
  if (more.length > 0) throw new Error(`${name} became more than one file`);
  return writeHashed(name, basename(file.path).split('.').pop(), file.contents);
}

function writeHashed(name, extension, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
  const path = `assets/${name}-${hash}.${extension}`;
  writeFileSync(`${dist}/${path}`, contents);
  return path;
}
