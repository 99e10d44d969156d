// Admin pages: what the map of a patch shows where motion is not reduced.

import { type AdminPage, expect, test } from '../harness/admin.js';

test.use({ contextOptions: { reducedMotion: 'no-preference' } });

/** Collects the labels of the scales that maps draw. */
async function watchScales({ page }: AdminPage): Promise<void> {
  await page.addInitScript(() => {
    const labels: string[] = [];
    Object.assign(globalThis, { scales: labels });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      if (/^[\d,.]+ k?m$/.test(text)) labels.push(text);
      fillText.call(this, text, ...rest);
    };
  });
}

test('the map of a patch shows its points at once, without a flight', async ({ admin }) => {
  const { page, dialog } = admin;
  await watchScales(admin);
  const id = await admin.correct('Städtle 43 Vaduz', { coordinates: '47.1395,9.5240' });
  const scales = () =>
    page.evaluate(() => [...new Set((globalThis as unknown as { scales: string[] }).scales)]);
  await admin.signIn(undefined, `#/patches/${id}`);
  await expect(page.getByRole('application', { name: 'Map' })).toBeVisible();
  await expect.poll(scales).toEqual(['50 m']);

  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByRole('application', { name: 'Map' }).focus();
  await page.keyboard.press('Enter');
  // The middle of the map is between where the point was and where it goes.
  await expect(dialog.getByLabel('Coordinates')).toHaveValue(/^47\.13[89]\d*, 9\.52[34]\d*$/);
});
