// Admin pages: what becomes of proposed corrections.

import { type AdminPage, expect, test } from '../harness/admin.js';

async function showPatch(admin: AdminPage, id: string): Promise<void> {
  await admin.page.goto(`${admin.server.origin}/admin/#/patches/${id}`);
  await expect(admin.page.getByRole('application', { name: 'Map' })).toBeVisible();
}

test('a proposed correction is approved, found by everybody, and taken back', async ({ admin }) => {
  const { page } = admin;
  await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'], coordinates: '47.1395,9.5240' });
  expect((await admin.find('Städtle 43 Vaduz')).zipcode).toEqual(['9490']);
  await admin.signIn();
  await expect(admin.row('Städtle 43')).toContainText('Correction: postcodes, coordinates');
  await page.getByRole('link', { name: 'Städtle 43' }).click();
  const postcodes = admin.row('Postcodes');
  await expect(postcodes).toContainText('9490');
  await expect(postcodes).toContainText('9499 (changed)');
  await expect(page.getByText(/The point moves by 1\d\d m/)).toBeVisible();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('The patch is approved.')).toBeVisible();
  expect((await admin.find('Städtle 43 Vaduz')).zipcode).toEqual(['9499']);
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('The patch is pending again.')).toBeVisible();
  expect((await admin.find('Städtle 43 Vaduz')).zipcode).toEqual(['9490']);
});

test('a double click on a decision makes it once', async ({ admin }) => {
  const { page } = admin;
  const id = await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn();
  await showPatch(admin, id);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push(request.postData() ?? '');
  });
  await page.getByRole('button', { name: 'Approve' }).dblclick();
  await expect(page.getByRole('status').getByText('The patch is approved.')).toBeVisible();
  await page.getByRole('button', { name: 'Take back' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('The patch is pending again.')).toBeVisible();
  expect(sent).toEqual(['{"status":"approved"}', '{"status":"pending"}']);
});

test('a proposal that takes the place of another correction says so before it is approved', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  const first = await admin.correct('Triesen', { population: 5300 }, { status: 'approved' });
  const proposal = {
    mutationId: 'of-a-device',
    origin: await admin.find('Triesen'),
    update: { zipcode: ['9499'] },
  };
  const { body } = await admin.ask('POST', '/sync/v1/proposals', { proposals: [proposal] });
  expect(body.results[0].outcome).toBe('conflict');
  await admin.signIn();
  await expect(admin.row('Triesen')).toContainText('conflict');
  await page.getByLabel('Select Triesen').check();
  await page.getByRole('button', { name: 'Approve selected' }).click();
  await expect(dialog.getByText('takes back')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Triesen' }).click();
  const warning = page.getByText('Approving it takes back');
  await expect(warning).toContainText('approved');
  await warning.getByRole('link', { name: 'Triesen' }).click();
  await expect(page.getByRole('button', { name: 'Take back' })).toBeVisible();
  expect(page.url()).toContain(first);
  await page.goBack();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('The patch is approved.')).toBeVisible();
  await expect(warning).toHaveCount(0);
  expect((await admin.ask('GET', `/patch/${first}`)).body.status).toBe('pending');
});

test('a patch is edited by its fields and on the map', async ({ admin }) => {
  const { page, dialog } = admin;
  const id = await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn();
  await showPatch(admin, id);
  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Nothing is changed.')).toBeVisible();
  const coordinates = dialog.getByLabel('Coordinates');
  const before = await coordinates.inputValue();
  await dialog.getByRole('application', { name: 'Map' }).click({ position: { x: 60, y: 60 } });
  await expect(coordinates).not.toHaveValue(before);
  await coordinates.fill('47.1,');
  await dialog.getByLabel('Postcodes').fill('9498, 9497');
  admin.allow(422);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Must be "lat,lng" in degrees')).toBeVisible();
  await expect(coordinates).toBeFocused();
  await coordinates.fill('47.14, 9.52');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The patch was changed.')).toBeVisible();
  const { body } = await admin.ask('GET', `/patch/${id}`);
  expect([body.zipcode, body.lat, body.lng]).toEqual([['9498', '9497'], 47.14, 9.52]);
});

