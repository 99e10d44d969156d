// Service workers of one's own from the packed tarball, as classic scripts and as modules, by every
// bundler that people use, and by none: each answers PlaceKit's API from a folder of shards, and
// without a connection opens the page and answers still.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build as viteBuild } from 'vite';
import webpack from 'webpack';
import { root } from './project.mjs';
import { browser, project, untilInPage, withProject } from './service-worker-site.mjs';
import { serveFolder } from './static-host.mjs';

const SCRIPT = `
  import { answerPlaceKit, keepGeocoder, precache, syncInBackground } from 'hereabouts/service-worker';
  const geocoder = keepGeocoder({ server: '/data/', countries: ['li'] });
  answerPlaceKit(geocoder, { defaultCountry: 'li' });
  syncInBackground(geocoder);
  precache({ version: '1', files: ['/', '/page.js'] });
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;
const HTML =
  '<!doctype html><title>Kept</title><link rel="icon" href="data:,"><script src="/page.js"></script>';
const PAGE = `
  async function search(query) {
    const init = { method: 'POST', body: JSON.stringify({ query }) };
    const response = await fetch('https://api.placekit.co/search', init);
    return (await response.json()).results?.[0].name;
  }`;

withProject();
before(() => project.write('worker.src.js', SCRIPT));

/** Makes a folder for a static host: the page, and the shards as the builder leaves them. */
function makeFolder(name) {
  mkdirSync(project.at(name), { recursive: true });
  symlinkSync(join(root, 'demo-data'), project.at(`${name}/data`));
  project.write(`${name}/index.html`, HTML);
  project.write(`${name}/page.js`, PAGE);
}

/** Registers the worker of a folder as a classic one or as a module, and asks it, offline last. */
async function expectAnswers(folder, type, script = 'worker.js') {
  const policy = `default-src 'self' https://api.placekit.co; script-src 'self' 'wasm-unsafe-eval'; img-src data:`;
  const host = await serveFolder(project.at(folder), policy);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(host.url);
    await page.evaluate(
      ([script, type]) => navigator.serviceWorker.register(`/${script}`, { type }),
      [script, type],
    );
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    const answers = async () => (await search('Städtle 43 Vad')) === 'Städtle 43';
    await untilInPage(page, answers);
    const engines = host.requests.filter((path) => path.endsWith('.wasm'));
    assert.equal(engines.length, 1, 'the engine is downloaded once');
    await context.setOffline(true);
    host.close();
    await page.reload();
    assert.equal(await page.title(), 'Kept');
    assert.ok(await page.evaluate(answers));
  } finally {
    await context.close();
    host.close();
  }
}

test('its types hold with those of pages and with those of workers', () => {
  project.write(
    'typed.ts',
    `import { type KeptGeocoder, keepGeocoder, requestSync } from 'hereabouts/service-worker';
    const kept: KeptGeocoder = keepGeocoder({ server: '/data/', countries: ['li'] });
    void kept.open().then((geocoder) => geocoder.sync({ metered: 'wait' }));
    void navigator.serviceWorker.getRegistration().then((found) => found && requestSync(found));`,
  );
  const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', ''];
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
  for (const lib of ['es2022,dom', 'es2022,webworker']) {
    const tsc = join(root, 'node_modules/.bin/tsc');
    project.run(tsc, [...flags, ...modules, '--lib', lib, 'typed.ts']);
  }
});

/** Copies files of the package beside a worker. */
function copyFiles(folder, ...files) {
  for (const file of files) {
    cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(`${folder}/${file}`));
  }
}

for (const [type, format] of [
  ['classic', 'iife'],
  ['module', 'esm'],
]) {
  test(`esbuild builds a ${type} worker, with the engine copied beside it`, async () => {
    const folder = `esbuild-${type}`;
    makeFolder(folder);
    await esbuild({
      absWorkingDir: project.folder,
      entryPoints: ['worker.src.js'],
      bundle: true,
      minify: true,
      format,
      outfile: `${folder}/worker.js`,
      logLevel: 'error',
    });
    copyFiles(folder, 'hereabouts.wasm');
    await expectAnswers(folder, type);
  });
}

/** Builds a script with Vite into the worker of a folder. */
const buildWithVite = (outDir, input, format) =>
  viteBuild({
    root: project.folder,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      rollupOptions: {
        input: project.at(input),
        output: { format, entryFileNames: 'worker.js' },
      },
    },
  });

test('Vite builds a module worker', async () => {
  makeFolder('vite-module');
  await buildWithVite('vite-module', 'worker.src.js', 'es');
  await expectAnswers('vite-module', 'module');
});

test('Vite builds a classic worker that says where the engine is', async () => {
  makeFolder('vite-classic');
  // In this format Vite's modules do not know where they are.
  const script = SCRIPT.replace('server:', 'wasm, server:');
  const source = `import wasm from 'hereabouts/hereabouts.wasm?url';${script}`;
  project.write('classic.src.js', source);
  await buildWithVite('vite-classic', 'classic.src.js', 'iife');
  await expectAnswers('vite-classic', 'classic');
});

for (const type of ['classic', 'module']) {
  test(`webpack builds a ${type} worker`, async () => {
    const folder = `webpack-${type}`;
    makeFolder(folder);
    const module = type === 'module';
    const stats = await promisify(webpack)({
      context: project.folder,
      mode: 'production',
      target: 'webworker',
      entry: './worker.src.js',
      experiments: { outputModule: module },
      output: { path: project.at(folder), filename: 'worker.js', module },
    });
    assert.deepEqual(stats.toJson({ errors: true }).errors, []);
    await expectAnswers(folder, type);
  });
}

test('without a bundler a module worker imports the files as they are', async () => {
  makeFolder('plain');
  const path = 'plain/hereabouts';
  cpSync(project.at('node_modules/hereabouts/dist'), project.at(path), { recursive: true });
  const script = SCRIPT.replace(`'hereabouts/service-worker'`, `'./hereabouts/service-worker.js'`);
  project.write('plain/worker.js', script);
  await expectAnswers('plain', 'module');
});

for (const type of ['classic', 'module']) {
  test(`the ready-made one runs as a ${type} worker`, async () => {
    const folder = `ready-made-${type}`;
    makeFolder(folder);
    copyFiles(folder, 'hereabouts-sw.js', 'hereabouts.wasm');
    const files = encodeURIComponent('/,/page.js');
    const query = `server=/data/&countries=li&defaultCountry=li&version=1&files=${files}`;
    await expectAnswers(folder, type, `hereabouts-sw.js?${query}`);
  });
}
