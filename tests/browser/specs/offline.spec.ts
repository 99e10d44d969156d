// The main promise: download once, then search and look up without a server.

import { expect, test } from '../harness/test.js';

test('an address is found and found again on the map after the server is gone', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.goOffline();

  await app.search.fill('Städtle 43 Vad');
  await expect(app.options.first()).toContainText('Städtle');
  await expect(app.options.first()).toContainText('43');
  await expect(app.options.first()).toContainText('Vaduz');
  await app.options.first().click();
  await expect(app.card.getByRole('heading', { level: 2 })).toContainText('Städtle');
  await expect(app.card).toContainText('Exact position');
  const address = await app.card.getByRole('heading', { level: 2 }).textContent();
  await app.card.getByRole('button', { name: 'Close' }).click();
  await expect(app.card).toBeHidden();

  // The picked place stands in the middle of what the panel leaves free.
  const panel = await app.page.locator('#sheet').boundingBox();
  const left = (panel?.x ?? 0) + (panel?.width ?? 0);
  await app.page.mouse.click((left + 1280) / 2 + 6, 400 + 5);
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText(address ?? '');
  await expect(app.card.locator('.precision')).toContainText('m from this point');
  await expect(app.card).toContainText('Vaduz');
});

test('both countries answer together after a start without a server', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.download('mc', 'Monaco');
  await app.goOffline();
  await app.search.fill('30 bd princesse charlotte');
  await expect(app.options.first()).toContainText('Boulevard Princesse Charlotte');
  await app.search.fill('dorfstr 24 9495');
  await expect(app.options.first()).toContainText('Dorfstrasse');
  await expect(app.options.first()).toContainText('Triesen');
});

test('without a server and without data the page says what to do', async ({ app }) => {
  await app.open();
  await app.goOffline();
  await expect(app.page.getByText('The list of countries cannot be reached.')).toBeVisible();
  await app.search.fill('vaduz');
  await expect(app.page.getByText('Download a country first')).toBeVisible();
});

test('a shared link opens its place without a server', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Heiligkreuz 25 Vadz');
  await expect(app.options.first()).toContainText('Heiligkreuz');
  await app.search.press('Enter');
  await expect(app.card).toBeVisible();
  const address = await app.card.getByRole('heading', { level: 2 }).textContent();
  const link = app.page.url();
  expect(link).toContain('#at=');
  await app.goOffline();
  await app.page.goto('about:blank');
  await app.page.goto(link);
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText(address ?? '');
});
