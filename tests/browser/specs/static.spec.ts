// The page on a host that has nothing but files: the app, and a folder of shards beside it.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { SyncServer } from '../../harness/server.mjs';
import { test as base, expect } from '../harness/test.js';
import { DATA, WWW } from '../harness/workspace.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  server: async ({}, use) => {
    const host = createServer(async ({ url = '/' }, response) => {
      const { pathname } = new URL(url, 'http://host');
      const path = pathname === '/' ? '/index.html' : normalize(pathname);
      const folder = /^\/(manifest\.json|blobs\/)/.test(path) ? DATA : WWW;
      try {
        const content = await readFile(join(folder, path));
        const type = TYPES[extname(path)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type }).end(content);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const stop = async () => {
      host.close();
      host.closeAllConnections();
    };
    const { port } = host.address() as AddressInfo;
    await use({ origin: `http://127.0.0.1:${port}`, stop } as SyncServer);
    await stop();
  },
});

test('countries come from a folder of files, without a key and without corrections', async ({
  app,
}) => {
  // It is found to be no server.
  app.guard.allowed.push(/status of 404/);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('43');
  await app.search.press('Enter');
  await expect(app.card.getByRole('button', { name: 'Suggest a correction' })).toHaveCount(0);
  await app.goOffline();
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('43');
});
