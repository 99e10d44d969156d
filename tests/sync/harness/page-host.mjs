// The page that runs devices in a browser, served by the proxy: the built client and the code of
// the tests' device, as modules.

import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDERS = {
  package: fileURLToPath(new URL('../../../geocoder-wasm/js/dist/', import.meta.url)),
  device: fileURLToPath(new URL('../device/', import.meta.url)),
};
const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const PAGE = `<!doctype html><meta charset="utf-8"><title>Device</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "hereabouts": "/package/index.js" } }</script>
<script type="module" src="/device/page.mjs"></script>`;

/** Content of a path of the page; nothing for all others. */
export async function pageFile(path) {
  if (path === '/') return { type: 'text/html', body: PAGE };
  const [, folder, name] = /^\/(package|device)\/([\w./-]+)$/.exec(path) ?? [];
  if (!folder || name.includes('..')) return undefined;
  return { type: TYPES[extname(name)], body: await readFile(FOLDERS[folder] + name) };
}
