// Automatic accessibility checks of every view, in both themes and on both sizes.

import { expectNoViolations } from '../harness/axe.js';
import { allowSuggestions, expect, test } from '../harness/test.js';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, viewport] of [
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    test.describe(`${colorScheme} theme on a ${device}`, () => {
      test.use({ colorScheme, viewport });

      test('every view passes the checks', async ({ app }) => {
        await allowSuggestions(app);
        await app.open();
        await expect(app.country('li')).toBeVisible();
        await expectNoViolations(app.page, 'first visit');
        await app.download('li', 'Liechtenstein');
        await expectNoViolations(app.page, 'countries');
        await app.page.getByRole('button', { name: 'Settings' }).click();
        await expectNoViolations(app.page, 'settings');
        await app.search.fill('vaduz');
        await app.search.press('ArrowDown');
        await expect(app.options.first()).toBeVisible();
        await expectNoViolations(app.page, 'suggestions');
        await app.search.press('Enter');
        await expect(app.card).toBeVisible();
        await expectNoViolations(app.page, 'card');
        await app.card.getByRole('button', { name: 'Suggest a correction' }).click();
        await expectNoViolations(app.page, 'correction');
        await app.page.getByRole('button', { name: 'Send suggestion' }).click();
        await app.page.getByLabel('Name').fill('');
        await app.page.getByRole('button', { name: 'Send suggestion' }).click();
        await expect(app.page.getByText('This is needed.')).toBeVisible();
        await expectNoViolations(app.page, 'refused correction');
        await app.page.getByRole('checkbox', { name: 'This does not exist' }).check();
        await app.page.getByRole('button', { name: 'Send suggestion' }).click();
        await expect(app.card).toBeVisible();
        await expectNoViolations(app.page, 'thanks');
        await app.page.getByRole('button', { name: 'Settings' }).click();
        await expect(app.page.locator('.suggestion')).toBeVisible();
        await expectNoViolations(app.page, 'suggestions of the user');
        await app.page.getByRole('button', { name: 'Back' }).click();
        await app.card.getByRole('button', { name: 'Close' }).click();
        await expectNoViolations(app.page, 'start');
      });
    });
  }
}

test('the map answers to the keyboard alone', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('Städtle');
  await app.search.press('Enter');
  await app.card.getByRole('button', { name: 'Close' }).click();
  const map = app.page.getByRole('application', { name: 'Map' });
  await map.focus();
  await map.press('Enter');
  await expect(app.card.getByRole('heading', { level: 2 })).toContainText('Städtle');
  const scale = await app.page.locator('#scale').textContent();
  await map.press('-');
  await map.press('-');
  await expect(app.page.locator('#scale')).not.toHaveText(scale ?? '');
});