test('a change by someone else is told, and nothing of it is overwritten unasked', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  admin.allow(409, 404);
  const id = await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn();
  await showPatch(admin, id);
  await admin.ask('PATCH', `/patch/${id}`, { update: { zipcode: ['9488'] } });
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('someone else has changed this patch meanwhile')).toContainText(
    'postcodes is now “9488”',
  );
  await expect(admin.row('Postcodes')).toContainText('9488');
  expect((await admin.ask('GET', `/patch/${id}`)).body.status).toBe('pending');

  await page.getByRole('button', { name: 'Edit' }).click();
  await admin.ask('PATCH', `/patch/${id}`, { update: { zipcode: ['9477'] } });
  await dialog.getByLabel('Postcodes').fill('9466');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('postcodes is now “9477”')).toBeVisible();
  expect((await admin.ask('GET', `/patch/${id}`)).body.zipcode).toEqual(['9477']);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The patch was changed.')).toBeVisible();
  expect((await admin.ask('GET', `/patch/${id}`)).body.zipcode).toEqual(['9466']);

  await admin.ask('DELETE', `/patch/${id}`);
  await page.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(admin.heading).toHaveText('A patch that has ended');
});

test('a rejected patch is gone, and its history says why', async ({ admin }) => {
  const { page, dialog } = admin;
  const id = await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn();
  await showPatch(admin, id);
  await page.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByLabel('Reason').fill('that is the postcode of a box');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(page.getByText('The patch of Städtle 43 was rejected.')).toBeVisible();
  await expect(page.getByText('No patches match.')).toBeVisible();
  admin.allow(404);
  await page.goto(`${admin.server.origin}/admin/#/patches/${id}`);
  await expect(admin.heading).toHaveText('A patch that has ended');
  await expect(admin.row('that is the postcode of a box')).toHaveCount(1);
});

test('translations are added, changed and deleted', async ({ admin }) => {
  const { page, dialog } = admin;
  const id = await admin.correct('Vaduz', { population: 6000 }, {});
  await admin.signIn();
  await showPatch(admin, id);
  await expect(page.getByText('There are no translations.')).toBeVisible();
  for (const [language, name] of [
    ['fr', 'Vadouze'],
    ['it', 'Vaduzzo'],
  ] as const) {
    await page.getByRole('button', { name: 'Add a translation' }).click();
    await dialog.getByLabel('Language').fill(language);
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(admin.row(name)).toHaveCount(1);
  }
  await page.getByRole('button', { name: 'Edit fr' }).click();
  await dialog.getByLabel('Name').fill('Vadouz');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(admin.row(/^fr\s*Vadouz(?!e)/)).toHaveCount(1);
  await page.getByRole('button', { name: 'Delete it' }).click();
  await expect(page.getByText('The translation it was deleted.')).toBeVisible();
  await expect(admin.row('Vaduzzo')).toHaveCount(0);
});

test('a translation holds only its own texts, and one that is emptied is taken back', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  const id = await admin.correct('Vaduz', { population: 6000 });
  const update = { name: 'Vadouze', country: 'Le Liechtenstein' };
  await admin.ask('PATCH', `/patch/${id}`, { language: 'fr', update });
  await admin.signIn();
  await showPatch(admin, id);
  await page.getByRole('button', { name: 'Edit fr' }).click();
  await expect(dialog.getByLabel('Region')).toHaveValue('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Nothing is changed.')).toBeVisible();
  await dialog.getByLabel('Name').fill('Vadouz');
  await dialog.getByLabel('Country').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The translation was saved.')).toBeVisible();
  const { body } = await admin.ask('GET', `/patch/${id}/history`);
  expect(body.results.at(-1).to.languages).toEqual({ fr: { name: 'Vadouz' } });

  await page.getByRole('button', { name: 'Edit fr' }).click();
  await dialog.getByLabel('Name').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('A translation needs a text.')).toBeVisible();
});

