// The place that is shown: how near, under which address, and the way back to the one before.

import { type AppPage, expect, test } from '../harness/test.js';

function heading(app: AppPage) {
  return app.card.getByRole('heading', { level: 2 });
}

/** Opens the app with a country. */
async function start(app: AppPage): Promise<void> {
  await app.open();
  await app.download('li', 'Liechtenstein');
}

/** Picks the first answer to a text. */
async function pick(app: AppPage, query: string, name: string): Promise<void> {
  await app.search.fill(query);
  await expect(app.options.first()).toContainText(name);
  await app.search.press('Enter');
  await expect(heading(app)).toHaveText(name);
}

test('a link that is opened before any country is there shows its place afterwards', async ({
  app,
}) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  const { hash } = new URL(app.page.url());
  await app.showCountries();
  await app.page.getByRole('button', { name: 'Remove Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'available');
  await app.page.goto('about:blank');
  await app.open(`/${hash}`);
  await app.page.getByRole('button', { name: 'Download Monaco' }).click();
  await expect(app.page.getByText('hold nothing near this point')).toBeVisible();
  await app.showCountries();
  await app.page.getByRole('button', { name: 'Download Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'ready');
  await app.page.getByRole('button', { name: 'Back' }).click();
  await expect(heading(app)).toHaveText('Städtle 43');
  await expect(app.page.getByText('hold nothing near this point')).toBeHidden();
});

test('larger places are shown from further away', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  const scale = app.page.locator('#scale');
  await expect(scale).toHaveText(/^\d+ m$/);
  await pick(app, 'Liechtenstein', 'Liechtenstein');
  await expect(scale).toHaveText(/ km$/);
  const whole = (await scale.textContent()) ?? '';
  await app.page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(scale).not.toHaveText(whole);
  await app.card.getByRole('button', { name: 'Show on map' }).click();
  await expect(scale).toHaveText(whole);
});

test('a press on the card of one place does nothing to the next', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  const { hash } = new URL(app.page.url());
  await pick(app, 'Schloss Vaduz', 'Schloss Vaduz');
  await app.card.getByRole('button', { name: 'Close' }).hover();
  await app.page.mouse.down();
  await app.page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await expect(heading(app)).toHaveText('Städtle 43');
  await app.page.mouse.up();
  await expect(heading(app)).toHaveText('Städtle 43');
});

test('back and forward lead through the places, and back to the start', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  await pick(app, 'Heiligkreuz 25 Vaduz', 'Heiligkreuz 25');
  await app.page.goBack();
  await expect(heading(app)).toHaveText('Städtle 43');
  await app.page.goForward();
  await expect(heading(app)).toHaveText('Heiligkreuz 25');
  await app.card.getByRole('button', { name: 'Close' }).click();
  await expect(app.card).toBeHidden();
  await app.page.goBack();
  await expect(heading(app)).toHaveText('Heiligkreuz 25');
  await app.page.goBack();
  await expect(heading(app)).toHaveText('Städtle 43');
  await app.page.goBack();
  await expect(app.page.locator('[data-view="home"]')).toBeVisible();
});

test('skipping to the search box leaves the card open', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  await app.page.getByRole('link', { name: 'Skip to search' }).focus();
  await app.page.keyboard.press('Enter');
  await expect(app.page).toHaveURL(/#search-input$/);
  await expect(heading(app)).toHaveText('Städtle 43');
});

test('a synchronisation leaves the focus and what is unfolded alone', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  const json = app.card.locator('summary');
  await json.click();
  await expect(json).toBeFocused();
  await app.page.evaluate(async () => {
    const { geocoder } = globalThis as unknown as { geocoder: import('hereabouts').Geocoder };
    const reported = new Promise<void>((resolve) => void geocoder.on('report', () => resolve()));
    await Promise.all([geocoder.sync(), reported]);
    // What the page does after the report asks the engine first.
    await geocoder.countries();
    await geocoder.storage();
    await new Promise(requestAnimationFrame);
  });
  await expect(app.card.locator('details')).toHaveAttribute('open');
  await expect(json).toBeFocused();
});

test('what the browser refuses to copy is told', async ({ app }) => {
  await start(app);
  await pick(app, 'Städtle 43 Vaduz', 'Städtle 43');
  await app.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await app.card.getByRole('button', { name: 'Copy position' }).click();
  const messages = app.page.locator('#messages');
  await expect(messages).toContainText('The browser did not allow copying: 47.');
});
