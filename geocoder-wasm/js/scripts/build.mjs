// Bundles the package: one file an entry and host, the engine's workers, the engine, and the types.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { readEngine } from './engine.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Entries that stand beside the client: none holds a second copy of another. */
const SUBPATHS = ['placekit', 'element', 'maplibre', 'leaflet', 'react', 'service-worker'];

rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('dist'));

const engine = readEngine(at('pkg/geocoder_wasm_bg.wasm'), at('pkg/geocoder_wasm.js'));
/** Puts the engine's bindings in place of those that wasm-bindgen made. */
const takeBindings = {
  name: 'take-bindings',
  setup({ onLoad }) {
    onLoad({ filter: /\/pkg\/geocoder_wasm\.js$/ }, () => ({ contents: engine.bindings }));
  },
};

/** What the worker's file exports. */
const WORKER_EXPORTS = 'abortedError, compileWasm, GeocoderError, openLocalHost, toGeocoderError';
/**
 * Lets a page take the engine for its own thread, and the errors, out of the worker's file: through
 * one module, so that there is one import.
 */
const takeFromWorker = {
  name: 'take-from-worker',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/(local|errors|wasm)\.js$/ }, () => ({
      path: 'exports',
      namespace: 'worker',
    }));
    onLoad({ filter: /.*/, namespace: 'worker' }, () => ({
      contents: `export { ${WORKER_EXPORTS} } from './worker.js';`,
    }));
    onResolve({ filter: /.*/, namespace: 'worker' }, ({ path }) => ({ path, external: true }));
  },
};

const shared = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  outdir: at('dist'),
  logLevel: 'warning',
};
/** What a service worker checks the engine by: its own script may be of another day. */
const integrity = `sha256-${createHash('sha256').update(engine.wasm).digest('base64')}`;
const define = { ENGINE_INTEGRITY: JSON.stringify(integrity) };
const entriesOf = (names, suffix = '') =>
  Object.fromEntries(names.map((name) => [`${name}${suffix}`, at(`src/${name}.ts`)]));

await buildSmall({ entryPoints: entriesOf(['worker']), plugins: [takeBindings] });
await buildSmall({ entryPoints: entriesOf(['index']), plugins: [takeFromWorker] });
await build({
  ...shared,
  platform: 'node',
  entryPoints: {
    node: at('src/index.ts'),
    'worker.node': at('src/worker.ts'),
    directory: at('src/directory.ts'),
  },
  plugins: [takeBindings],
});
await buildSmall({
  define,
  entryPoints: entriesOf(SUBPATHS),
  plugins: [leaveEntriesApart('./index.js')],
});
await buildSmall({
  // Runs as a classic worker and as a module; neither may import anything later.
  format: 'iife',
  conditions: ['worker'],
  define: { ...define, 'import.meta.url': 'self.location.href' },
  entryPoints: entriesOf(['hereabouts-sw']),
  plugins: [takeBindings],
});
await build({
  ...shared,
  platform: 'node',
  entryPoints: entriesOf(['placekit'], '.node'),
  plugins: [leaveEntriesApart('./node.js')],
});

writeFileSync(at('dist/hereabouts.wasm'), engine.wasm);
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT'])
  copyFileSync(at(`../../${licence}`), at(licence));

execFileSync('tsc', ['-p', at('tsconfig.json')], { stdio: 'inherit' });
removeUnreachableTypes(
  ['index', 'directory', ...SUBPATHS].map((name) => join(at('dist'), `${name}.d.ts`)),
);

/** Bundles for browsers; what esbuild makes, terser makes a few percent smaller. */
async function buildSmall(options) {
  const { outputFiles } = await build({
    ...shared,
    platform: 'browser',
    minify: true,
    write: false,
    ...options,
  });
  const contents = new Map(outputFiles.map(({ path, text }) => [path, text]));
  for (const [path, text] of contents) {
    if (path.endsWith('.map')) continue;
    const { code, map } = await minify(text, {
      ecma: 2022,
      // Modules are strict by themselves; a classic script has to say so, and be taken as such.
      module: options.format !== 'iife',
      // Not the usual order of comparisons, and functions first: both compress better.
      compress: { hoist_funs: true, lhs_constants: false },
      sourceMap: {
        content: contents.get(`${path}.map`),
        includeSources: true,
        url: `${basename(path)}.map`,
      },
    });
    writeFileSync(path, code);
    writeFileSync(`${path}.map`, map);
  }
}

/** Keeps imports of other entries as imports, the client's by the file of the host. */
function leaveEntriesApart(client) {
  return {
    name: 'leave-entries-apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\/(index|element)\.js$/ }, ({ path }) => ({
        path: path.endsWith('index.js') ? client : './element.js',
        external: true,
      }));
      onResolve({ filter: /^react$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** Removes the declarations to which no entry leads: only what is reachable is public. */
function removeUnreachableTypes(entries) {
  const reached = new Set();
  const queue = [...entries];
  for (let file = queue.pop(); file; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(
      /(?:from |import\()['"](\.[^'"]+)\.js['"]/g,
    );
    for (const [, path] of imports) queue.push(join(dirname(file), `${path}.d.ts`));
  }
  const found = readdirSync(at('dist'), { recursive: true }).filter((name) =>
    name.endsWith('.d.ts'),
  );
  for (const name of found) {
    if (!reached.has(join(at('dist'), name))) rmSync(at(`dist/${relative('.', name)}`));
  }
}
