// The countries of the device: sizes, removal, two tabs, storage without the private file system.

import { readFileSync } from 'node:fs';
import { type AppPage, expect, test } from '../harness/test.js';
import { DATA } from '../harness/workspace.js';

const MANIFEST = JSON.parse(readFileSync(`${DATA}/manifest.json`, 'utf8'));

test('the first visit invites to download and tells the sizes', async ({ app }) => {
  await app.open();
  await expect(app.page.getByRole('heading', { name: 'Choose a country to start' })).toBeVisible();
  for (const code of ['li', 'mc']) {
    const kilobytes = Math.round(MANIFEST.countries[code].base.size_br / 1000);
    await expect(app.country(code)).toContainText(`${kilobytes} kB to download`);
    await expect(app.country(code)).toContainText('addresses');
  }
});

test('every downloaded country names its sources and licences', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  const [{ notice, licence }] = MANIFEST.countries.li.attribution;
  await expect(app.page.locator('#attribution')).toContainText(`${notice} (${licence})`);
  await expect(app.page.locator('#attribution')).toContainText('Natural Earth');
});

test('a removed country answers no more, also after a reload', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.download('mc', 'Monaco');
  await app.page.getByRole('button', { name: 'Remove Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'available');
  await app.page.reload();
  await app.showCountries();
  await expect(app.country('li')).toHaveAttribute('data-state', 'available');
  await expect(app.country('mc')).toHaveAttribute('data-state', 'ready');
  const files = await app.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of (await root.getDirectoryHandle('hereabouts')).keys()) names.push(name);
    return names.sort();
  });
  const { sha256 } = MANIFEST.countries.mc.base;
  // Of the state of corrections the name is the server's.
  const bases = files.filter((name) => !name.startsWith('overlay-'));
  expect(bases).toEqual([`base-${sha256}`, `chunks-${sha256}`, 'state.json']);
  expect(files.length - bases.length).toBeLessThanOrEqual(1);
});

test('a second tab gets what the first one downloads', async ({ app }) => {
  await app.open();
  const second = await app.page.context().newPage();
  await second.goto(app.server.origin);
  await expect(second.getByRole('button', { name: 'Download Monaco' })).toBeVisible();
  await app.download('mc', 'Monaco');
  await expect(second.getByText('Monaco is ready on this device.')).toBeVisible();
});

/** Lets blobs wait; returns what lets them through. */
async function holdBlobs(app: AppPage): Promise<() => Promise<void>> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await app.page.route('**/sync/v1/blobs/*', async (route) => {
    await held;
    // Nobody may wait for it any more.
    await route.continue().catch(() => undefined);
  });
  return async () => {
    release();
    await app.page.unrouteAll({ behavior: 'wait' });
  };
}

test('a cancelled download leaves nothing behind', async ({ app }) => {
  const release = await holdBlobs(app);
  await app.open();
  await app.page.getByRole('button', { name: 'Download Monaco' }).click();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'downloading');
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await app.page.getByRole('button', { name: 'Cancel download of Monaco' }).click();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'available');
  await release();
  await app.page.reload();
  await app.showCountries();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'available');
  await app.download('mc', 'Monaco');
});

test('a download goes on when the page is opened again, and can be ended there', async ({
  app,
}) => {
  const release = await holdBlobs(app);
  await app.open();
  const begin = async () => {
    await app.page.getByRole('button', { name: 'Download Monaco' }).click();
    await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
    await app.page.reload();
    await app.showCountries();
    await expect(app.country('mc')).toHaveAttribute('data-state', 'downloading');
  };
  await begin();
  await app.page.getByRole('button', { name: 'Cancel download of Monaco' }).click();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'available');
  await begin();
  await release();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'ready');
});

test('a button that is held down while the list changes is still pressed', async ({ app }) => {
  const release = await holdBlobs(app);
  await app.open();
  const { mouse } = app.page;
  await app.page.getByRole('button', { name: 'Download Liechtenstein' }).hover();
  await mouse.down();
  await app.page.getByRole('button', { name: 'Download Monaco' }).dispatchEvent('click');
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await mouse.up();
  await expect(app.country('li')).toContainText('Waiting');
  await release();
  await app.showCountries();
  await expect(app.country('li')).toHaveAttribute('data-state', 'ready');
});

test('a second download waits for the first one', async ({ app }) => {
  const release = await holdBlobs(app);
  await app.open();
  await app.page.getByRole('button', { name: 'Download Monaco' }).click();
  await app.page.getByRole('button', { name: 'Download Liechtenstein' }).click();
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await expect(app.country('li')).toContainText('Waiting');
  await release();
  await app.showCountries();
  for (const code of ['li', 'mc']) {
    await expect(app.country(code)).toHaveAttribute('data-state', 'ready');
  }
});

test('the keyboard stays at a country while its buttons change', async ({ app }) => {
  const release = await holdBlobs(app);
  await app.open();
  await app.showCountries();
  await app.page.getByRole('button', { name: 'Download Monaco' }).focus();
  await app.page.keyboard.press('Enter');
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await expect(app.page.getByRole('button', { name: 'Cancel download of Monaco' })).toBeFocused();
  await release();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'ready');
  await expect(app.page.getByRole('button', { name: 'Show Monaco on the map' })).toBeFocused();
});

/** Downloads Monaco, whose blobs are held until the result is called, while Liechtenstein waits. */
async function startTwoDownloads(app: AppPage) {
  const release = await holdBlobs(app);
  await app.open();
  await app.page.getByRole('button', { name: 'Download Monaco' }).click();
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await app.page.getByRole('button', { name: 'Download Liechtenstein' }).click();
  await expect(app.country('li')).toContainText('Waiting');
  return release;
}

test('a download that waits for its turn is cancelled at once', async ({ app }) => {
  const release = await startTwoDownloads(app);
  await app.page.getByRole('button', { name: 'Cancel download of Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'available');
  await expect(app.country('mc').getByRole('progressbar')).toBeVisible();
  await release();
  await app.showCountries();
  await expect(app.country('mc')).toHaveAttribute('data-state', 'ready');
  await expect(app.country('li')).toHaveAttribute('data-state', 'available');
});

test('a download that waits for its turn is not forgotten when the page is closed', async ({
  app,
}) => {
  const release = await startTwoDownloads(app);
  await app.page.reload();
  await app.showCountries();
  await expect(app.country('li')).toHaveAttribute('data-state', 'downloading');
  await release();
  for (const code of ['li', 'mc']) {
    await expect(app.country(code)).toHaveAttribute('data-state', 'ready');
  }
});

test.describe('without a writable private file system', () => {
  test('countries are kept in IndexedDB', async ({ app }) => {
    await app.page.addInitScript(() => {
      delete (FileSystemFileHandle.prototype as Partial<FileSystemFileHandle>).createWritable;
    });
    await app.open();
    await app.download('mc', 'Monaco');
    await expect(app.page.locator('[data-store="indexeddb"]')).toBeVisible();
    await app.goOffline();
    await app.search.fill('30 bd princesse charlotte');
    await expect(app.options.first()).toContainText('Boulevard Princesse Charlotte');
    await app.showCountries();
    await app.page.getByRole('button', { name: 'Remove Monaco' }).click();
    await expect(app.country('mc')).toHaveAttribute('data-state', 'available');
  });
});
