// What the map draws: the lines of the downloaded country, and nothing of it before.

import { type AppPage, expect, test } from '../harness/test.js';

/** Counts the colours in the middle of the map, which tells drawn lines from bare land. */
async function colorsInView(app: AppPage): Promise<number> {
  return app.page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const context = canvas?.getContext('2d');
    if (!canvas || !context) throw new Error('the map is missing');
    const { data } = context.getImageData(500, 100, 600, 500);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

test('streets and houses are drawn where a country is downloaded', async ({ app }) => {
  // Reading pixels again and again is what only this test does.
  app.guard.allowed.push(/willReadFrequently/);
  await app.open('/#at=47.13814,9.52271');
  await expect(app.country('li')).toBeVisible();
  const before = await colorsInView(app);
  await app.download('li', 'Liechtenstein');
  await expect.poll(() => colorsInView(app)).toBeGreaterThan(before + 20);
});

test('the buttons and the wheel zoom, and dragging moves the map', async ({ app }) => {
  await app.open('/#at=47.13814,9.52271');
  await app.download('li', 'Liechtenstein');
  const scale = app.page.locator('#scale');
  const start = await scale.textContent();
  await app.page.getByRole('button', { name: 'Zoom out' }).click();
  await app.page.getByRole('button', { name: 'Zoom out' }).click();
  await expect(scale).not.toHaveText(start ?? '');
  const further = await scale.textContent();
  await app.page.mouse.move(800, 400);
  await app.page.mouse.wheel(0, -600);
  await expect(scale).not.toHaveText(further ?? '');
  await app.page.mouse.down();
  await app.page.mouse.move(700, 300, { steps: 4 });
  await app.page.mouse.up();
  // A drag is no click: it asks nothing.
  await expect(app.card).toBeHidden();
  await app.page.mouse.click(800, 400);
  await expect(app.card).toBeVisible();
});
