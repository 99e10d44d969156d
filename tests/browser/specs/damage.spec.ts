// Damaged data on its way and at rest: a clear message, no wrong answer, and a way back.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AppPage, expect, test } from '../harness/test.js';
import { DATA } from '../harness/workspace.js';

interface Base {
  sha256: string;
  size: number;
  generation: string;
  chunks: object[];
}

const MANIFEST: { countries: Record<string, { base: Base }> } = JSON.parse(
  readFileSync(`${DATA}/manifest.json`, 'utf8'),
);
const SHA256 = MANIFEST.countries['li']?.base.sha256 ?? '';

/** The server may close a connection at the very moment when it is to be used again. */
const AGAIN = { maxRetries: 1 };

/** The bytes of Liechtenstein's shard. */
function shard(): Buffer {
  return readFileSync(`${DATA}/blobs/${SHA256}`);
}

/** Offset of the format version, behind the eight bytes of the magic. */
const VERSION_OFFSET = 8;

function newerVersion(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(copy.readUInt32LE(VERSION_OFFSET) + 1000, VERSION_OFFSET);
  return copy;
}

/** Changes every blob on its way, as a broken proxy would. */
async function spoilBlobs(app: AppPage, spoil: (bytes: Buffer) => Buffer): Promise<void> {
  await app.page.route('**/sync/v1/blobs/*', async (route) => {
    const response = await route.fetch(AGAIN);
    await route.fulfill({ body: spoil(await response.body()) });
  });
}

// The page asks as long as it is open, also while the last answer is being made.
test.afterEach(({ app }) => app.page.unrouteAll({ behavior: 'wait' }));

/** Lets the server offer these very bytes of Liechtenstein, so that their hash is right. */
async function offerBytes(app: AppPage, body: Buffer): Promise<void> {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const generation = sha256.slice(0, 16);
  const base = { sha256, size: body.length, generation, chunks: [] };
  await app.page.route('**/sync/v1/manifest*', async (route) => {
    const manifest = await (await route.fetch(AGAIN)).json();
    const { overlay: _, ...li } = manifest.countries.li;
    manifest.countries.li = { ...li, base: { ...li.base, ...base } };
    await route.fulfill({ json: manifest });
  });
  await app.page.route('**/sync/v1/heads*', async (route) => {
    const heads = await (await route.fetch(AGAIN)).json();
    heads.countries.li = { generation, head: 0 };
    await route.fulfill({ json: heads });
  });
  // Without a stream the page asks for heads.
  await app.page.route('**/sync/v1/events*', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: '' }),
  );
  await app.page.route(`**/sync/v1/blobs/${sha256}`, (route) => route.fulfill({ body }));
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

/** Waits until the data is there: it comes by itself, or sooner for who asks. */
async function expectRecovery(app: AppPage): Promise<void> {
  await app.showCountries();
  const again = app.page.getByRole('button', { name: 'Download Liechtenstein' });
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 500 }).catch(() => undefined);
    await expect(app.country('li')).toHaveAttribute('data-state', 'ready', { timeout: 3000 });
  }).toPass();
}

async function expectAnswers(app: AppPage): Promise<void> {
  await app.search.fill('Städtle 43 Vaduz');
  await expect(app.options.first()).toContainText('Städtle');
}

/** What happens to blobs on their way, and what the page says. */
const DAMAGES: readonly [what: string, spoil: (bytes: Buffer) => Buffer, says: RegExp][] = [
  ['a download that is cut short', (bytes) => bytes.subarray(0, 1000), /cut short/],
  ['an empty download', () => Buffer.alloc(0), /cut short/],
  [
    'a download with flipped bits',
    (bytes) => Buffer.from(bytes.map((byte, at) => (at % 3000 === 1500 ? byte ^ 0x10 : byte))),
    /changed on its way/,
  ],
  ['a page in place of the data', () => Buffer.from('<html>Sign in</html>'), /thrown away/],
];

for (const [what, spoil, says] of DAMAGES) {
  test(`${what} is refused with a message and downloads well again`, async ({ app }) => {
    await spoilBlobs(app, spoil);
    await app.open();
    await expectRefused(app, says);
    await app.page.unrouteAll({ behavior: 'ignoreErrors' });
    await expectRecovery(app);
    await expectAnswers(app);
  });
}

/** What the server offers, and what the page says. */
const BAD_OFFERS: readonly [what: string, body: () => Buffer, says: RegExp][] = [
  ['a shard of a newer format', () => newerVersion(shard()), /newer version of the app/],
  ['a foreign file', () => Buffer.from('%PDF-1.7 not a shard at all'), /not map data/],
  ['a shard that was cut before', () => shard().subarray(0, 40_000), /cut short/],
];

for (const [what, body, says] of BAD_OFFERS) {
  test(`${what} that is offered is refused with a message`, async ({ app }) => {
    await offerBytes(app, body());
    await app.open();
    await expectRefused(app, says);
    await app.page.unrouteAll({ behavior: 'ignoreErrors' });
    await app.page.reload();
    await expectRecovery(app);
    await expectAnswers(app);
  });
}

test('what comes behind the end of a download is left out', async ({ app }) => {
  await spoilBlobs(app, (bytes) => Buffer.concat([bytes, bytes]));
  await app.open();
  await app.download('li', 'Liechtenstein');
  await expectAnswers(app);
});

test('a refused update leaves the former data in use', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await offerBytes(app, newerVersion(shard()));
  await app.page.reload();
  await app.showCountries();
  // It is fetched unasked, and may be asked for.
  await expect(app.country('li')).toHaveAttribute('data-state', 'update');
  const problem = app.country('li').locator('.country-problem');
  await expect(problem).toHaveText(/newer version of the app/);
  await app.page.getByRole('button', { name: 'Update Liechtenstein' }).click();
  await expect(problem).toHaveText(/newer version of the app/);
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
      const folder = await root.getDirectoryHandle('hereabouts');
      const handle = await folder.getFileHandle(`base-${name}`);
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

test('a damaged list of what is stored only costs a download', async ({ app }) => {
  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('hereabouts');
    const file = await (await folder.getFileHandle('state.json')).createWritable();
    await file.write('{"country":');
    await file.close();
  });
  await app.page.reload();
  await app.download('li', 'Liechtenstein');
  await expectAnswers(app);
});

test('a manifest that makes no sense is told and can be asked for again', async ({ app }) => {
  await app.page.route('**/sync/v1/manifest*', (route) =>
    route.fulfill({ json: { format: 1, countries: { li: { name: 'x' } } } }),
  );
  await app.open();
  await expect(app.page.getByText('The list of countries is damaged')).toBeVisible();
  await app.page.unrouteAll();
  await app.page.getByRole('button', { name: 'Try again' }).click();
  await expect(app.country('li')).toBeVisible();
});
