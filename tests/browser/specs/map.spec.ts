// What the map draws: the lines of the downloaded country, and nothing of it before.

import type { Geocoder } from 'hereabouts';
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
  const changesScale = async (act: () => Promise<void>) => {
    const before = await scale.textContent();
    await act();
    await expect(scale).not.toHaveText(before ?? '');
  };
  await changesScale(() => app.page.getByRole('button', { name: 'Zoom out' }).click());
  await changesScale(() => app.page.getByRole('button', { name: 'Zoom out' }).click());
  await app.page.mouse.move(800, 400);
  await changesScale(() => app.page.mouse.wheel(0, -600));
  await app.page.mouse.down();
  await app.page.mouse.move(700, 300, { steps: 4 });
  await app.page.mouse.up();
  // A drag is no click: it asks nothing.
  await expect(app.card).toBeHidden();
  await app.page.mouse.click(800, 400);
  await expect(app.card).toBeVisible();
});

test('a double click zooms and asks nothing', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  const scale = app.page.locator('#scale');
  const before = await scale.textContent();
  await app.page.evaluate(() => {
    const page = globalThis as unknown as { geocoder: Geocoder; asked: number };
    const reverse = page.geocoder.reverse.bind(page.geocoder);
    page.asked = 0;
    page.geocoder.reverse = (options) => {
      // The layers of the map ask for cities or streets alone.
      if (options.types?.includes('tourism')) page.asked += 1;
      return reverse(options);
    };
  });
  const asked = () => app.page.evaluate(() => (globalThis as unknown as { asked: number }).asked);
  await app.page.mouse.dblclick(800, 400);
  await expect(scale).not.toHaveText(before ?? '');
  // A single click afterwards is asked about, and is the only one.
  await app.page.mouse.click(800, 400);
  await expect(app.card).toBeVisible();
  expect(await asked()).toBe(1);
});

test.describe('with a position', () => {
  test.use({ geolocation: { latitude: 47.13814, longitude: 9.52271 } });

  test('what was said about a refused position goes when it is found', async ({ app }) => {
    await app.open();
    await app.download('li', 'Liechtenstein');
    const locate = app.page.getByRole('button', { name: 'Use my location' });
    const refusal = app.page.getByText('The browser may not use your location.');
    await locate.click();
    await expect(refusal).toBeVisible();
    await app.page.context().grantPermissions(['geolocation']);
    await locate.click();
    await expect(app.card).toBeVisible();
    await expect(refusal).toBeHidden();
  });
});
