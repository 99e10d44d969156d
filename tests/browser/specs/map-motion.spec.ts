// How the map flies where motion is not reduced.

import { expect, test } from '../harness/test.js';

test.use({ contextOptions: { reducedMotion: 'no-preference' } });

test('a flight reaches its goal when the map changes its size on the way', async ({ app }) => {
  const { page } = app;
  await app.open('/#at=47.13814,9.52271');
  await app.download('li', 'Liechtenstein');
  const scale = page.locator('#scale');
  const show = page.getByRole('button', { name: 'Show Liechtenstein on the map' });
  await show.click();
  await expect(scale).toHaveText('2 km');
  for (let step = 0; step < 4; step++) await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect(scale).not.toHaveText('2 km');
  await show.evaluate((button: HTMLElement) => {
    button.click();
    const canvas = document.querySelector('canvas');
    if (canvas) canvas.style.width = 'calc(100% - 1px)';
  });
  await expect(scale).toHaveText('2 km');
});
