// Admin pages: patches that do not fit a new base.

import { expect, publishRecords, test } from '../harness/admin.js';

const CITY = { type: 'city', name: 'Vaduz', countrycode: 'li', lat: 47.1394, lng: 9.5227 };

/** Places of Vaduz, as one generation of the base has them. */
function places(castle: { zipcode: string }, ...names: string[]): object[] {
  const place = (name: string, zipcode: string, index: number) => ({
    type: 'tourism',
    name,
    city: 'Vaduz',
    countrycode: 'li',
    zipcode,
    lat: 47.1395 + index * 0.002,
    lng: 9.5242,
  });
  return [
    CITY,
    place('Schloss Vaduz', castle.zipcode, 0),
    ...names.map((name, index) => place(name, '9490', index + 1)),
  ];
}

test('patches that do not fit a new base are told, kept and retired', async ({ admin, data }) => {
  const { page, dialog } = admin;
  publishRecords(data, 'li', places({ zipcode: '9490' }, 'Kunstmuseum', 'Landesmuseum'));
  await expect.poll(async () => (await admin.find('Kunstmuseum'))?.name).toBe('Kunstmuseum');
  const approved = { status: 'approved' };
  await admin.correct('Schloss Vaduz', { zipcode: ['9499'] }, approved);
  await admin.correct('Kunstmuseum', { zipcode: ['9498'] }, approved);
  await admin.correct('Landesmuseum', { zipcode: ['9497'] }, approved);
  await admin.signIn();
  await admin.show('Bases');
  const country = admin.row(/^LI\s*li/);
  await expect(country).toContainText('3');
  await expect(page.getByText('All approved patches fit')).toBeVisible();

  publishRecords(data, 'li', places({ zipcode: '9488' }, 'Kunstmuseum'));
  await expect
    .poll(async () => (await admin.ask('GET', '/sync/v1/conflicts?limit=5')).body.total)
    .toBe(2);
  await page.getByRole('button', { name: 'Filter' }).click();
  const conflicts = page.getByRole('article');
  await expect(conflicts).toHaveCount(2);
  const castle = conflicts.filter({ hasText: 'Schloss Vaduz' });
  await expect(castle).toContainText('conflict');
  await expect(castle.getByRole('row').filter({ hasText: 'Postcodes' })).toContainText('9488');
  const museum = conflicts.filter({ hasText: 'Landesmuseum' });
  await expect(museum).toContainText('orphan');

  await castle.getByRole('button', { name: 'Keep' }).click();
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByText('The patch of Schloss Vaduz was kept.')).toBeVisible();
  await expect(conflicts).toHaveCount(1);
  await museum.getByRole('button', { name: 'Retire' }).click();
  await dialog.getByLabel('Reason').fill('closed');
  await dialog.getByRole('button', { name: 'Retire' }).click();
  await expect(page.getByText('The patch of Landesmuseum was retired.')).toBeVisible();
  await expect(page.getByText('All approved patches fit')).toBeVisible();
  expect((await admin.find('Schloss Vaduz')).zipcode).toEqual(['9499']);
});
