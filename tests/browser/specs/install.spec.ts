// What makes the page installable, and that the policy of the server holds.

import { readdirSync } from 'node:fs';
import { expect, test } from '../harness/test.js';
import { WWW } from '../harness/workspace.js';

interface WebManifest {
  name: string;
  start_url: string;
  scope: string;
  display: string;
  theme_color: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

test('the manifest has what installing needs and every icon has its size', async ({ app }) => {
  await app.open();
  const address = await app.page.locator('link[rel=manifest]').getAttribute('href');
  const url = new URL(address ?? '', app.page.url());
  const response = await app.page.request.get(url.href);
  expect(response.ok()).toBe(true);
  expect(response.headers()['content-type']).toContain('application/manifest+json');
  const manifest = (await response.json()) as WebManifest;
  expect(manifest).toMatchObject({ start_url: './', scope: './', display: 'standalone' });
  expect(manifest.name).not.toBe('');
  expect(manifest.theme_color).toMatch(/^#[0-9a-f]{6}$/);
  const sizes = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
  expect(sizes).toEqual(expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']));
  for (const { src, sizes, type } of manifest.icons) {
    const size = await app.page.evaluate(async (path) => {
      const image = new Image();
      image.src = path;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (type === 'image/png') expect(size).toBe(sizes);
  }
});

test('the start page starts without a server and without any file missing', async ({ app }) => {
  await app.open();
  await app.goOffline();
  await expect(app.page.getByRole('heading', { name: 'Hereabouts' })).toBeVisible();
  // The admin pages need the server anyway, and are kept by nobody.
  const files = readdirSync(`${WWW}/assets`).filter((name) => !name.startsWith('admin-'));
  const missing = await app.page.evaluate(
    async (paths) => {
      const answers = await Promise.all(
        paths.map((path) =>
          fetch(path).then(
            ({ ok }) => ok,
            () => false,
          ),
        ),
      );
      return paths.filter((_, index) => !answers[index]);
    },
    ['/', ...files.map((name) => `/assets/${name}`)],
  );
  expect(missing).toEqual([]);
});

test('the policy of the server refuses inline and foreign scripts', async ({ app }) => {
  const response = await app.page.goto(app.server.origin);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).not.toContain('unsafe-inline');
  app.guard.allowed.push(/Content Security Policy/);
  const ran = await app.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.head.append(script);
    return 'ran' in globalThis;
  });
  expect(ran).toBe(false);
});

test('names from data never become markup', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('<img src=x onerror=alert(1)>');
  await expect(app.page.locator('#status')).not.toBeEmpty();
  await expect(app.page.locator('#search-box img')).toHaveCount(0);
});
