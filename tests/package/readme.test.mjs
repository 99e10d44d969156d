// Every block of code in the package's README, run as it stands.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { transform } from 'esbuild';
import { SyncServer } from '../harness/server.mjs';
import { writePage } from './bundle.mjs';
import { launchChromium, watchFaults } from './chromium.mjs';
import { copyShards, makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const README = readFileSync(join(root, 'geocoder-wasm/js/README.md'), 'utf8');
const PACKAGES = [
  ...['react', 'react-dom', '@types', 'vite', 'maplibre-gl', '@maplibre', 'leaflet'],
  'leaflet-control-geocoder',
];

let project;
let host;
/** The same host with a policy that lets pages talk to the server. */
let openHost;
let browser;
let server;
before(async () => {
  project = makeProject(PACKAGES);
  copyShards(project);
  mkdirSync(project.at('shards'));
  cpSync(project.at('li.shard'), project.at('shards/li'));
  // Where a page without a bundler has the package, and where bundles look for the engine.
  cpSync(project.at('node_modules/hereabouts/dist'), project.at('hereabouts'), { recursive: true });
  for (const file of ['worker.js', 'hereabouts.wasm', 'hereabouts-sw.js']) {
    cpSync(project.at(`hereabouts/${file}`), project.at(file));
  }
  host = await serveFolder(project.folder);
  browser = await launchChromium(['--use-angle=swiftshader', '--enable-unsafe-swiftshader']);
  server = await SyncServer.start();
  const policy = `default-src 'self' ${server.origin} https://api.placekit.co;
    script-src 'self' 'wasm-unsafe-eval'; img-src data:`;
  openHost = await serveFolder(project.folder, policy.replace(/\s+/g, ' '));
});
after(async () => {
  server?.stop();
  await browser?.close();
  host?.close();
  openHost?.close();
  project?.remove();
});

/** Blocks of the README under their headings, numbered where there are several. */
function blocks() {
  const found = new Map();
  let heading = 'start';
  for (const [, title, language, code] of README.matchAll(
    /^#{2,3} (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm,
  )) {
    if (title) heading = title;
    else {
      const base = `${heading} (${language})`;
      found.set(found.has(base) ? `${base} again` : base, code);
    }
  }
  return found;
}

/** Opens a page, does what users do there, and gives what it said in its console. */
async function inPage(path, act) {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const faults = watchFaults(page, host.url);
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(`${host.url}/${path}`);
  await act(page, said);
  assert.deepEqual(faults, []);
  await page.close();
}

/** Waits until the page said something that matches. */
async function hears(page, said, pattern) {
  while (!said.some((text) => pattern.test(text))) await page.waitForEvent('console');
}

/** Puts the server's address and key where a script has examples of them. */
function withServer(code) {
  const local = code.replace("'https://geo.example.org'", `'${server.origin}'`);
  assert.notEqual(local, code);
  return local.replace('pk_your_key', server.privateKey);
}

/** Runs a script in Node with the server's address and key. */
async function runWithServer(name, code) {
  project.write(`${name}.mjs`, withServer(code));
  return project.runAsync(process.execPath, [`${name}.mjs`]);
}

/** Opens a page that registers a service worker, and asks that as soon as it answers. */
async function underWorker(path, ask) {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${openHost.url}/${path}`);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const answer = await page.evaluate(ask);
  await page.close();
  return answer;
}

const RUNNERS = {
  async 'start (js)'(code) {
    writePage(project, 'start', code);
    await inPage('start.html', (page, said) => hears(page, said, /^Städtle 43 Vaduz 47\.1/));
  },
  async 'API (js)'(code) {
    project.write('api.mjs', code);
    assert.equal(project.run(process.execPath, ['api.mjs']), '47.13814, 9.52271 exact\n');
  },
  async 'Countries that stay current (js)'(code) {
    const printed = await runWithServer('current', `${code}\ngeocoder.close();`);
    assert.equal(printed, 'Städtle 43 queued\n');
  },
  async 'Countries that stay current (js) again'(code) {
    assert.equal(await runWithServer('directory', code), "[ 'li: none' ]\n");
  },
  async 'While the user types (js)'(code) {
    writePage(project, 'typing', `${code}\ninput.disabled = false;`, { body: '<input disabled>' });
    await inPage('typing.html', async (page, said) => {
      await page.getByRole('textbox').fill('Städtle 43');
      await hears(page, said, /Städtle 43/);
    });
  },
  async 'PlaceKit (js)'(code) {
    assert.match(await runWithServer('drop-in', code), /^Städtle 43 \S/);
  },
  async 'Element (html)'(code) {
    const [, script] = /<script type="module">([\s\S]*)<\/script>/.exec(code);
    project.write('form.js', script);
    const linked = code.replace(script, '').replace('"module"', '"module" src="form.js"');
    project.write(
      'form.html',
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${linked}`,
    );
    await inPage('form.html', async (page, said) => {
      const input = page.getByRole('combobox', { name: 'Address' });
      await input.fill('Städtle 43');
      await page.getByRole('option').first().click();
      await hears(page, said, /^47\.13814 9\.52271$/);
    });
  },
  async 'Service worker (js)'(code) {
    writePage(project, 'ready-made', withServer(code));
    const { results } = await underWorker('ready-made.html', async () => {
      const body = JSON.stringify({ query: 'Städtle 43 Vad' });
      return (await fetch('https://api.placekit.co/search', { method: 'POST', body })).json();
    });
    assert.equal(results[0].name, 'Städtle 43');
  },
  async 'Service worker (js) again'(code) {
    project.write('own-worker.src.js', withServer(code));
    const flags = ['--bundle', '--format=esm', '--outfile=own-worker.js', '--log-level=error'];
    project.run(join(root, 'node_modules/.bin/esbuild'), ['own-worker.src.js', ...flags]);
    writePage(
      project,
      'index',
      `await navigator.serviceWorker.register('/own-worker.js', { type: 'module' });
      if (!navigator.serviceWorker.controller) (await navigator.serviceWorker.ready, location.reload());`,
    );
    const ask = async () => (await fetch('/nearest')).json();
    const { results } = await underWorker('', ask);
    assert.equal(results[0].city, 'Vaduz');
  },
  async 'Element (css)'(code) {
    const { warnings } = await transform(code, { loader: 'css' });
    assert.deepEqual(warnings, []);
    const element = readFileSync(project.at('hereabouts/element.js'), 'utf8');
    for (const [name] of README.matchAll(/--geo-[a-z-]+/g)) assert.ok(element.includes(name), name);
  },
  async 'Element (js)'(code) {
    writePage(project, 'strings', code, { body: '<geo-autocomplete></geo-autocomplete>' });
    await inPage('strings.html', (page) =>
      page.getByRole('combobox', { name: 'Adresse suchen' }).waitFor(),
    );
  },
  async 'React (tsx)'(code) {
    project.write('cities.tsx', code);
    writePage(
      project,
      'cities',
      `import { createRoot } from 'react-dom/client';
      import { Cities } from './cities.tsx';
      createRoot(document.getElementById('app')).render(<Cities />);`,
      { body: '<div id="app"></div>' },
    );
    const flags = [
      '--noEmit',
      '--strict',
      '--jsx',
      'react-jsx',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
    ];
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', ''];
    project.run(join(root, 'node_modules/.bin/tsc'), [...flags, ...modules, 'cities.tsx']);
    await inPage('cities.html', async (page, said) => {
      await page.getByRole('textbox', { name: 'City' }).fill('vaduz');
      await page.getByRole('listitem').getByText('Vaduz', { exact: true }).waitFor();
      await page.getByRole('combobox', { name: 'Address' }).fill('Städtle 43');
      await page.getByRole('option').first().click();
      await hears(page, said, /^47\.13814 9\.52271$/);
    });
  },
  async 'MapLibre (js)'(code) {
    for (const file of ['maplibre-gl-worker.mjs', 'maplibre-gl-shared.mjs']) {
      cpSync(join(root, 'node_modules/maplibre-gl/dist', file), project.at(file));
    }
    writePage(project, 'maplibre', code, MAP);
    await inPage('maplibre.html', async (page) => {
      await page.locator('#map input').pressSequentially('Städtle 43');
      await page.locator('.suggestions mark').getByText('Städtle 43').first().waitFor();
    });
  },
  async 'Leaflet (js)'(code) {
    writePage(project, 'leaflet', code, MAP);
    await inPage('leaflet.html', async (page) => {
      await page.locator('.leaflet-control-geocoder-icon').click();
      await page.locator('#map input').pressSequentially('Städtle 43');
      await page.locator('#map mark').getByText('Städtle 43').first().waitFor();
    });
  },
  async 'Where it runs (js)'(code) {
    project.write('vite.config.mjs', code);
    const print = `import config from './vite.config.mjs'; console.log(JSON.stringify(config));`;
    project.write('print.mjs', print);
    const printed = project.run(process.execPath, ['print.mjs']);
    assert.deepEqual(JSON.parse(printed), { optimizeDeps: { exclude: ['hereabouts'] } });
  },
};

