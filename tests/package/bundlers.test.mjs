// The packed tarball through the bundlers that people use, each in an empty project, and without
// any: the same script, the same answers.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { createServer as createViteServer, build as viteBuild } from 'vite';
import webpack from 'webpack';
import { launchChromium, visit } from './chromium.mjs';
import { copyShards, makeProject } from './project.mjs';
import { serveFolder } from './static-host.mjs';

/**
 * What every page does with every entry that needs no other package; the geocoder is refused if
 * its worker is not found.
 */
const script = (options, path = (name) => name) => `
  import { Geocoder, LatestSearch } from '${path('hereabouts')}';
  import '${path('hereabouts/element')}';
  import { leafletGeocoder } from '${path('hereabouts/leaflet')}';
  import { maplibreGeocoder } from '${path('hereabouts/maplibre')}';
  import placekit from '${path('hereabouts/placekit')}';
  window.done = (async () => {
    const geocoder = await Geocoder.fromShards([await fetch('/li.shard')], { worker: true, ...${options} });
    const pk = placekit('key', { geocoder });
    const { results } = await pk.search('Städtle 43 Vad', { language: 'de' });
    const { features } = await maplibreGeocoder(geocoder).forwardGeocode({ query: 'Städtle 43' });
    const plain = { latLng: (lat, lng) => [lat, lng], latLngBounds: (...corners) => corners };
    const [marked] = await leafletGeocoder(plain, geocoder).geocode('Städtle 43');
    const box = document.querySelector('geo-autocomplete');
    box.geocoder = geocoder;
    const newest = await new Promise((answered, failed) =>
      new LatestSearch(geocoder, { answered, failed }).ask('Städtle 43'));
    geocoder.close();
    return [results[0].name, features[0].text, marked.properties.name, newest.results[0].name, typeof box.checkValidity];
  })();`;
const ANSWERS = [...Array(4).fill('Städtle 43'), 'function'];

const page = (source) =>
  `<!doctype html><html lang="en"><head><title>Bundled</title><link rel="icon" href="data:,">
  <script type="module" src="${source}"></script></head><body><geo-autocomplete></geo-autocomplete></body></html>`;

let project;
let browser;
before(async () => {
  project = makeProject();
  copyShards(project);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  project?.remove();
});

/** Checks that the page at an address, served by a static host from a folder, has the answers. */
async function expectAnswers(folder, path) {
  const host = await serveFolder(project.at(folder));
  try {
    const tab = await browser.newPage();
    assert.deepEqual(await visit(tab, host.url + path), ANSWERS);
    await tab.close();
  } finally {
    host.close();
  }
}

/** Makes a folder with the shard that pages fetch. */
function makeFolder(name) {
  mkdirSync(project.at(name), { recursive: true });
  cpSync(project.at('li.shard'), project.at(`${name}/li.shard`));
}

/** Finds a port that nobody listens on: Vite takes none that is chosen for it. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

test('Vite builds it with no settings', async () => {
  makeFolder('vite-public');
  project.write('index.html', page('/vite.js'));
  project.write('vite.js', script('{}'));
  const root = project.folder;
  await viteBuild({
    root,
    publicDir: 'vite-public',
    logLevel: 'warn',
    build: { outDir: 'vite-dist' },
  });
  await expectAnswers('vite-dist', '/index.html');
});

test('Vite serves it while developing, when told to leave it as it is', async () => {
  makeFolder('vite-public');
  project.write('index.html', page('/vite.js'));
  project.write('vite.js', script('{}'));
  const server = await createViteServer({
    root: project.folder,
    publicDir: 'vite-public',
    logLevel: 'warn',
    optimizeDeps: { exclude: ['hereabouts'] },
    server: { host: '127.0.0.1', port: await freePort(), strictPort: true },
  });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    const tab = await browser.newPage();
    assert.deepEqual(await visit(tab, `http://127.0.0.1:${port}/`), ANSWERS);
    await tab.close();
  } finally {
    await server.close();
  }
});

test('webpack builds it with no settings', async () => {
  makeFolder('webpack-dist');
  project.write('webpack-dist/index.html', page('bundle.js'));
  project.write('webpack.js', script('{}'));
  const stats = await promisify(webpack)({
    context: project.folder,
    mode: 'production',
    entry: './webpack.js',
    output: { path: project.at('webpack-dist'), filename: 'bundle.js' },
  });
  assert.deepEqual(stats.toJson({ errors: true }).errors, []);
  await expectAnswers('webpack-dist', '/index.html');
});

test('esbuild builds it with the engine copied beside the bundle', async () => {
  makeFolder('esbuild-dist');
  project.write('esbuild-dist/index.html', page('bundle.js'));
  project.write('esbuild.js', script('{}'));
  await esbuild({
    absWorkingDir: project.folder,
    entryPoints: ['esbuild.js'],
    bundle: true,
    minify: true,
    format: 'esm',
    outfile: 'esbuild-dist/bundle.js',
    logLevel: 'warning',
  });
  for (const file of ['worker.js', 'hereabouts.wasm']) {
    cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(`esbuild-dist/${file}`));
  }
  await expectAnswers('esbuild-dist', '/index.html');
});

test('a static host serves it as it is, from a copied folder', async () => {
  makeFolder('static');
  cpSync(project.at('node_modules/hereabouts/dist'), project.at('static/hereabouts'), {
    recursive: true,
  });
  project.write('static/index.html', page('page.js'));
  const path = (name) => `./${name === 'hereabouts' ? 'hereabouts/index' : name}.js`;
  project.write('static/page.js', script('{}', path));
  await expectAnswers('static', '/index.html');
});

test('a bundle holds only the entries that it imports', async () => {
  const sizeOf = async (source) => {
    const { outputFiles } = await esbuild({
      stdin: { contents: source, resolveDir: project.folder },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    });
    return outputFiles[0].text;
  };
  const unused = [
    `import { maplibreGeocoder } from 'hereabouts/maplibre';`,
    `import { leafletGeocoder } from 'hereabouts/leaflet';`,
    `import placekit from 'hereabouts/placekit';`,
    `import { keepGeocoder } from 'hereabouts/service-worker';`,
  ].join('\n');
  const kept = await sizeOf(`${unused}\nconsole.log(1);`);
  assert.equal(kept.trim(), 'console.log(1);');
  const page = await sizeOf(
    `import { requestSync } from 'hereabouts/service-worker'; await requestSync();`,
  );
  assert.doesNotMatch(page, /WebAssembly/, 'a page that asks its worker brings no engine');
  const element = await sizeOf(`import 'hereabouts/element';`);
  assert.match(element, /geo-autocomplete/, 'an element that is only imported is still defined');
  assert.doesNotMatch(element, /WebAssembly/, 'the element brings no engine');
});
