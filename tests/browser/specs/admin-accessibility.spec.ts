// Automatic accessibility checks of the admin pages, in both themes and on both sizes.

import { type AdminPage, expect, test } from '../harness/admin.js';
import { expectNoViolations } from '../harness/axe.js';

async function expectGood(admin: AdminPage, view: string): Promise<void> {
  // What is about to be replaced is dimmed.
  await expect(admin.page.locator('main[aria-busy]')).toHaveCount(0);
  await expectNoViolations(admin.page, view);
  const { width, needed } = await admin.page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    needed: document.documentElement.scrollWidth,
  }));
  expect(needed, `${view} is as wide as the window`).toBeLessThanOrEqual(width);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, viewport] of [
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 360, height: 740 }],
  ] as const) {
    test.describe(`${colorScheme} theme on a ${device}`, () => {
      test.use({ colorScheme, viewport });

      test('every admin page passes the checks', async ({ admin }, { outputDir }) => {
        const { page, dialog } = admin;
        const check = async (view: string) => {
          await expectGood(admin, view);
          await page.screenshot({ path: `${outputDir}/${view.replaceAll(' ', '-')}.png` });
        };
        const id = await admin.correct('Städtle 43 Vaduz', {
          zipcode: ['9499'],
          coordinates: '47.1395,9.5240',
        });
        await admin.ask('PATCH', `/patch/${id}`, { language: 'fr', update: { city: 'Vadouze' } });
        await admin.correct('Triesen', { population: 5300 }, { status: 'approved' });
        await admin.open();
        await expect(admin.heading).toBeVisible();
        await check('sign in');
        await admin.signIn();
        await expect(admin.row('Städtle 43')).toBeVisible();
        await check('queue');
        await page.getByRole('link', { name: 'Städtle 43' }).click();
        await expect(admin.row('Postcodes')).toBeVisible();
        await check('patch');
        await page.screenshot({ path: `${outputDir}/patch-whole.png`, fullPage: true });
        await page.getByRole('button', { name: 'Edit', exact: true }).click();
        await expect(dialog).toBeVisible();
        await check('edit a patch');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Reject' }).click();
        await expect(dialog).toBeVisible();
        await check('reject a patch');
        await page.keyboard.press('Escape');
        await admin.show('Keys');
        await check('keys');
        await page.getByRole('button', { name: 'Create key' }).click();
        await expect(dialog).toBeVisible();
        await check('create a key');
        await dialog.getByRole('button', { name: 'Create' }).click();
        await expect(dialog.getByLabel('Token', { exact: true })).toBeVisible();
        await check('token');
        await dialog.getByRole('button', { name: 'Done' }).click();
        await admin.show('Bases');
        await expect(admin.row('Monaco')).toBeVisible();
        await check('bases');
        await admin.show('Audit log');
        await expect(admin.row('patch.create').first()).toBeVisible();
        await check('audit log');
      });
    });
  }
}