test('a translation is saved over a change by someone else when it is saved again', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  admin.allow(409);
  const id = await admin.correct('Vaduz', { population: 6000 });
  await admin.ask('PATCH', `/patch/${id}`, { language: 'fr', update: { name: 'Vadouze' } });
  await admin.signIn();
  await showPatch(admin, id);
  await page.getByRole('button', { name: 'Edit fr' }).click();
  await admin.ask('PATCH', `/patch/${id}`, { update: { population: 6100 } });
  await dialog.getByLabel('Name').fill('Vadouz');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('population is now “6,100”')).toBeVisible();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The translation was saved.')).toBeVisible();
  const { body } = await admin.ask('GET', `/patch/${id}?language=fr`);
  expect([body.name, body.population]).toEqual(['Vadouz', 6100]);
});

test('a patch with many translations is opened and approved within the usual rate limit', async ({
  admin,
}) => {
  const { page } = admin;
  const id = await admin.correct('Vaduz', { population: 6000 });
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const languages = letters.flatMap((letter) => [`q${letter}`, `x${letter}`]).slice(0, 30);
  const operations = languages.map((language) => ({
    method: 'update',
    id,
    language,
    update: { name: `Vaduz ${language}` },
  }));
  expect((await admin.ask('POST', '/patch/bulk', { operations })).status).toBe(200);
  const rateLimit = { limit: 10, window: 1 };
  const { status, body: key } = await admin.ask('POST', '/keys', { role: 'private', rateLimit });
  expect(status).toBe(200);
  await admin.signIn(key.token, `#/patches/${id}`);
  await expect(admin.row(/^[qx]\w\s*Vaduz [qx]\w/)).toHaveCount(30);
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('The patch is approved.')).toBeVisible();
});

test('selected patches are approved and rejected together', async ({ admin }) => {
  const { page, dialog } = admin;
  for (const number of [41, 43, 45]) {
    const record = await admin.find('Städtle 43 Vaduz');
    const { status } = await admin.ask('POST', '/patch', {
      record: {
        ...record,
        name: `Städtle ${number}00`,
        street: { number: `${number}00`, suffix: '', name: 'Städtle' },
      },
    });
    expect(status).toBe(200);
  }
  await admin.signIn();
  await expect(page.getByRole('button', { name: 'Approve selected' })).toBeDisabled();
  await page.getByLabel('Select Städtle 4100').check();
  await page.getByLabel('Select Städtle 4300').check();
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Approve selected' }).click();
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('2 patches approved.')).toBeVisible();
  expect((await admin.find('Städtle 4300 Vaduz')).name).toBe('Städtle 4300');
  await page.getByLabel('Select Städtle 4500').check();
  await page.getByRole('button', { name: 'Reject selected' }).click();
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(page.getByText('1 patch rejected.')).toBeVisible();
  await page.getByLabel('Status').selectOption('any');
  await page.getByLabel('Text').fill('4100');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(admin.row(/Städtle \d+/)).toHaveCount(1);
});

