// Damaged data on its way and at rest: a clear message, no wrong answer, and a way back.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AppPage, expect, test } from '../harness/test.js';
import { DATA } from '../harness/workspace.js';

interface Manifest {
  countries: Record<string, { base: { sha256: string; size: number; generation: string } }>;
}

const MANIFEST: Manifest = JSON.parse(readFileSync(`${DATA}/manifest.json`, 'utf8'));
const SHA256 = MANIFEST.countries['li']?.base.sha256 ?? '';

/** The bytes of Liechtenstein's shard. */
function shard(): Buffer {
  return readFileSync(`${DATA}/blobs/${SHA256}`);
}

/** Offset of the format version, behind the eight bytes of the magic. */
const VERSION_OFFSET = 8;

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

function newerVersion(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(copy.readUInt32LE(VERSION_OFFSET) + 1000, VERSION_OFFSET);
  return copy;
}

/** Lets the page get other bytes in place of the shard, as a broken proxy would. */
async function serveBytes(app: AppPage, body: Buffer): Promise<void> {
  await app.page.route('**/sync/v1/blobs/*', (route) => route.fulfill({ body }));
}

/** Lets the manifest offer these very bytes, so that their hash is right. */
async function offerBytes(app: AppPage, body: Buffer): Promise<void> {
  const manifest = structuredClone(MANIFEST);
  const base = manifest.countries['li']?.base;
  if (!base) throw new Error('the manifest lacks Liechtenstein');
  base.sha256 = createHash('sha256').update(body).digest('hex');
  base.size = body.length;
  base.generation = base.sha256.slice(0, 16);
  await app.page.route('**/sync/v1/manifest', (route) => route.fulfill({ json: manifest }));
  await serveBytes(app, body);
}

/** Downloads and expects a problem that says something, and that nothing is answered. */
async function expectRefused(app: AppPage, says: RegExp): Promise<void> {
  await app.page.getByRole('button', { name: 'Download Liechtenstein' }).click();
  await expect(app.country('li').locator('.country-problem')).toHaveText(says);
  await expect(app.country('li')).toHaveAttribute('data-state', 'problem');
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.page.getByText('Download a country first')).toBeVisible();
  await expect(app.options).toHaveCount(0);
  await app.search.fill('');
}

async function expectAnswers(app: AppPage): Promise<void> {
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('Städtle');
}

/** What arrives, what the page says, and whether the manifest vouches for it. */
const DAMAGES: readonly [what: string, body: () => Buffer, says: RegExp, offered: boolean][] = [
  ['a download that is cut short', () => shard().subarray(0, 1000), /cut short/, false],
  ['an empty download', () => Buffer.alloc(0), /cut short/, false],
  [
    'a download that is longer',
    () => Buffer.concat([shard(), shard()]),
    /cut short|thrown away/,
    false,
  ],
  ['a download with one flipped bit', () => flipped(shard(), 5000), /changed on its way/, false],
  ['a shard of a newer format', () => newerVersion(shard()), /newer version of the app/, true],
  ['a foreign file', () => Buffer.from('%PDF-1.7 not a shard at all'), /not map data/, true],
  [
    'a shard that was cut before it was offered',
    () => shard().subarray(0, 40_000),
    /cut short/,
    true,
  ],
];

for (const [what, body, says, offered] of DAMAGES) {
  test(`${what} is refused with a message and downloads well again`, async ({ app }) => {
    await (offered ? offerBytes(app, body()) : serveBytes(app, body()));
    await app.open();
    await expectRefused(app, says);
    await app.page.unrouteAll();
    if (offered) {
      await app.page.reload();
      await expect(app.country('li')).toBeVisible();
    }
    await app.download('li', 'Liechtenstein');
    await expectAnswers(app);
  });
}

test('a refused update leaves the former data in use', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await offerBytes(app, newerVersion(shard()));
  await app.page.reload();
  await app.showCountries();
  await expect(app.country('li')).toHaveAttribute('data-state', 'update');
  await app.page.getByRole('button', { name: 'Update Liechtenstein' }).click();
  await expect(app.country('li').locator('.country-problem')).toHaveText(
    /newer version of the app/,
  );
  await expectAnswers(app);
  await app.page.reload();
  await expectAnswers(app);
});

/** Changes the stored shard behind the app's back. */
async function damageStored(
  app: AppPage,
  how: 'flip' | 'cut' | 'empty' | 'foreign',
): Promise<void> {
  await app.page.evaluate(
    async ([name, kind]) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('shards');
      const handle = await folder.getFileHandle(name);
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      const damaged = {
        flip: () => bytes.with(7000, (bytes[7000] ?? 0) ^ 1),
        cut: () => bytes.slice(0, 2000),
        empty: () => new Uint8Array(),
        foreign: () => new TextEncoder().encode('not a shard'),
      }[kind]();
      const file = await handle.createWritable();
      await file.write(damaged as Uint8Array<ArrayBuffer>);
      await file.close();
    },
    [SHA256, how] as const,
  );
}

for (const how of ['flip', 'cut', 'empty', 'foreign'] as const) {
  test(`a stored shard that was damaged (${how}) is downloaded again and told`, async ({ app }) => {
    await app.open();
    await app.download('li', 'Liechtenstein');
    await damageStored(app, how);
    await app.page.reload();
    await expect(
      app.page.getByText('The data of Liechtenstein was damaged and has been downloaded again.'),
    ).toBeVisible();
    await expectAnswers(app);
    await app.goOffline();
    await expectAnswers(app);
  });
}

test('a damaged stored shard is never used without a server either', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await damageStored(app, 'flip');
  await app.goOffline();
  await expect(
    app.page.getByRole('alert').getByText('The stored data of Liechtenstein was damaged'),
  ).toBeVisible();
  await expect(app.country('li')).toHaveAttribute('data-state', 'problem');
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.page.getByText('Download a country first')).toBeVisible();
});

test('a damaged index of the stored shards only costs a download', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('shards');
    const file = await (await folder.getFileHandle('index.json')).createWritable();
    await file.write('{"country":');
    await file.close();
  });
  await app.page.reload();
  await app.download('li', 'Liechtenstein');
  await expectAnswers(app);
});

test('a manifest that makes no sense is told and can be asked for again', async ({ app }) => {
  await app.page.route('**/sync/v1/manifest', (route) =>
    route.fulfill({ json: { format: 1, countries: { li: { name: 'x' } } } }),
  );
  await app.open();
  await expect(app.page.getByText('The list of countries is damaged')).toBeVisible();
  await app.page.unrouteAll();
  await app.page.getByRole('button', { name: 'Try again' }).click();
  await expect(app.country('li')).toBeVisible();
});
