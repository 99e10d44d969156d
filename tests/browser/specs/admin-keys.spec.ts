// Admin pages: signing in, and the life of a key.

import { readFileSync } from 'node:fs';
import { expect, test } from '../harness/admin.js';
import { WWW } from '../harness/workspace.js';

test('keys that cannot be used here are told why', async ({ admin }) => {
  admin.allow(401);
  await admin.open();
  await expect(admin.heading).toHaveText('Hereabouts admin');
  const alert = admin.page.getByRole('alert').filter({ hasText: 'key' });
  await admin.enter('pk_nobody-knows-this-one');
  await expect(alert).toContainText('does not take this key');
  await admin.enter('schlüssel');
  await expect(alert).toContainText('This is no key');
  const config = await admin.ask('GET', '/config.json');
  await admin.enter(config.body.apiKey);
  await expect(alert).toContainText('This is a public key');
  const weak = await admin.ask('POST', '/keys', {
    role: 'private',
    permissions: ['geocode:search'],
  });
  await admin.enter(weak.body.token);
  await expect(alert).toContainText('keys:read, patches:read, audit:read');
});

test('only what the key may do is shown', async ({ admin }) => {
  const permissions = ['patches:read', 'audit:read'];
  const made = await admin.ask('POST', '/keys', { role: 'private', name: 'reader', permissions });
  const id = await admin.correct('Städtle 43 Vaduz', { zipcode: ['9499'] });
  await admin.signIn(made.body.token);
  const links = admin.page.getByRole('navigation', { name: 'Sections' }).getByRole('link');
  await expect(links).toHaveText(['Patches', 'Bases', 'Audit log']);
  await admin.page.goto(`${admin.server.origin}/admin/#/patches/${id}`);
  await expect(admin.heading).toHaveText('Städtle 43');
  for (const name of ['Approve', 'Edit', 'Reject']) {
    await expect(admin.page.getByRole('button', { name, exact: true })).toHaveCount(0);
  }
});

test('the key is forgotten by a reload, unless it was to be kept, and by signing out', async ({
  admin,
}) => {
  await admin.signIn();
  await admin.page.reload();
  await expect(admin.page.getByLabel('Private key')).toBeVisible();
  await admin.page.getByLabel('Keep it until this tab is closed').check();
  await admin.enter('root-key-of-the-tests-0123456789');
  await expect(admin.heading).toHaveText('Patches');
  await admin.page.reload();
  await expect(admin.heading).toHaveText('Patches');
  await admin.page.getByRole('button', { name: 'Sign out' }).click();
  await admin.page.reload();
  await expect(admin.page.getByLabel('Private key')).toBeVisible();
});

test('a key is made, used, changed, rotated and revoked', async ({ admin }) => {
  const { page, dialog } = admin;
  const search = (token: string) => admin.ask('POST', '/search', { query: 'vaduz' }, token);
  await admin.signIn();
  await admin.show('Keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('shop');
  await dialog.getByLabel('Role').selectOption('private');
  await dialog.getByLabel('Addresses').fill('not an address');
  admin.allow(422);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog.getByText('Must be an IP address')).toBeVisible();
  await dialog.getByLabel('Addresses').fill('127.0.0.0/8');
  await dialog.getByRole('button', { name: 'Create' }).click();
  const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
  expect((await search(token)).status).toBe(200);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByRole('status')).toHaveText('Copied.');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('shop was created.')).toBeVisible();
  await expect(page.getByText(token)).toHaveCount(0);

  await page.getByRole('button', { name: 'Edit shop' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('warehouse');
  await dialog.getByLabel('geocode:search').uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('shop was changed.')).toBeVisible();
  expect((await search(token)).status).toBe(403);

  await page.getByRole('button', { name: 'Rotate warehouse' }).click();
  await dialog.getByLabel('The old one').selectOption('0');
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  const rotated = await dialog.getByLabel('Token', { exact: true }).inputValue();
  expect(rotated).not.toBe(token);
  await dialog.getByRole('button', { name: 'Done' }).click();
  // Then the list is new, with its fields.
  await expect(page.getByText('warehouse was rotated.')).toBeVisible();
  expect((await search(token)).status).toBe(401);
  expect((await search(rotated)).status).toBe(403);

  await page.getByLabel('Name, id or start of the token').fill(rotated);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(admin.row('warehouse')).toHaveCount(1);
  expect(page.url()).not.toContain(encodeURIComponent(rotated.slice(0, 12)));
  await page.getByRole('button', { name: 'Revoke warehouse' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('warehouse was revoked.')).toBeVisible();
  expect((await search(rotated)).status).toBe(401);

  await admin.show('Audit log');
  await page.getByLabel('Action').fill('key.');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(admin.row('key.rotate')).toHaveCount(1);
});

test('the token of a rotated key is shown and used, whatever fails afterwards', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  admin.allow(503);
  const { body: key } = await admin.ask('POST', '/keys', { role: 'private', name: 'mine' });
  await admin.open();
  await page.getByLabel('Keep it until this tab is closed').check();
  await admin.enter(key.token);
  await admin.show('Keys');
  await page.route('**/keys/current', (route) => route.fulfill({ status: 503, body: '{}' }));
  let answer = () => {};
  const isClosed = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/keys/*/rotate', async (route) => {
    await isClosed;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Rotate mine' }).click();
  await dialog.getByLabel('The old one').selectOption('0');
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  answer();
  const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('mine was rotated.')).toBeVisible();
  expect((await admin.ask('GET', '/keys', undefined, key.token)).status).toBe(401);
  await page.unroute('**/keys/current');
  await page.reload();
  await expect(admin.heading).toHaveText('Keys');
  expect((await admin.ask('GET', '/keys', undefined, token)).status).toBe(200);
});