test('selected patches that someone else has changed meanwhile are left and told', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  admin.allow(409);
  const change = { zipcode: ['9499'] };
  const kept = await admin.correct('Städtle 43 Vaduz', change);
  const other = await admin.correct('Triesen', { population: 5300 });
  await admin.signIn();
  const decide = async (verb: string) => {
    await page.getByLabel('Select Städtle 43').check();
    await page.getByLabel('Select Triesen').check();
    await page.getByRole('button', { name: `${verb} selected` }).click();
    await dialog.getByRole('button', { name: verb }).click();
  };
  await expect(admin.row('Städtle 43')).toBeVisible();
  await admin.ask('PATCH', `/patch/${kept}`, { update: { zipcode: ['9488'] } });
  await decide('Approve');
  const told = page.getByRole('alert');
  await expect(told).toContainText('1 of 2 patches approved.');
  await expect(told).toContainText('Städtle 43: Nothing was changed');
  await expect(told).toContainText('postcodes is now “9488”');
  const statusOf = async (id: string) => (await admin.ask('GET', `/patch/${id}`)).body.status;
  expect([await statusOf(kept), await statusOf(other)]).toEqual(['pending', 'approved']);

  await page.getByLabel('Status').selectOption('any');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(admin.row('Triesen')).toBeVisible();
  await admin.ask('PATCH', `/patch/${kept}`, { update: { zipcode: ['9477'] } });
  await decide('Reject');
  await expect(told).toContainText('1 of 2 patches rejected.');
  expect([await statusOf(kept), await statusOf(other)]).toEqual(['pending', undefined]);
});

async function proposeKiosks(admin: AdminPage, length: number): Promise<void> {
  const record = await admin.find('Städtle 43 Vaduz');
  const operations = Array.from({ length }, (_, index) => ({
    method: 'create',
    record: { ...record, name: `Kiosk ${index}`, type: 'tourism', street: undefined },
  }));
  const { status, body } = await admin.ask('POST', '/patch/bulk', { operations });
  expect(status, JSON.stringify(body)).toBe(200);
}

test('filters and page of the queue stay around a patch, while there is such a page', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  await proposeKiosks(admin, 21);
  await admin.correct('Triesen', { population: 5300 });
  await admin.signIn();
  const text = page.getByLabel('Text');
  await text.fill('Kiosk');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('21 patches')).toBeVisible();
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(admin.row('Kiosk')).toHaveCount(1);
  const last = page.url();
  await page.getByRole('link', { name: 'Kiosk' }).click();
  await page.getByRole('link', { name: 'All patches' }).click();
  await expect(admin.row('Kiosk')).toHaveCount(1);
  expect(page.url()).toBe(last);
  await page.getByRole('link', { name: 'Kiosk' }).click();
  await page.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(page.getByText('20 patches')).toBeVisible();
  await expect(admin.row('Kiosk')).toHaveCount(20);
  await expect(text).toHaveValue('Kiosk');
  await expect(page.getByRole('link', { name: 'Previous' })).toHaveCount(0);
});

test('the queue is turned page by page', async ({ admin }) => {
  await proposeKiosks(admin, 23);
  await admin.signIn();
  await expect(admin.row('Kiosk')).toHaveCount(20);
  await admin.page.getByRole('link', { name: 'Next' }).click();
  await expect(admin.row('Kiosk')).toHaveCount(3);
  await admin.page.goBack();
  await expect(admin.row('Kiosk')).toHaveCount(20);
});

test('filters that the server refuses are told and stay', async ({ admin }) => {
  const { page } = admin;
  admin.allow(422);
  await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn();
  const countries = page.getByLabel('Country codes');
  await countries.fill('liechtenstein');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('Must be an ISO 3166-1 alpha-2 country code.')).toBeVisible();
  await page.reload();
  await admin.enter('root-key-of-the-tests-0123456789');
  await expect(page.getByText('Must be an ISO 3166-1 alpha-2 country code.')).toBeVisible();
  await expect(countries).toHaveValue('liechtenstein');
  await countries.fill('li');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(admin.row('Städtle 43')).toBeVisible();

  await page.goto(`${admin.server.origin}/admin/#/patches?offset=-1`);
  await expect(page.getByRole('alert').getByText(/^offset: /)).toBeVisible();
  await admin.show('Bases');
  await page.getByLabel('Country code').fill('x1');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByLabel('Country code')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Country code').fill('');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('All approved patches fit')).toBeVisible();
});
