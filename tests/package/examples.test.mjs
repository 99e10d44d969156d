// Every folder of examples/, as someone would use it: copied, with the packed tarball, built, run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'vite';
import { until } from '../harness/until.mjs';
import { launchChromium, watchFaults } from './chromium.mjs';
import { copyShards, makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const examples = join(root, 'examples');
const PACKAGES = [
  ...['vite', 'typescript', 'react', 'react-dom', '@types', 'maplibre-gl'],
  '@maplibre',
];

let browser;
before(async () => {
  // Maps draw with WebGL, which needs no graphics card here.
  browser = await launchChromium(['--use-angle=swiftshader', '--enable-unsafe-swiftshader']);
});
after(() => browser?.close());

/** Copies an example into a project of its own and runs a test over it. */
async function withExample(name, run) {
  const project = makeProject(PACKAGES);
  try {
    const { dependencies } = JSON.parse(readFileSync(project.at('package.json'), 'utf8'));
    assert.deepEqual(Object.keys(dependencies), ['hereabouts']);
    cpSync(join(examples, name), project.folder, { recursive: true });
    copyShards(project);
    await run(project);
  } finally {
    project.remove();
  }
}

/** Checks types, builds with Vite and opens the page. */
async function withBuilt(name, options, run) {
  await withExample(name, async (project) => {
    mkdirSync(project.at('public'));
    cpSync(project.at('li.shard'), project.at('public/li.shard'));
    project.run(join(root, 'node_modules/.bin/tsc'), []);
    await build({ root: project.folder, logLevel: 'error', build: { minify: false } });
    await withPage(project.at('dist'), options, run);
  });
}

async function withPage(folder, options, run) {
  const host = await serveFolder(folder);
  try {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(15_000);
    const faults = watchFaults(page, host.url);
    await page.goto(`${host.url}/index.html`);
    await run(page);
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    host.close();
  }
}

test('every example has a test here', () => {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const tests = readFileSync(new URL(import.meta.url), 'utf8');
  for (const { name } of folders) assert.match(tests, new RegExp(`with\\w+\\(\\s*'${name}'`), name);
});

test('plain-html sends the picked address', () =>
  withExample('plain-html', (project) => {
    cpSync(project.at('node_modules/hereabouts/dist'), project.at('hereabouts'), {
      recursive: true,
    });
    return withPage(project.folder, {}, async (page) => {
      const input = page.getByRole('combobox', { name: 'Address' });
      await input.fill('Städtle 43');
      await page.getByRole('option').first().waitFor();
      await input.press('Enter');
      await page.getByRole('button', { name: 'Send' }).click();
      const sent = JSON.parse(await page.locator('output').textContent());
      assert.deepEqual(sent, {
        address: 'Städtle 43, 9490 Vaduz, Liechtenstein',
        'address.coordinates': '47.13814, 9.52271',
        'address.zipcode': '9490',
      });
    });
  }));

test('vite-typescript searches, and says what is here', () =>
  withBuilt(
    'vite-typescript',
    { geolocation: { latitude: 47.1392, longitude: 9.5227 }, permissions: ['geolocation'] },
    async (page) => {
      await page.getByPlaceholder('Search in Liechtenstein').fill('Städtle 43');
      await page.getByText('Städtle 43, Vaduz (exact)').waitFor();
      await page.getByRole('button', { name: 'What is here?' }).click();
      await page
        .getByText(/Vaduz \(\w+, [\d.]+ m away\)/)
        .first()
        .waitFor();
    },
  ));

test('react shows the component and the hook', () =>
  withBuilt('react', {}, async (page) => {
    const input = page.getByRole('combobox', { name: 'Address' });
    await input.fill('Städtle 43');
    await page.getByRole('option').first().click();
    await page.getByText('47.13814, 9.52271').waitFor();
    await page.getByLabel('City').fill('vaduz');
    await page.getByText(/^Vaduz: 5,\d+ people$/).waitFor();
  }));

// Reduced motion makes the map jump to a found place: a click during a flight, which takes many
// seconds where the processor draws, would ask about wherever the map happens to be.
const MAP_PAGE = { viewport: { width: 900, height: 700 }, reducedMotion: 'reduce' };

test('maplibre draws the shard, finds and reverses', () =>
  withBuilt('maplibre', MAP_PAGE, async (page) => {
    page.setDefaultTimeout(60_000);
    await page
      .locator('.maplibregl-ctrl-attrib')
      .getByText(/OpenStreetMap/)
      .waitFor();
    await page.locator('.maplibregl-ctrl-geocoder input').pressSequentially('Städtle 43');
    await page.locator('.suggestions li').first().getByText('9490 Vaduz').click();
    const marker = page.locator('.maplibregl-marker').first();
    const isInTheMiddle = async () => {
      const box = await marker.boundingBox();
      return box && Math.abs(box.x + box.width / 2 - 450) < 30 && Math.abs(box.y - 350) < 60;
    };
    const what = 'the found place is in the middle of the map';
    await until(isInTheMiddle, what, { timeoutMs: 60_000 });
    await page.locator('canvas').click({ position: { x: 450, y: 600 } });
    await page.locator('.maplibregl-popup').getByText(/Vaduz/).waitFor();
  }));

test('node turns addresses into coordinates', () =>
  withExample('node', (project) => {
    const input = 'Städtle 43, Vaduz\nHeiligkreuz 25 Vadzu\nqqqqzzzz xyxyxy\n';
    const printed = execFileSync(process.execPath, ['geocode.js', 'li.shard', 'mc.shard'], {
      cwd: project.folder,
      encoding: 'utf8',
      input,
    });
    const places = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(places[0], {
      address: 'Städtle 43, Vaduz',
      lat: 47.13814,
      lng: 9.52271,
      precision: 'exact',
      found: 'Städtle 43, Vaduz',
    });
    assert.equal(places[1].found, 'Heiligkreuz 25, Vaduz');
    assert.deepEqual(places[2], { address: 'qqqqzzzz xyxyxy' });
  }));

test('the shard that the examples use is built as their README says', async () => {
  const readme = readFileSync(join(examples, 'README.md'), 'utf8');
  const [, command] = /```sh\nshard-builder (.*)\n```/.exec(readme);
  await withExample('node', (project) => {
    cpSync(join(root, 'tests/data/liechtenstein.osm.pbf'), project.at('liechtenstein.osm.pbf'));
    project.run(join(root, 'target/release/shard-builder'), command.split(' '));
    const manifest = JSON.parse(readFileSync(project.at('shards/manifest.json'), 'utf8'));
    cpSync(project.at(`shards/blobs/${manifest.countries.li.base.sha256}`), project.at('li.shard'));
    const { scripts } = JSON.parse(readFileSync(project.at('package.json'), 'utf8'));
    const printed = execFileSync('sh', ['-c', scripts.start], {
      cwd: project.folder,
      encoding: 'utf8',
      input: 'Städtle 43\n',
    });
    assert.equal(JSON.parse(printed).precision, 'exact');
  });
});
