// Corrections on their way: approved ones reach open pages, and pages suggest their own.

import type { Page } from '@playwright/test';
import { type AppPage, allowSuggestions, expect, test } from '../harness/test.js';

/** A place that no map has. */
const PLACE = {
  name: 'Quixotopia',
  type: 'tourism',
  city: 'Monaco',
  country: 'Monaco',
  countrycode: 'mc',
  zipcode: ['98000'],
  population: 0,
  coordinates: '43.7384,7.4246',
};

function approve(app: AppPage): Promise<unknown> {
  return app.server.call('POST', '/patch', { record: PLACE, status: 'approved' });
}

/** Opens the card of a house in Liechtenstein. */
async function openHouse(app: AppPage): Promise<void> {
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('43');
  await app.search.press('Enter');
  await expect(app.card).toBeVisible();
}

function suggestions(app: AppPage) {
  return app.page.locator('.suggestion');
}

async function showSettings(app: AppPage): Promise<void> {
  await app.page.getByRole('button', { name: 'Settings' }).click();
  await expect(app.page.locator('[data-view="settings"]')).toBeVisible();
}

/** Suggests another postcode for the house whose card is open. */
async function suggestPostcode(app: AppPage): Promise<void> {
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  await app.page.getByLabel('Postcodes').fill('9491');
  await app.page.getByLabel('Comment').fill('stands on the letterbox');
  await app.page.getByRole('button', { name: 'Send suggestion' }).click();
  await expect(app.page.getByText('Thank you.')).toBeVisible();
}

/** The one pending patch of the server. */
async function pendingPatch(app: AppPage): Promise<{ id: string }> {
  const { results } = await app.server.call('POST', '/patch/search', { status: 'pending' });
  expect(results).toHaveLength(1);
  return results[0];
}

async function searchFor(page: Page, query: string) {
  await page.getByRole('combobox', { name: 'Search an address or a place' }).fill(query);
}

test('what is approved is found in the open page without a reload', async ({ app }) => {
  await app.open();
  await app.download('mc', 'Monaco');
  await app.search.fill('Quixotopia');
  await expect(app.page.getByText('Nothing found')).toHaveCount(2);
  await approve(app);
  await expect(app.options.first()).toContainText('Quixotopia');
  await expect(app.page.getByText('Corrections received for Monaco.')).toBeVisible();
  await expect(app.country('mc')).toContainText('Corrections received');
});

test('a device that was offline finds what was approved when it is back', async ({ app }) => {
  await app.open();
  await app.download('mc', 'Monaco');
  const context = app.page.context();
  app.guard.allowOffline();
  await context.setOffline(true);
  await expect(app.page.getByText('Offline', { exact: true })).toBeVisible();
  await approve(app);
  await app.search.fill('Quixotopia');
  await expect(app.page.getByText('Nothing found').first()).toBeVisible();
  await context.setOffline(false);
  await expect(app.options.first()).toContainText('Quixotopia');
  await expect(app.page.getByText('Offline', { exact: true })).toBeHidden();
});

test('corrections are kept and found without a server', async ({ app }) => {
  await app.open();
  await app.download('mc', 'Monaco');
  await approve(app);
  await expect(app.country('mc')).toContainText('Corrections received');
  await app.goOffline();
  await app.search.fill('Quixotopia');
  await expect(app.options.first()).toContainText('Quixotopia');
});

test('two tabs get the same corrections', async ({ app }) => {
  await app.open();
  await app.download('mc', 'Monaco');
  const second = await app.page.context().newPage();
  await second.goto(app.server.origin);
  await expect(second.getByText('Monaco is ready on this device.')).toBeVisible();
  for (const page of [app.page, second]) await searchFor(page, 'Quixotopia');
  await approve(app);
  for (const page of [app.page, second]) {
    await expect(page.getByRole('option').first()).toContainText('Quixotopia');
  }
});

test('without the permission nothing can be suggested', async ({ app }) => {
  await allowSuggestions(app, false);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await openHouse(app);
  await expect(app.card.getByText('Copy position')).toBeVisible();
  await expect(app.card.getByRole('button', { name: 'Suggest a correction' })).toHaveCount(0);
  await showSettings(app);
  await expect(app.page.getByText('Your suggestions')).toHaveCount(0);
});

test('a suggestion is queued offline, sent later, and its outcome is shown', async ({ app }) => {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await openHouse(app);
  await expect(app.card.getByRole('button', { name: 'Suggest a correction' })).toBeVisible();
  const context = app.page.context();
  app.guard.allowOffline();
  await context.setOffline(true);
  await suggestPostcode(app);
  await showSettings(app);
  await expect(suggestions(app)).toContainText('Städtle 43');
  await expect(suggestions(app)).toContainText('Postcodes');
  await expect(suggestions(app)).toContainText('Waits for a connection');

  // It survives the page, and what it needs to be written does, too.
  await app.page.reload();
  await showSettings(app);
  await expect(suggestions(app)).toContainText('Waits for a connection');

  await context.setOffline(false);
  await expect(suggestions(app)).toContainText('Sent, not decided yet');
  const { id } = await pendingPatch(app);
  const patch = await app.server.call('GET', `/patch/${id}`);
  expect(patch).toMatchObject({ zipcode: ['9491'], origin: { street: { number: '43' } } });
  await app.server.call('PATCH', `/patch/${id}`, { status: 'approved' });
  await expect(suggestions(app)).toContainText('Accepted');
  await openHouse(app);
  await expect(app.card).toContainText('9491');
});

