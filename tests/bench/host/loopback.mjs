// Serves the bench to the page on loopback, isolated, so that its clock ticks in 5 microseconds.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { REPOSITORY } from '../workspace.mjs';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const SERVED = [
  '/tests/bench/',
  '/node_modules/',
  '/geocoder-wasm/js/dist/',
  '/target/bench/',
  '/demo-data/',
];
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
// The modules as a bundler would find them for a browser.
const IMPORTS = {
  hereabouts: '/geocoder-wasm/js/dist/index.js',
  minisearch: '/node_modules/minisearch/dist/es/index.js',
  flexsearch: '/node_modules/flexsearch/dist/flexsearch.bundle.module.min.mjs',
  '@leeoniya/ufuzzy': '/node_modules/@leeoniya/ufuzzy/dist/uFuzzy.mjs',
  'fuse.js': '/node_modules/fuse.js/dist/fuse.mjs',
  '@orama/orama': '/node_modules/@orama/orama/dist/browser/index.js',
  '@sqlite.org/sqlite-wasm': '/node_modules/@sqlite.org/sqlite-wasm/dist/index.mjs',
  kdbush: '/node_modules/kdbush/index.js',
  geokdbush: '/node_modules/geokdbush/index.js',
  flatbush: '/node_modules/flatbush/index.js',
  flatqueue: '/node_modules/flatqueue/index.js',
  tinyqueue: '/node_modules/tinyqueue/index.js',
};
const PAGE = `<!doctype html><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module" src="/tests/bench/host/page.mjs"></script>`;

/** Serves what the page needs on a free port. */
export async function serveBench() {
  const server = createServer((request, response) => {
    serve(new URL(request.url, 'http://host').pathname, response).catch(() => {
      response.writeHead(404).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(pathname, response) {
  if (pathname === '/') {
    response.writeHead(200, { ...ISOLATED, 'content-type': 'text/html' }).end(PAGE);
    return;
  }
  const path = normalize(pathname);
  if (!SERVED.some((folder) => path.startsWith(folder))) throw new Error('not served');
  const file = join(REPOSITORY, path);
  const { size } = await stat(file);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  response.writeHead(200, { ...ISOLATED, 'content-type': type, 'content-length': size });
  createReadStream(file).pipe(response);
}
