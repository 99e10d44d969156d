// The geocoders for MapLibre's and Leaflet's controls, in the real controls on real maps.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ENGINE, writePage } from './bundle.mjs';
import { launchChromium, watchFaults } from './chromium.mjs';
import { copyShards, makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const PACKAGES = ['maplibre-gl', '@maplibre', 'leaflet', 'leaflet-control-geocoder', '@types'];

const GEOCODER = `
  import { Geocoder } from 'hereabouts';
  const geocoder = Geocoder.fromShards([await fetch('/li.shard'), await fetch('/mc.shard')], ${ENGINE});
  await geocoder;`;

let project;
let host;
let browser;
before(async () => {
  project = makeProject(PACKAGES);
  copyShards(project);
  project.write('map.css', 'body { margin: 0 } #map { width: 800px; height: 600px }');
  writeMaplibrePage();
  host = await serveFolder(project.folder);
  // Maps draw with WebGL, which needs no graphics card here.
  browser = await launchChromium(['--use-angle=swiftshader', '--enable-unsafe-swiftshader']);
});
after(async () => {
  await browser?.close();
  host?.close();
  project?.remove();
});

async function open(name) {
  const page = await browser.newPage();
  const faults = watchFaults(page, host.url);
  page.setDefaultTimeout(15_000);
  await page.goto(`${host.url}/${name}.html`);
  await page.waitForFunction(() => window.ready);
  return { page, faults };
}

/** A page with a map of MapLibre, to which tests add controls. */
function writeMaplibrePage() {
  for (const file of ['maplibre-gl-worker.mjs', 'maplibre-gl-shared.mjs']) {
    cpSync(join(root, 'node_modules/maplibre-gl/dist', file), project.at(file));
  }
  writePage(
    project,
    'maplibre',
    `${GEOCODER}
    import * as maplibregl from 'maplibre-gl';
    import MaplibreGeocoder from '@maplibre/maplibre-gl-geocoder';
    import { maplibreGeocoder, renderPlace } from 'hereabouts/maplibre';
    const style = { version: 8, sources: {}, layers: [] };
    const map = new maplibregl.Map({ container: 'map', style, center: [9.5, 47.1], zoom: 9 });
    window.map = map;
    window.picked = [];
    window.renderPlace = renderPlace;
    window.makeControl = (options, more = {}) => {
      const control = new MaplibreGeocoder(maplibreGeocoder(geocoder, options), {
        maplibregl, showResultsWhileTyping: true, flyTo: { animate: false }, debounceSearch: 0,
        render: renderPlace, popup: true, popupRender: renderPlace, ...more,
      });
      control.on('result', ({ result }) => window.picked.push(result));
      map.addControl(control);
      return control;
    };
    map.once('load', () => (window.ready = true));`,
    {
      body: '<div id="map"></div>',
      styles: [
        'maplibre-gl/dist/maplibre-gl.css',
        '@maplibre/maplibre-gl-geocoder/dist/maplibre-gl-geocoder.css',
        './map.css',
      ],
    },
  );
}

/**
 * Waits until the first of a list is the house, marked as far as it was typed: earlier keystrokes
 * list the same place with less of it marked.
 */
async function untilFirst(page, listed) {
  const marked = page.locator('mark', { hasText: /^Städtle 43$/ });
  const house = listed.first().filter({ has: marked });
  await house.getByText('9490 Vaduz, Liechtenstein').waitFor();
}

test('the control of MapLibre lists results while the user types, and flies to the picked one', async () => {
  const { page, faults } = await open('maplibre');
  await page.evaluate(() => window.makeControl());
  const input = page.locator('#map input');
  const listed = page.locator('.suggestions > li');
  await input.pressSequentially('Städtle 43');
  await untilFirst(page, listed);
  // Clicked, not picked by keys: a list that is drawn anew under them forgets what was marked.
  await listed.first().click();
  await page.waitForFunction(() => window.picked.length === 1);
  const [{ center, properties, bbox }] = await page.evaluate(() => window.picked);
  assert.equal(properties.precision, 'exact');
  assert.deepEqual(center, [properties.lng, properties.lat]);
  const { lng, lat } = await page.evaluate(() => window.map.getCenter());
  assert.ok(Math.abs(lng - center[0]) < 1e-3 && Math.abs(lat - center[1]) < 1e-3, 'it flies there');
  assert.ok(bbox[0] < center[0] && center[0] < bbox[2] && bbox[2] - bbox[0] < 0.02);

  // Settings of the control reach the search.
  const [buses, abroad, cities, boxed] = await page.evaluate(() => {
    const ask = (options, more) => window.makeControl(options, more)._geocode('schaan');
    const names = async (asked) => (await asked).features.map(({ properties }) => properties.type);
    return Promise.all([
      names(ask({}, { types: 'bus', limit: 2 })),
      names(ask({}, { countries: 'mc' })),
      names(ask({ maxResults: 3, types: ['city'] })),
      names(ask({}, { bbox: [9.4, 47.2, 9.6, 47.3], limit: 3 })),
    ]);
  });
  assert.deepEqual(buses, ['bus', 'bus']);
  assert.deepEqual(abroad, []);
  assert.ok(cities.length > 0 && cities.length <= 3 && cities.every((type) => type === 'city'));
  assert.ok(boxed.length <= 3);

  const reversed = await page.evaluate(async () => {
    const control = window.makeControl({ language: 'de' }, { reverseGeocode: true });
    const { features } = await control._geocode('47.1392, 9.5227');
    return features;
  });
  // Around the world once more is the same place.
  const far = await page.evaluate(async () => {
    const { features } = await window
      .makeControl({}, { reverseGeocode: true })
      ._geocode('47.1392, 369.5227');
    return features[0]?.properties.name;
  });
  assert.equal(far, reversed[0].properties.name);
  const drawn = await page.evaluate(() =>
    [{}, { name: 'x', highlight: '<img src=x onerror=alert(1)>', zipcode: [] }, null].map(
      (properties) => window.renderPlace({ text: '<i>', properties }),
    ),
  );
  for (const html of drawn) assert.doesNotMatch(html, /<i/, 'nothing of others becomes markup');
  assert.equal(reversed.length, 1);
  assert.ok(reversed[0].properties.distance < 100);
  assert.match(reversed[0].place_name, /Vaduz/);
  assert.deepEqual(faults, []);
  await page.close();
});

test('the control of MapLibre can list texts and fetch the place of the picked one', async () => {
  const { page, faults } = await open('maplibre');
  await page.evaluate(() => window.makeControl({ suggestions: true }));
  const input = page.locator('#map input');
  await input.pressSequentially('Städtle 43');
  await page.getByText('Städtle 43, 9490 Vaduz, Liechtenstein').first().click();
  await page.locator('.suggestions > li').getByText('9490 Vaduz').first().click();
  await page.waitForFunction(() => window.picked.length === 1);
  const [{ properties }] = await page.evaluate(() => window.picked);
  assert.equal(properties.name, 'Städtle 43');
  assert.deepEqual(faults, []);
  await page.close();
});

test('the control of Leaflet suggests, marks the picked result and reverses', async () => {
  writePage(
    project,
    'leaflet',
    `${GEOCODER}
    import * as L from 'leaflet';
    import { Geocoder as GeocoderControl } from 'leaflet-control-geocoder';
    import { leafletGeocoder } from 'hereabouts/leaflet';
    const map = L.map('map', { zoomAnimation: false }).setView([47.1, 9.5], 9);
    const leaflet = leafletGeocoder(L, geocoder, { maxResults: 4 });
    const control = new GeocoderControl({ geocoder: leaflet, collapsed: false, suggestTimeout: 0 }).addTo(map);
    Object.assign(window, { L, map, leaflet, control, marked: [], ready: true });
    control.on('markgeocode', ({ geocode }) => window.marked.push(geocode.properties));`,
    {
      body: '<div id="map"></div>',
      styles: ['leaflet/dist/leaflet.css', 'leaflet-control-geocoder/style.css', './map.css'],
    },
  );
  const { page, faults } = await open('leaflet');
  await page.locator('#map input').pressSequentially('Städtle 43');
  const listed = page.locator('.leaflet-control-geocoder-alternatives li');
  await untilFirst(page, listed);
  await listed.first().click();
  await page.waitForFunction(() => window.marked.length > 0);
  const [{ lat, lng, precision }] = await page.evaluate(() => window.marked);
  assert.equal(precision, 'exact');
  const view = await page.evaluate(() => ({
    ...window.map.getCenter(),
    zoom: window.map.getZoom(),
  }));
  assert.ok(Math.abs(view.lat - lat) < 1e-3 && Math.abs(view.lng - lng) < 1e-3);
  assert.ok(view.zoom > 14, 'a house is shown from near');
  const [country, there, around] = await page.evaluate(async () => {
    const [found] = (await window.leaflet.geocode('Liechtenstein')).filter(
      ({ properties }) => properties.type === 'country',
    );
    const reverse = async (lng) => (await window.leaflet.reverse({ lat: 47.1392, lng }, 1))[0].name;
    return [found.bbox.contains([47.05, 9.5]), await reverse(9.5227), await reverse(369.5227)];
  });
  assert.ok(country, 'a country is shown whole');
  assert.match(there, /Vaduz/);
  assert.equal(around, there, 'a map that was dragged around the world finds the same');
  assert.deepEqual(faults, []);
  await page.close();
});

test('both fit the types of their controls', () => {
  project.write(
    'controls.ts',
    `import MaplibreGeocoder, { type MaplibreGeocoderApi } from '@maplibre/maplibre-gl-geocoder';
    import * as L from 'leaflet';
    import { Geocoder as GeocoderControl } from 'leaflet-control-geocoder';
    import type { Geocoder } from 'hereabouts';
    import { leafletGeocoder } from 'hereabouts/leaflet';
    import { maplibreGeocoder, renderPlace } from 'hereabouts/maplibre';
    declare const geocoder: Geocoder;
    export const api: MaplibreGeocoderApi = maplibreGeocoder(geocoder, { maxResults: 3, suggestions: true });
    export const drawn = new MaplibreGeocoder(api, { render: renderPlace, popupRender: renderPlace });
    export const control = new GeocoderControl({ geocoder: leafletGeocoder(L, geocoder) });`,
  );
  const flags = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
  ];
  const modules = [
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--types',
    'leaflet,geojson',
  ];
  project.run(join(root, 'node_modules/.bin/tsc'), [...flags, ...modules, 'controls.ts']);
});