/** Suggests a postcode in a new page, and returns the id of the patch that the server makes of it. */
async function sendSuggestion(app: AppPage): Promise<string> {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await openHouse(app);
  await suggestPostcode(app);
  await expect(async () => void (await pendingPatch(app))).toPass();
  return (await pendingPatch(app)).id;
}

test('a declined suggestion tells why', async ({ app }) => {
  const id = await sendSuggestion(app);
  const reason = 'the letterbox is wrong';
  await app.server.call('DELETE', `/patch/${id}`, { reason });
  await showSettings(app);
  await expect(suggestions(app)).toContainText('Declined');
  await expect(suggestions(app)).toContainText(reason);
});

test('what is no correction is told at its field', async ({ app }) => {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await openHouse(app);
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  const send = app.page.getByRole('button', { name: 'Send suggestion' });
  await send.click();
  await expect(app.page.getByText('Nothing is changed yet.')).toBeVisible();
  const coordinates = app.page.getByLabel('Coordinates');
  await coordinates.fill('in the garden');
  await app.page.getByLabel('House number').fill('');
  await send.click();
  await expect(coordinates).toHaveAttribute('aria-invalid', 'true');
  await expect(app.page.getByText('Two numbers are needed, such as')).toBeVisible();
  await expect(app.page.getByLabel('House number')).toBeFocused();
  // What is written outlives news of the countries.
  await approve(app);
  await app.page.getByRole('checkbox', { name: 'This does not exist' }).check();
  await expect(coordinates).toBeHidden();
  await send.click();
  await expect(app.page.getByText('Thank you.')).toBeVisible();
  await expect(async () => void (await pendingPatch(app))).toPass();
  expect(await pendingPatch(app)).toMatchObject({ remove: true });
});

test('a place that is shown in another language is corrected as its record', async ({ app }) => {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await showSettings(app);
  await app.page.getByLabel('Language of results').selectOption('fr');
  await app.search.fill('Schloss Vaduz');
  await expect(app.options.first()).toContainText('Château de Vaduz');
  await app.search.press('Enter');
  await expect(app.card.getByRole('heading', { level: 2 })).toHaveText('Château de Vaduz');
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  await expect(app.page.getByLabel('Name')).toHaveValue('Schloss Vaduz');
});

test('the form is that of the very record, not of another one at its point', async ({ app }) => {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Gaflei Aussichtsturm');
  // The other one is called Aussichtsturm Gaflei.
  await app.options.filter({ hasText: 'Gaflei Aussichtsturm' }).click();
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  await expect(app.page.getByLabel('Name')).toHaveValue('Gaflei Aussichtsturm');
});

test('a click on the map sets the point of a correction and keeps what was written', async ({
  app,
}) => {
  await allowSuggestions(app);
  await app.open();
  await app.download('li', 'Liechtenstein');
  await openHouse(app);
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  const coordinates = app.page.getByLabel('Coordinates');
  const before = await coordinates.inputValue();
  const comment = app.page.getByLabel('Comment');
  await comment.fill('the door is at the back');
  await app.page.mouse.click(850, 420);
  await expect(coordinates).not.toHaveValue(before);
  await expect(coordinates).toHaveValue(/^47\.1\d+, 9\.5\d+$/);
  await expect(comment).toHaveValue('the door is at the back');
  await showSettings(app);
  await app.page.getByRole('button', { name: 'Back' }).click();
  await expect(comment).toHaveValue('the door is at the back');
  await app.page.getByRole('button', { name: 'Back' }).click();
  await expect(app.card).toBeVisible();
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  await expect(comment).toHaveValue('the door is at the back');
  await app.page.getByRole('button', { name: 'Cancel' }).click();
  await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
  await expect(comment).toHaveValue('');
});

test('what was decided stays to be read when the thanks would have gone', async ({ app }) => {
  // Timers of the length of news run when the test says so.
  await app.page.addInitScript(() => {
    const { setTimeout, clearTimeout } = globalThis;
    const due = new Map<number, () => void>();
    const page = globalThis as unknown as Record<string, unknown>;
    page['setTimeout'] = (run: () => void, ms?: number) => {
      if (ms !== 10_000) return setTimeout(run, ms);
      due.set(-due.size - 1, run);
      return -due.size;
    };
    page['clearTimeout'] = (id: number) => (due.delete(id) ? undefined : clearTimeout(id));
    page['passTime'] = () => {
      for (const run of due.values()) run();
    };
  });
  const id = await sendSuggestion(app);
  await app.server.call('DELETE', `/patch/${id}`, { reason: 'no' });
  await showSettings(app);
  const declined = app.page.getByText('was declined.');
  await expect(declined).toBeVisible();
  await app.page.evaluate(() => (globalThis as unknown as { passTime(): void }).passTime());
  await expect(declined).toBeVisible();
});
