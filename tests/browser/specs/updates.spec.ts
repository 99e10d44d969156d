// New builds of a country while the page is open, at once and when the user says so; and no room.

import { expect, publishRecords, test } from '../harness/admin.js';
import type { AppPage } from '../harness/test.js';

const RECORDS = [
  { type: 'city', name: 'Vaduz', countrycode: 'li', lat: 47.1394, lng: 9.5227 },
  {
    type: 'tourism',
    name: 'Quixotopia',
    city: 'Vaduz',
    countrycode: 'li',
    zipcode: '9490',
    lat: 47.1395,
    lng: 9.5242,
  },
];

test('a new build comes by itself and answers without a reload', async ({ app, data }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.search.fill('Quixotopia');
  await expect(app.page.getByText('Nothing found').first()).toBeVisible();
  publishRecords(data, 'li', RECORDS);
  // Own records alone do not tell what the country is called.
  await expect(app.page.getByText('was brought up to date.')).toBeVisible();
  await expect(app.country('li')).toHaveAttribute('data-state', 'ready');
  await expect(app.options.first()).toContainText('Quixotopia');
});

/** Opens the app, where the user saves data, with a country of which there is a newer build. */
async function offerUpdate(app: AppPage, data: string): Promise<void> {
  await app.page.addInitScript(() => {
    const connection = { saveData: true };
    Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
  });
  await app.open();
  await app.download('li', 'Liechtenstein');
  publishRecords(data, 'li', RECORDS);
  await expect(async () => {
    await app.page.getByRole('button', { name: 'Settings' }).click();
    await app.showCountries();
    await expect(app.country('li')).toHaveAttribute('data-state', 'update', { timeout: 2000 });
  }).toPass();
}

test('an update is cancelled without the country being removed', async ({ app, data }) => {
  await offerUpdate(app, data);
  await app.page.route('**/sync/v1/blobs/*', () => undefined);
  await app.page.getByRole('button', { name: 'Update Liechtenstein' }).click();
  await app.page.getByRole('button', { name: 'Cancel update of Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'update');
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('Städtle');
});

test('where the user saves data a new build waits for a click', async ({ app, data }) => {
  await offerUpdate(app, data);
  await expect(app.country('li')).toContainText('Newer data is available.');
  await app.page.getByRole('button', { name: 'Update Liechtenstein' }).click();
  await expect(app.country('li')).toHaveAttribute('data-state', 'ready');
  await app.search.fill('Quixotopia');
  await expect(app.options.first()).toContainText('Quixotopia');
});

test('without room a country is there for the visit, and why is told', async ({ app }) => {
  await app.page.addInitScript(() => {
    const { write } = FileSystemWritableFileStream.prototype;
    FileSystemWritableFileStream.prototype.write = function (content) {
      const size = content instanceof Uint8Array ? content.length : 0;
      if (size < 10_000) return write.call(this, content);
      return Promise.reject(new DOMException('no room', 'QuotaExceededError'));
    };
  });
  await app.open();
  await app.download('li', 'Liechtenstein');
  await expect(app.country('li').locator('.country-problem')).toHaveText(/no storage left/);
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('Städtle');
});
