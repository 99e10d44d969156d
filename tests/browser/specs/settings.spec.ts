// What the user chooses: the language of what is shown, near what answers are preferred, and kinds.

import type { Geocoder } from 'hereabouts';
import { type AppPage, expect, test } from '../harness/test.js';

async function showSettings(app: AppPage): Promise<void> {
  await app.page.getByRole('button', { name: 'Settings' }).click();
  await expect(app.page.locator('[data-view="settings"]')).toBeVisible();
}

/** Notes the points near which answers are preferred; what is returned reads the last one. */
async function watchBias(app: AppPage): Promise<() => Promise<string>> {
  await app.page.evaluate(() => {
    const page = globalThis as unknown as { geocoder: Geocoder; near: string };
    const search = page.geocoder.search.bind(page.geocoder);
    page.near = 'not asked';
    page.geocoder.search = (query, options) => {
      page.near = options?.coordinates ?? 'nothing';
      return search(query, options);
    };
  });
  return () => app.page.evaluate(() => (globalThis as unknown as { near: string }).near);
}

test('another language is that of the open card too, and lists nothing', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Schloss Vaduz');
  await expect(app.options.first()).toBeVisible();
  await app.search.press('Enter');
  await expect(app.card).toBeVisible();
  const said = await app.page.locator('#status').textContent();
  await showSettings(app);
  await app.page.getByLabel('Language of results').selectOption('fr');
  await app.page.getByRole('button', { name: 'Back' }).click();
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText('Château de Vaduz');
  await expect(app.search).toHaveValue(/^Château de Vaduz/);
  await expect(app.page.locator('#status')).toHaveText(said ?? '');
});

test.describe('where the browser tells the position', () => {
  test.use({
    geolocation: { latitude: 47.2107, longitude: 9.5255 },
    permissions: ['geolocation'],
  });

  test('answers are preferred near the map, near the user or nowhere', async ({ app }) => {
    await app.open();
    await app.download('li', 'Liechtenstein');
    const near = await watchBias(app);
    await app.search.fill('vaduz');
    await expect.poll(near).toMatch(/^47\./);
    await showSettings(app);
    const choice = app.page.getByLabel('Preferred answers');
    await choice.selectOption('Everywhere alike');
    await app.search.fill('schaan');
    await expect.poll(near).toBe('nothing');
    await choice.selectOption('Near me');
    await app.search.fill('ruggell');
    await expect.poll(near).toBe('47.2107,9.5255');
    await app.page.reload();
    await expect(app.page.getByText('Liechtenstein is ready on this device.')).toBeVisible();
    const later = await watchBias(app);
    await app.search.fill('triesen');
    await expect(async () => {
      await app.search.press('End');
      await app.search.pressSequentially(' ');
      expect(await later()).toBe('47.2107,9.5255');
    }).toPass();
  });
});

test('the kinds of places that are wanted are kept', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.page.getByRole('button', { name: 'Transport', exact: true }).click();
  await app.page.reload();
  const chip = app.page.getByRole('button', { name: 'Transport', exact: true });
  await expect(chip).toHaveAttribute('aria-pressed', 'true');
  await app.search.fill('vaduz');
  await expect(app.options.first().locator('.type-icon')).toHaveClass(/type-(bus|train|airport)/);
});
