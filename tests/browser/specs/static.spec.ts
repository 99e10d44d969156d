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

/** What the host serves. */
interface Site {
  /** Folder that it stands in, with slashes at both ends. */
  folder: string;
  /** What another version of the app would have in its service worker. */
  workerEnd: string;
}

const test = base.extend<{ site: Site }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  site: async ({}, use) => use({ folder: '/', workerEnd: '' }),
  server: async ({ site }, use) => {
    const host = createServer(async ({ url = '/' }, response) => {
      const { pathname } = new URL(url, 'http://host');
      const inside = pathname.startsWith(site.folder) ? pathname.slice(site.folder.length) : '..';
      const path = inside === '' ? 'index.html' : normalize(inside);
      const folder = /^(manifest\.json|blobs\/)/.test(path) ? DATA : WWW;
      try {
        let content = await readFile(join(folder, path));
        if (path === 'sw.js') content = Buffer.concat([content, Buffer.from(site.workerEnd)]);
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

test.describe('in a folder of a site', () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
    site: async ({}, use) => use({ folder: '/maps/geo/', workerEnd: '' }),
  });

  test('the app and its countries are found there, with and without a connection', async ({
    app,
  }) => {
    app.guard.allowed.push(/status of 404/);
    await app.open('/maps/geo/');
    await app.download('li', 'Liechtenstein');
    await app.goOffline();
    await app.search.fill('Städtle 43 Vaduz');
    await expect(app.options.first()).toContainText('43');
    await app.search.press('Enter');
    await app.page.reload();
    await expect(app.card.getByRole('heading', { level: 2 })).toHaveText('Städtle 43');
    await app.page.goto(`${app.server.origin}/maps/geo/index.html`);
    await expect(app.page.getByText('Liechtenstein is ready on this device.')).toBeVisible();
  });
});

test('a new version of the app is taken by every tab that is told to', async ({ app, site }) => {
  app.guard.allowed.push(/status of 404/);
  await app.open();
  const second = await app.page.context().newPage();
  await second.goto(app.server.origin);
  await expect(second.locator('html[data-offline-ready]')).toBeAttached();
  site.workerEnd = '// Another version.';
  await app.page.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration())?.update();
  });
  for (const page of [app.page, second]) {
    await expect(page.getByText('A new version of the app is ready.')).toBeVisible();
  }
  for (const page of [app.page, second]) {
    const reloaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Reload' }).click();
    await reloaded;
  }
});
