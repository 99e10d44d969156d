// The hook and the component for React, in a page of React.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ENGINE, writePage } from './bundle.mjs';
import { launchChromium, watchFaults } from './chromium.mjs';
import { copyShards, makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

let project;
let host;
let browser;
before(async () => {
  project = makeProject(['react', 'react-dom', '@types']);
  copyShards(project);
  host = await serveFolder(project.folder);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  host?.close();
  project?.remove();
});

async function open(name, source) {
  writePage(
    project,
    name,
    `import { StrictMode, useState } from 'react';
    import { createRoot } from 'react-dom/client';
    import { Geocoder } from 'hereabouts';
    import { GeoAutocomplete, useSearch } from 'hereabouts/react';
    const geocoder = Geocoder.fromShards([await fetch('/li.shard')], ${ENGINE});
    window.told = [];
    window.geocoder = geocoder;
    const tell = (type) => (value) => window.told.push([type, value?.name ?? value?.resultsCount ?? value]);
    ${source}
    createRoot(document.getElementById('app')).render(<StrictMode><App /></StrictMode>);`,
    { body: '<div id="app"></div>' },
  );
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const faults = watchFaults(page, host.url);
  await page.goto(`${host.url}/${name}.html`);
  return { page, faults };
}

test('the component passes its properties to the element and tells what the user does', async () => {
  const { page, faults } = await open(
    'component',
    `function App() {
      const [text, setText] = useState('Balzers');
      const [strict, setStrict] = useState(true);
      const [more, setMore] = useState({});
      window.setText = setText;
      window.setStrict = setStrict;
      window.setMore = setMore;
      return (
        <form>
          <label htmlFor="where">Where to</label>
          <GeoAutocomplete
            id="where" geocoder={geocoder} value={text} name="address" strict={strict} className="wide"
            fields="countrycode" placeholder="Street" {...more} options={{ maxResults: 3 }} strings={{ list: 'Treffer' }}
            ref={(element) => { window.box = element; }} onSelect={tell('select')} onResults={tell('results')}
            onInput={tell('input')} onChange={(value) => { tell('change')(value); setText(value); }}
          />
        </form>
      );
    }`,
  );
  const input = page.getByRole('combobox', { name: 'Where to' });
  await input.waitFor();
  assert.equal(await input.inputValue(), 'Balzers');
  await input.fill('Städtle 43');
  await page.getByRole('listbox', { name: 'Treffer' }).getByRole('option').first().waitFor();
  await input.press('Enter');
  await page.waitForFunction(() => window.told.some(([type]) => type === 'change'));
  const address = 'Städtle 43, 9490 Vaduz, Liechtenstein';
  const told = await page.evaluate(() => window.told);
  assert.deepEqual(told[0], ['input', 'Städtle 43']);
  assert.deepEqual(told.slice(-3), [
    ['input', address],
    ['select', 'Städtle 43'],
    ['change', address],
  ]);
  const sent = () =>
    page.evaluate(() => Object.fromEntries(new FormData(document.querySelector('form'))));
  assert.deepEqual(await sent(), { address, 'address.countrycode': 'li' });
  assert.ok(await page.evaluate(() => window.box.matches('geo-autocomplete.wide[strict]')));
  await page.evaluate(() => {
    window.setText('Schaan');
    window.setStrict(false);
  });
  await page.waitForFunction(
    () => window.box.value === 'Schaan' && !window.box.matches('[strict]'),
  );
  for (const flag of ['required', 'disabled']) {
    for (const on of [true, false, true, undefined]) {
      await page.evaluate(([flag, on]) => window.setMore({ [flag]: on }), [flag, on]);
      await page.waitForFunction(
        ([flag, on]) => window.box.hasAttribute(flag) === on,
        [flag, Boolean(on)],
      );
    }
  }
  assert.deepEqual(faults, []);
  await page.close();
});

test('the hook gives the results of the newest text, and none without a text', async () => {
  const { page, faults } = await open(
    'hook',
    `function App() {
      const [text, setText] = useState('');
      const [source, setSource] = useState(geocoder);
      window.setSource = (next) => setSource(() => next);
      const { results, loading, error } = useSearch(source, text, { types: ['city'], maxResults: 2 });
      return (
        <>
          <input value={text} onChange={({ target }) => setText(target.value)} />
          <output data-loading={loading}>{error ? 'failed' : results.map(({ name }) => name).join()}</output>
        </>
      );
    }`,
  );
  const input = page.getByRole('textbox');
  const output = page.locator('output');
  const shown = (text) => output.getByText(text, { exact: true }).waitFor();
  await input.pressSequentially('vaduz');
  await shown('Vaduz');
  assert.equal(await output.getAttribute('data-loading'), 'false');
  await input.fill('');
  await page.waitForFunction(() => document.querySelector('output').textContent === '');
  await input.fill('schaan');
  await page.waitForFunction(() => /^Schaan,/.test(document.querySelector('output').textContent));
  await page.evaluate(() => window.setSource({ search: () => Promise.reject(new Error('no')) }));
  await shown('failed');
  await page.evaluate(() => window.setSource(window.geocoder));
  await page.waitForFunction(() => /^Schaan,/.test(document.querySelector('output').textContent));
  assert.deepEqual(faults, []);
  await page.close();
});

test('the component renders on a server, and its types check', () => {
  project.write(
    'server.mjs',
    `import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    import { GeoAutocomplete } from 'hereabouts/react';
    console.log(renderToString(createElement(GeoAutocomplete, { geocoder: null, name: 'a', required: true })));`,
  );
  const html = project.run(process.execPath, ['server.mjs']);
  assert.equal(html.trim(), '<geo-autocomplete name="a" required=""></geo-autocomplete>');
  project.write(
    'component.tsx',
    `import { useRef } from 'react';
    import type { Geocoder } from 'hereabouts';
    import type { GeoAutocomplete as Box } from 'hereabouts/element';
    import { GeoAutocomplete, useSearch } from 'hereabouts/react';
    document.querySelector('geo-autocomplete')?.addEventListener('select', ({ detail }) => detail.lat.toFixed());
    export function Form({ geocoder }: { geocoder: Promise<Geocoder> }) {
      const box = useRef<Box>(null);
      const { results } = useSearch(geocoder, 'x', { types: ['city'] });
      // @ts-expect-error no such property
      const wrong = <GeoAutocomplete geocoder={geocoder} colour="red" />;
      return <>{results.length}{wrong}<GeoAutocomplete ref={box} geocoder={geocoder} onSelect={({ lat }) => lat.toFixed()} /></>;
    }`,
  );
  const flags = ['--noEmit', '--strict', '--jsx', 'react-jsx', '--target', 'es2022'];
  const modules = [
    '--lib',
    'es2022,dom',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--types',
    '',
  ];
  project.run(join(root, 'node_modules/.bin/tsc'), [...flags, ...modules, 'component.tsx']);
});
