// The keyboard table of the ARIA combobox pattern in the real page, one row a test.

import type { Geocoder } from 'hereabouts';
import { type AppPage, expect, test } from '../harness/test.js';

/** Opens the app with a country and a list of suggestions. */
async function suggest(app: AppPage): Promise<void> {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('vaduz');
  await expect(app.options.nth(1)).toBeVisible();
  await expect(app.search).toHaveAttribute('aria-expanded', 'true');
}

async function expectActive(app: AppPage, index: number): Promise<void> {
  const option = app.options.nth(index);
  await expect(option).toHaveAttribute('aria-selected', 'true');
  await expect(app.search).toHaveAttribute(
    'aria-activedescendant',
    (await option.getAttribute('id')) ?? '',
  );
  await expect(app.page.locator('[role=option][aria-selected=true]')).toHaveCount(1);
  await expect(app.search).toBeFocused();
}

async function expectNoneActive(app: AppPage): Promise<void> {
  await expect(app.search).not.toHaveAttribute('aria-activedescendant');
  await expect(app.page.locator('[role=option][aria-selected=true]')).toHaveCount(0);
}

async function expectClosed(app: AppPage): Promise<void> {
  await expect(app.search).toHaveAttribute('aria-expanded', 'false');
  await expect(app.options.first()).toBeHidden();
}

test('typing opens the list without a highlight and tells how many results there are', async ({
  app,
}) => {
  await suggest(app);
  await expectNoneActive(app);
  await expect(app.page.locator('#status')).toHaveText(/^\d+ results?/);
  const list = app.page.getByRole('listbox', { name: 'Suggestions' });
  await expect(app.search).toHaveAttribute('aria-controls', (await list.getAttribute('id')) ?? '');
});

test('down arrow moves the highlight to the next option and from the last to the first', async ({
  app,
}) => {
  await suggest(app);
  const count = await app.options.count();
  for (let index = 0; index < count; index++) {
    await app.search.press('ArrowDown');
    await expectActive(app, index);
  }
  await app.search.press('ArrowDown');
  await expectActive(app, 0);
});

test('up arrow moves the highlight to the last option and then upwards', async ({ app }) => {
  await suggest(app);
  const count = await app.options.count();
  await app.search.press('ArrowUp');
  await expectActive(app, count - 1);
  await app.search.press('ArrowUp');
  await expectActive(app, count - 2);
});

test('alt and up arrow close the list and alt and down arrow open it without a highlight', async ({
  app,
}) => {
  await suggest(app);
  await app.search.press('Alt+ArrowUp');
  await expectClosed(app);
  await expect(app.search).toHaveValue('vaduz');
  await app.search.press('Alt+ArrowDown');
  await expect(app.options.first()).toBeVisible();
  await expectNoneActive(app);
});

test('down arrow opens a closed list on its first option', async ({ app }) => {
  await suggest(app);
  await app.search.press('Escape');
  await app.search.press('ArrowDown');
  await expectActive(app, 0);
});

test('enter takes the highlighted option', async ({ app }) => {
  await suggest(app);
  await app.search.press('ArrowDown');
  await app.search.press('ArrowDown');
  const name = await app.options.nth(1).locator('.option-name').textContent();
  await app.search.press('Enter');
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText(name ?? '');
  await expectClosed(app);
});

test('enter without a highlight takes the first option', async ({ app }) => {
  await suggest(app);
  const name = await app.options.first().locator('.option-name').textContent();
  await app.search.press('Enter');
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText(name ?? '');
});

/** Lets answers to searches wait; what is returned lets them through. */
async function holdSearches(app: AppPage): Promise<() => Promise<void>> {
  await app.page.evaluate(() => {
    const page = globalThis as unknown as { geocoder: Geocoder; release(): void };
    const { geocoder } = page;
    const held = new Promise<void>((resolve) => {
      page.release = resolve;
    });
    const search = geocoder.search.bind(geocoder);
    geocoder.search = (query, options) => held.then(() => search(query, options));
  });
  return () => app.page.evaluate(() => (globalThis as unknown as { release(): void }).release());
}

