// PlaceKit's own autocomplete widget, unchanged, in Chromium against the sync server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import placekit from '@placekit/client-js';
import { chromium } from 'playwright-core';
import { findChromium, LAUNCH_FLAGS } from '../harness/chromium.mjs';
import { SyncServer } from '../harness/server.mjs';
import { redirect } from './redirect.mjs';

const WIDGET = fileURLToPath(
  new URL('../../node_modules/@placekit/autocomplete-js/dist/', import.meta.url),
);

let server;
let host;
let browser;
let publicKey;
before(async () => {
  server = await SyncServer.start({ options: ['--rate-limit', '100/1'] });
  const restore = redirect(server.origin);
  const made = await placekit(server.privateKey).keys.create('public', { domains: ['127.0.0.1'] });
  publicKey = made.token;
  restore();
  host = createServer((request, response) => {
    const name = new URL(request.url, 'http://x').pathname.slice(1);
    if (!name) return response.setHeader('content-type', 'text/html').end(page(server.origin));
    const file = `${WIDGET}${name}`;
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', name.endsWith('.css') ? 'text/css' : 'text/javascript');
    response.end(readFileSync(file));
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  browser = await chromium.launch({ executablePath: findChromium(), args: LAUNCH_FLAGS });
});
after(async () => {
  await browser?.close();
  host?.close();
  await server?.stop();
});

const page = (origin) => `<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="/placekit-autocomplete.css">
<input id="address" type="search">
<script>
  const real = window.fetch;
  window.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.host === 'api.placekit.co'
      ? real(new URL(url.pathname + url.search, '${origin}'), init)
      : real(input, init);
  };
</script>
<script src="/placekit-autocomplete.umd.js"></script>
<script>
  window.picked = [];
  window.failures = [];
  window.start = (key, options) => {
    const flag = () => '';
    window.widget = placekitAutocomplete(key, { target: '#address', format: { flag }, ...options });
    window.widget.on('pick', (value, item) => window.picked.push({ value, item }));
    window.widget.on('error', (error) => window.failures.push(error));
  };
</script>`;

async function open(options) {
  const tab = await browser.newPage();
  const problems = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.goto(`http://127.0.0.1:${host.address().port}/`);
  await tab.evaluate(([key, options]) => window.start(key, options), [publicKey, options]);
  return { tab, problems, input: tab.locator('#address') };
}

test('typing shows suggestions, and one is picked', async () => {
  const { tab, problems, input } = await open({ countries: ['li'], countryAutoFill: false });
  await input.click();
  await input.pressSequentially('Städtle 43', { delay: 120 });
  const first = tab.locator('.pka-panel-suggestion').first();
  await first.filter({ hasText: 'Städtle 43' }).waitFor();
  assert.match(await first.innerHTML(), /<mark>/);
  await first.click();
  const picked = await tab.evaluate(() => window.picked);
  assert.equal(picked[0].item.name, 'Städtle 43');
  assert.equal(picked[0].item.city, 'Vaduz');
  assert.deepEqual(await tab.evaluate(() => window.failures), []);
  assert.deepEqual(problems, []);
  await tab.close();
});

test('with its usual options the widget asks for the country first, and gets one', async () => {
  const { tab, problems, input } = await open({});
  await input.click();
  await input.pressSequentially('Vad', { delay: 120 });
  await tab.locator('.pka-panel-suggestion').first().waitFor();
  assert.deepEqual(await tab.evaluate(() => window.failures), []);
  assert.deepEqual(problems, []);
  await tab.close();
});

test('cities are suggested with their postcode and country', async () => {
  const { tab, problems, input } = await open({ countries: ['li'], types: ['city'] });
  await input.click();
  await input.pressSequentially('Vaduz', { delay: 120 });
  const first = tab.locator('.pka-panel-suggestion').first();
  await first.filter({ hasText: '9490' }).waitFor();
  assert.deepEqual(problems, []);
  await tab.close();
});
