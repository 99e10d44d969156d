// The packed tarball in an empty project: in Node, under TypeScript, through a bundler.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { copyShards, makeProject, root } from './project.mjs';

let project;
before(() => {
  project = makeProject();
  copyShards(project);
});
after(() => project.remove());

const bin = (name) => join(root, 'node_modules/.bin', name);

test('the tarball holds what is published, and nothing else', () => {
  const installed = project.at('node_modules/hereabouts');
  const { dependencies, exports } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  assert.equal(dependencies, undefined);
  assert.deepEqual(readdirSync(installed).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'dist',
    'package.json',
  ]);
  for (const target of Object.values(exports).flatMap((entry) => Object.values(Object(entry)))) {
    if (target.length > 1) assert.ok(existsSync(join(installed, target)), target);
  }
  const scripts = readdirSync(join(installed, 'dist')).filter((name) => name.endsWith('.js'));
  for (const name of scripts) {
    const text = readFileSync(join(installed, 'dist', name), 'utf8');
    assert.doesNotMatch(text, /\bimport\(|#platform|\beval\(|new Function\b/, name);
  }
});

test('it answers in Node, in this thread and in a worker', () => {
  project.write(
    'search.mjs',
    `import { readFile } from 'node:fs/promises';
    import { Geocoder } from 'hereabouts';
    const shards = [await readFile('li.shard'), await readFile('mc.shard')];
    const answers = [];
    for (const worker of [false, true]) {
      const geocoder = await Geocoder.fromShards(shards, { worker });
      const { results } = await geocoder.search('Städtle 43 Vad');
      const there = await geocoder.reverse({ coordinates: results[0].coordinates });
      answers.push([results[0].city, there.resultsCount]);
      geocoder.close();
    }
    console.log(JSON.stringify(answers));`,
  );
  const answers = JSON.parse(project.run(process.execPath, ['search.mjs']));
  assert.deepEqual(answers, [
    ['Vaduz', 5],
    ['Vaduz', 5],
  ]);
});

test('its types check under the strictest options, with both module resolutions', () => {
  project.write(
    'consumer.ts',
    `import { Geocoder, GeocoderError } from 'hereabouts';
    import type { Country, SearchOptions, SearchResponse, SearchResult } from 'hereabouts';
    import { GeoAutocomplete } from 'hereabouts/element';
    import { leafletGeocoder } from 'hereabouts/leaflet';
    import { maplibreGeocoder } from 'hereabouts/maplibre';
    import placekit, { type PKClient } from 'hereabouts/placekit';

    export function attach(geocoder: Promise<Geocoder>): [PKClient, string | undefined] {
      const box: GeoAutocomplete | null = document.querySelector('geo-autocomplete');
      if (box) Object.assign(box, { geocoder }).strings = { kinds: { city: 'Ort' } };
      const latLng = (lat: number, lng: number) => ({ lat, lng });
      const flat = leafletGeocoder({ latLng, latLngBounds: (a, b) => [a, b] as const }, geocoder);
      const lat: Promise<number | undefined> = flat.geocode('x').then(([first]) => first?.bbox[0].lat);
      void [lat, maplibreGeocoder(geocoder).forwardGeocode({ countries: 'li' })];
      // @ts-expect-error no such method
      placekit().find('x');
      return [placekit('k', { geocoder }), box?.result?.name];
    }

    export async function first(shard: Response, signal: AbortSignal): Promise<SearchResult | undefined> {
      const geocoder: Geocoder = await Geocoder.fromShards([shard, new Uint8Array()], { worker: false });
      const options: SearchOptions = { types: ['street', '-bus'], maxResults: 1, language: undefined, signal };
      const response: SearchResponse = await geocoder.search('x', options);
      const countries: Country[] = await geocoder.countries();
      const houses: number | undefined = countries[0]?.records.house;
      await geocoder.insertShard(shard, { sizeBytes: houses, onProgress: (received: number) => received });
      // @ts-expect-error coordinates are required
      await geocoder.reverse({}).catch((error: GeocoderError) => error.code === 'invalid_options');
      // @ts-expect-error no such type
      await geocoder.search('x', { types: ['river'] });
      // @ts-expect-error geocoders are made by fromShards
      new Geocoder();
      const metres: number | undefined = response.results[0]?.distance;
      return metres === undefined ? response.results[0] : undefined;
    }`,
  );
  const strict = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
  ];
  const target = ['--target', 'es2022', '--lib', 'es2022,dom', '--types', ''];
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const modules = ['--module', module, '--moduleResolution', resolution];
    project.run(bin('tsc'), [...strict, ...target, ...modules, 'consumer.ts']);
  }
});

test('a bundle for the browser leaves out what it does not use', () => {
  project.write('unused.js', `import { Geocoder } from 'hereabouts'; console.log(1);`);
  const bundle = project.run(bin('esbuild'), ['unused.js', '--bundle', '--format=esm', '--minify']);
  assert.equal(bundle.trim(), 'console.log(1);');
});
