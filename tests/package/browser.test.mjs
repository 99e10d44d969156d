// The packed tarball in Chromium: a page without a bundler, a bundled page, a service worker.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium, visit } from './chromium.mjs';
import { copyShards, makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const CORPUS = [
  'Städtle 43 Vad',
  'Heiligkreuz 25 Vadz',
  '30 bd princesse charlotte',
  'schaan bahnhof',
];

let project;
let host;
let browser;
before(async () => {
  project = makeProject();
  copyShards(project);
  host = await serveFolder(project.folder);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  host?.close();
  project?.remove();
});

/** Answers of the package in Node, to which every other host must be equal. */
async function expectedAnswers() {
  project.write(
    'expected.mjs',
    `import { readFile } from 'node:fs/promises';
    import { Geocoder } from 'hereabouts';
    const geocoder = await Geocoder.fromShards([await readFile('li.shard'), await readFile('mc.shard')]);
    const answers = await Promise.all(${JSON.stringify(CORPUS)}.map((query) => geocoder.search(query)));
    console.log(JSON.stringify(answers));`,
  );
  return JSON.parse(project.run(process.execPath, ['expected.mjs']));
}

const ASK = `
  const shards = () => Promise.all(['/li.shard', '/mc.shard'].map((path) => fetch(path)));
  const ask = async (options) => {
    const geocoder = await Geocoder.fromShards(await shards(), options);
    const answers = await Promise.all(${JSON.stringify(CORPUS)}.map((query) => geocoder.search(query)));
    const countries = await geocoder.countries();
    geocoder.close();
    return { answers, countries: countries.map(({ code }) => code) };
  };`;

test('a plain page from a static host searches in a worker and in its own thread', async () => {
  const html =
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
  project.write('page.html', html);
  project.write(
    'page.js',
    `import { Geocoder } from './node_modules/hereabouts/dist/index.js';
    ${ASK}
    window.done = Promise.all([ask({}), ask({ worker: true }), ask({ worker: false })]);`,
  );
  const page = await browser.newPage();
  const [byDefault, inWorker, inThread] = await visit(page, `${host.url}/page.html`);
  const answers = await expectedAnswers();
  assert.deepEqual(inThread, { answers, countries: ['li', 'mc'] });
  assert.deepEqual(inWorker, inThread);
  assert.deepEqual(byDefault, inThread);
  assert.equal(page.workers().length, 0, 'closed geocoders end their workers');
  assert.ok(host.requests.some((path) => path.endsWith('/dist/worker.js')));
  assert.ok(!host.requests.some((path) => /search|reverse/.test(path)));
  await page.close();
});

test('shards stream into the worker with progress, and a download can be stopped', async () => {
  project.write(
    'download.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="download.js"></script>',
  );
  project.write(
    'download.js',
    `import { Geocoder } from './node_modules/hereabouts/dist/index.js';
    async function download(worker) {
      const geocoder = await Geocoder.fromShards([], { worker });
      const steps = [];
      const response = await fetch('/li.shard');
      const onProgress = (received) => steps.push(received);
      const { sizeBytes } = await geocoder.insertShard(response, { onProgress });
      const turn = () => new Promise((resolve) => setTimeout(resolve));
      const endless = new ReadableStream({
        pull: (controller) => turn().then(() => controller.enqueue(new Uint8Array(1000))),
      });
      const codes = [];
      const failed = (error) => codes.push(error.code);
      await geocoder
        .insertShard(new Response(endless), { signal: AbortSignal.timeout(50) })
        .catch(failed);
      await geocoder.insertShard(await fetch('/missing.shard')).catch(failed);
      await geocoder.insertShard(new Uint8Array(99)).catch(failed);
      geocoder.close();
      await geocoder.search('x').catch(failed);
      return { complete: steps.at(-1) === sizeBytes, codes };
    }
    window.done = Promise.all([download(true), download(false)]);`,
  );
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${error}`));
  await page.goto(`${host.url}/download.html`);
  const codes = ['aborted', 'network', 'not_a_shard', 'closed'];
  const expected = { complete: true, codes };
  assert.deepEqual(await page.evaluate(() => window.done), [expected, expected]);
  assert.deepEqual(faults, []);
  await page.close();
});

test('a page works where its worker fails or is missing, unless it insists', async () => {
  project.write('broken.js', 'throw new Error("broken on purpose");');
  project.write(
    'moved.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="moved.js"></script>',
  );
  project.write(
    'moved.js',
    `import { Geocoder } from './node_modules/hereabouts/dist/index.js';
    ${ASK}
    const insist = (options) => ask(options).catch((error) => error.code);
    const urls = ['/broken.js', '/no-such-worker.js'];
    window.done = Promise.all([
      ...urls.map((workerUrl) => ask({ workerUrl })),
      ...urls.map((workerUrl) => insist({ worker: true, workerUrl })),
    ]);`,
  );
  const page = await browser.newPage();
  await page.goto(`${host.url}/moved.html`);
  const [broken, missing, ...insisted] = await page.evaluate(() => window.done);
  assert.deepEqual(broken.countries, ['li', 'mc']);
  assert.deepEqual(missing, broken);
  assert.deepEqual(insisted, ['worker_failed', 'worker_failed']);
  await page.close();
});

test('a service worker, bundled into one script, answers the page', async () => {
  project.write(
    'service-worker.src.js',
    `import { Geocoder } from 'hereabouts';
    ${ASK}
    const opened = async () => {
      const wasm = await WebAssembly.compileStreaming(
        fetch('/node_modules/hereabouts/dist/hereabouts.wasm').then(
          (r) => new Response(r.body, { headers: { 'content-type': 'application/wasm' } }),
        ),
      );
      return ask({ wasm });
    };
    self.onactivate = (event) => event.waitUntil(self.clients.claim());
    self.onfetch = (event) => {
      if (new URL(event.request.url).pathname === '/answers') {
        event.respondWith(opened().then(Response.json));
      }
    };`,
  );
  const esbuild = join(root, 'node_modules/.bin/esbuild');
  const flags = [
    '--bundle',
    '--format=iife',
    '--outfile=service-worker.js',
    '--log-override:empty-import-meta=silent',
  ];
  project.run(esbuild, ['service-worker.src.js', ...flags]);
  project.write(
    'offline.html',
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="offline.js"></script>',
  );
  project.write(
    'offline.js',
    `await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) => (navigator.serviceWorker.oncontrollerchange = resolve));
    }
    window.answers = await (await fetch('/answers')).json();
    document.title = 'answered';`,
  );
  const page = await browser.newPage();
  await page.goto(`${host.url}/offline.html`);
  await page.waitForFunction(() => document.title === 'answered');
  const { answers } = await page.evaluate(() => window.answers);
  assert.deepEqual(answers, await expectedAnswers());
  await page.close();
});