test('enter right after typing waits for the answer to the new text', async ({ app }) => {
  await suggest(app);
  const release = await holdSearches(app);
  await app.search.fill('Städtle 43 Vaduz');
  await app.search.press('Enter');
  await expect(app.card).toBeHidden();
  await release();
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText('Städtle 43');
  await expectClosed(app);
});

test('escape calls off what enter waits for', async ({ app }) => {
  await suggest(app);
  const release = await holdSearches(app);
  await app.search.fill('Städtle 43 Vaduz');
  await app.search.press('Enter');
  await app.search.press('Escape');
  await release();
  await expect(app.page.locator('[role=option]').first()).toContainText('43');
  await expect(app.card).toBeHidden();
});

test('escape first closes the list and then clears the box', async ({ app }) => {
  await suggest(app);
  await app.search.press('Escape');
  await expectClosed(app);
  await expect(app.search).toHaveValue('vaduz');
  await app.search.press('Escape');
  await expect(app.search).toHaveValue('');
});

test('home and end put the cursor to the ends of the text and drop the highlight', async ({
  app,
}) => {
  await suggest(app);
  const caret = () => app.search.evaluate((input: HTMLInputElement) => input.selectionStart);
  await app.search.press('ArrowDown');
  await app.search.press('Home');
  await expectNoneActive(app);
  expect(await caret()).toBe(0);
  await app.search.press('End');
  expect(await caret()).toBe('vaduz'.length);
});

test('left and right arrows move the cursor in the text', async ({ app }) => {
  await suggest(app);
  await app.search.press('ArrowDown');
  await app.search.press('ArrowLeft');
  await expectNoneActive(app);
  expect(await app.search.evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(4);
});

test('tab takes the highlighted option and moves the focus on', async ({ app }) => {
  await suggest(app);
  await app.search.press('ArrowDown');
  const name = await app.options.first().locator('.option-name').textContent();
  await app.search.press('Tab');
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText(name ?? '');
  await expect(app.search).not.toBeFocused();
});

test('printable characters go to the text and drop the highlight', async ({ app }) => {
  await suggest(app);
  await app.search.press('ArrowDown');
  await app.search.pressSequentially(' s');
  await expect(app.search).toHaveValue('vaduz s');
  await expectNoneActive(app);
});

test('a click outside closes the list and keeps the text', async ({ app }) => {
  await suggest(app);
  await app.page.getByRole('button', { name: 'Zoom in' }).focus();
  await expectClosed(app);
  await expect(app.search).toHaveValue('vaduz');
});

test('a query without an answer says so', async ({ app }) => {
  await suggest(app);
  await app.search.fill('qqqqzzzz xyxyxy');
  await expect(app.page.getByText('Nothing found. Check the spelling')).toBeVisible();
  await expect(app.page.locator('#status')).toHaveText('Nothing found');
  await expect(app.search).toHaveAttribute('aria-expanded', 'false');
});

test('chips restrict the kinds of results', async ({ app }) => {
  await suggest(app);
  await app.page.getByRole('button', { name: 'Places', exact: true }).click();
  await expect(app.search).toBeFocused();
  await expect(app.options.first().locator('.type-icon')).toHaveClass(/type-city/);
  for (const option of await app.options.all()) {
    await expect(option.locator('.type-icon')).toHaveClass(
      /type-(city|county|administrative|country)/,
    );
  }
});

test('what was found is asked for anew once another country is there', async ({ app }) => {
  await suggest(app);
  await app.search.fill('Boulevard Princesse Charlotte 30');
  await expect(app.page.getByText('Nothing found').first()).toBeVisible();
  await app.download('mc', 'Monaco');
  await app.search.click();
  await expect(app.options.first()).toContainText('Boulevard Princesse Charlotte');
});
