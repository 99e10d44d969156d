// Admin pages: names that are long, or turn the direction of the text.

import { type AdminPage, expect, test } from '../harness/admin.js';

/** Proposes a new place of this name. */
async function propose(admin: AdminPage, name: string): Promise<void> {
  const record = { ...(await admin.find('Städtle 43 Vaduz')), name, type: 'tourism' };
  const { status } = await admin.ask('POST', '/patch', {
    record: { ...record, street: undefined },
  });
  expect(status).toBe(200);
}

async function expectNoWider({ page }: AdminPage, view: string): Promise<void> {
  await expect(page.locator('main[aria-busy]')).toHaveCount(0);
  const overhang = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, dialog')].map(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
    ),
  );
  expect(Math.max(...overhang), `${view} is as wide as the window`).toBeLessThanOrEqual(0);
}

for (const width of [1280, 390]) {
  test(`a long name without spaces is broken in ${width} pixels`, async ({ admin }, {
    outputDir,
  }) => {
    const { page, dialog } = admin;
    await page.setViewportSize({ width, height: 800 });
    const name = 'W'.repeat(200);
    await propose(admin, name);
    const check = async (view: string) => {
      await page.screenshot({ path: `${outputDir}/${view}.png` });
      await expectNoWider(admin, view);
    };
    await admin.signIn();
    await expect(admin.row('Vaduz')).toBeVisible();
    await check('queue');
    const lines = () =>
      admin
        .row('Vaduz')
        .getByText('tourism')
        .evaluate((text) => text.getClientRects().length);
    expect(await lines(), 'words that are not long stay whole').toBe(1);
    await page.getByRole('link', { name }).click();
    await expect(admin.heading).toHaveText(name);
    await check('patch');
    await page.getByRole('button', { name: 'Reject' }).click();
    await expect(dialog).toBeVisible();
    await check('reject');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await expect(page.getByText('was rejected.')).toBeVisible();
    await check('rejected');
  });
}

test('characters that turn the direction of the text are shown, and turn nothing', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  await propose(admin, 'Kiosk \u202Ezudav');
  await admin.signIn();
  await expect(admin.row('Kiosk')).toContainText('Kiosk U+202Ezudav');
  await page.getByRole('link', { name: 'Kiosk' }).click();
  await expect(admin.heading).toHaveText('Kiosk U+202Ezudav');
  await expect(page).toHaveTitle(/^Kiosk U\+202Ezudav/);
  await expect(admin.row('Name').locator('bdi').last()).toHaveText('Kiosk U+202Ezudav');
  await page.getByRole('button', { name: 'Reject' }).click();
  await expect(dialog.getByRole('heading')).toContainText('Kiosk U+202Ezudav');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(page.getByText('was rejected.')).toContainText('Kiosk U+202Ezudav');
});