test('a change of a key by someone else is told before it is overwritten', async ({ admin }) => {
  const { page, dialog } = admin;
  admin.allow(409);
  const { body: key } = await admin.ask('POST', '/keys', { name: 'shop' });
  await admin.signIn();
  await admin.show('Keys');
  await page.getByRole('button', { name: 'Edit shop' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('warehouse');
  await admin.ask('PATCH', `/keys/${key.id}`, { description: 'of the second floor' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('description is now “of the second floor”')).toBeVisible();
  expect((await admin.ask('GET', `/keys/${key.id}`)).body.name).toBe('shop');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(admin.row('warehouse')).toHaveCount(1);
  const { body: after } = await admin.ask('GET', `/keys/${key.id}`);
  expect([after.name, after.description]).toEqual(['warehouse', 'of the second floor']);
});

test('many keys are turned page by page', async ({ admin }) => {
  for (let index = 0; index < 30; index++) {
    await admin.ask('POST', '/keys', { name: `shop ${index}` });
  }
  await admin.signIn();
  await admin.show('Keys');
  await expect(admin.row('shop')).toHaveCount(25);
  await admin.page.getByRole('link', { name: 'Next' }).click();
  await expect(admin.row('shop')).toHaveCount(5);
  await admin.page.getByRole('link', { name: 'Previous' }).click();
  await expect(admin.row('shop')).toHaveCount(25);
});

test('dialogs are used by the keyboard and give the focus back', async ({ admin }) => {
  const { page, dialog } = admin;
  await admin.signIn();
  await admin.show('Keys');
  const create = page.getByRole('button', { name: 'Create key' });
  await create.focus();
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(create).toBeFocused();
});

test('a key that is revoked meanwhile is told at the next step', async ({ admin }) => {
  admin.allow(401);
  const made = await admin.ask('POST', '/keys', { role: 'private', name: 'short' });
  await admin.signIn(made.body.token);
  await admin.ask('DELETE', `/keys/${made.body.id}`);
  await admin.page.getByRole('link', { name: 'Keys', exact: true }).click();
  await expect(admin.page.getByText('The server does not take this key any more.')).toBeVisible();
});

test('a key that is revoked under an open dialog is told by the form that asks for another', async ({
  admin,
}) => {
  const { page, dialog } = admin;
  admin.allow(401);
  const made = await admin.ask('POST', '/keys', { role: 'private', name: 'short' });
  await admin.ask('POST', '/keys', { name: 'shop' });
  await admin.signIn(made.body.token);
  await admin.show('Keys');
  await page.getByRole('button', { name: 'Revoke shop' }).click();
  await admin.ask('DELETE', `/keys/${made.body.id}`);
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The server does not take this key any more.')).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByLabel('Private key')).toBeFocused();
});

test('what cannot be begun is told', async ({ admin }) => {
  const { page, dialog, guard } = admin;
  guard.allowOffline();
  await admin.signIn();
  await admin.show('Keys');
  await page.route('**/permissions', (route) => route.abort());
  const create = page.getByRole('button', { name: 'Create key' });
  await create.click();
  await expect(page.getByText('The server cannot be reached')).toBeVisible();
  await page.unroute('**/permissions');
  await create.click();
  await expect(dialog).toBeVisible();
});

test('a kept key stays while the server has a fault, and is forgotten when it is refused', async ({
  admin,
}) => {
  const { page } = admin;
  admin.allow(503, 401);
  const made = await admin.ask('POST', '/keys', { role: 'private', name: 'short' });
  await admin.open();
  await page.getByLabel('Keep it until this tab is closed').check();
  await admin.enter(made.body.token);
  await expect(admin.heading).toHaveText('Patches');
  await page.route('**/keys/current', (route) => route.fulfill({ status: 503, body: '{}' }));
  await page.reload();
  await expect(page.getByText('The server answered with status 503.')).toBeVisible();
  await page.unroute('**/keys/current');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(admin.heading).toHaveText('Patches');
  await expect(page.getByText('The server answered with status 503.')).toHaveCount(0);
  await admin.ask('DELETE', `/keys/${made.body.id}`);
  await page.reload();
  await expect(page.getByText('The server does not take this key')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Private key')).toBeVisible();
  await expect(page.getByText('The server does not take this key')).toHaveCount(0);
});

test('the app neither loads nor keeps anything of the admin pages', async ({ app }) => {
  await app.open();
  const loaded = await app.page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  );
  expect(loaded.filter((name) => name.includes('admin'))).toEqual([]);
  expect(readFileSync(`${WWW}/sw.js`, 'utf8')).not.toContain('admin');
});

test('what is typed into a filter stays when the list is loaded again', async ({ admin }) => {
  const { page, dialog } = admin;
  await admin.ask('POST', '/keys', { role: 'public', name: 'shop' });
  await admin.signIn();
  await admin.show('Keys');
  let load = () => {};
  const isTyped = new Promise<void>((resolve) => {
    load = resolve;
  });
  const isList = (url: URL) => url.pathname === '/keys';
  await page.route(isList, async (route) => {
    await isTyped;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Revoke shop' }).click();
  const listed = page.waitForRequest((request) => isList(new URL(request.url())));
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await listed;
  const filter = page.getByLabel('Name, id or start of the token');
  await filter.click();
  await page.keyboard.type('ware');
  load();
  await expect(page.getByText('shop was revoked.')).toBeVisible();
  await expect(filter).toBeFocused();
  await page.keyboard.type('house');
  await expect(filter).toHaveValue('warehouse');
});