const MAP = {
  body: '<div id="map"></div>',
  styles: [
    'leaflet/dist/leaflet.css',
    'leaflet-control-geocoder/style.css',
    'maplibre-gl/dist/maplibre-gl.css',
    '@maplibre/maplibre-gl-geocoder/dist/maplibre-gl-geocoder.css',
    './map.css',
  ],
};

test('every block of code in the README is run here', () => {
  project.write('map.css', '#map { width: 800px; height: 600px }');
  assert.deepEqual([...blocks().keys()].sort(), Object.keys(RUNNERS).sort());
});

for (const [name, code] of blocks()) {
  test(`the README's example under ${name} works`, () => RUNNERS[name]?.(code));
}

test('the README tells the sizes of the entries', async () => {
  const { sizes } = await import('../../geocoder-wasm/js/scripts/size.mjs');
  const told = new Map(
    [...README.matchAll(/`(?:hereabouts\/)?([\w.-]+)`\]\(#[\w-]+\) .*\| ([\d.]+) kB/g)].map(
      ([, name, kb]) => [name, Number(kb)],
    ),
  );
  for (const { what, compressed } of sizes().filter(({ compression }) => compression === 'gzip')) {
    const kb = told.get(what.split(',')[0]);
    assert.ok(
      Math.abs(kb - compressed / 1000) <= 0.3,
      `${what}: ${compressed} bytes, told ${kb} kB`,
    );
  }
});
