// Bundles the package: one file a host and one for its worker, the engine, and the types.

import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });

const shared = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  sourcesContent: false,
  outdir: at('dist'),
  logLevel: 'warning',
};
await build({
  ...shared,
  platform: 'browser',
  minify: true,
  entryPoints: { index: at('src/index.ts'), worker: at('src/worker.ts') },
});
await build({
  ...shared,
  platform: 'node',
  entryPoints: { node: at('src/index.ts'), 'worker.node': at('src/worker.ts') },
});

copyFileSync(at('pkg/geocoder_wasm_bg.wasm'), at('dist/hereabouts.wasm'));
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT'])
  copyFileSync(at(`../../${licence}`), at(licence));

execFileSync('tsc', ['-p', at('tsconfig.json')], { stdio: 'inherit' });
// Only what `index.d.ts` leads to is public.
const PUBLIC = new Set(['index.d.ts', 'geocoder.d.ts', 'errors.d.ts', 'types.d.ts']);
for (const file of readdirSync(at('dist'))) {
  if (file.endsWith('.d.ts') && !PUBLIC.has(file)) rmSync(at(`dist/${file}`));
}
