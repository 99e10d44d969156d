// PlaceKit's own autocomplete widget, unchanged, in Chromium under the ready-made service worker:
// opened once online, then without server, host and network.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { watchFaults } from './chromium.mjs';
import { root } from './project.mjs';
import { project, site, withSites } from './service-worker-site.mjs';

const FILES = [
  ...['/widget.html', '/widget.js', '/widget/placekit-autocomplete.css'],
  '/widget/placekit-autocomplete.esm.mjs',
];
const HTML = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
  <link rel="stylesheet" href="/widget/placekit-autocomplete.css">
  <input id="address" type="search"><script type="module" src="widget.js"></script>`;
// Its flags are images of a foreign host.
const SCRIPT = `
  import placekitAutocomplete from './widget/placekit-autocomplete.esm.mjs';
  window.picked = [];
  window.failures = [];
  window.start = (options) => {
    const format = { flag: () => '' };
    const widget = placekitAutocomplete('pk_of_nobody', { target: '#address', format, ...options });
    widget.on('pick', (value, item) => window.picked.push({ value, item }));
    widget.on('error', (error) => window.failures.push(error));
  };`;

withSites({ 'widget.html': HTML, 'widget.js': SCRIPT });
beforeEach(() => {
  cpSync(join(root, 'node_modules/@placekit/autocomplete-js/dist'), project.at('site/widget'), {
    recursive: true,
  });
});

/** Opens the page of the widget, which must have done nothing wrong when `picked` is called. */
async function openWidget(options) {
  const page = await site.open('widget.html');
  const faults = watchFaults(page, site.origin);
  await page.waitForFunction(() => window.start);
  await page.evaluate((options) => window.start(options), options);
  const input = page.locator('#address');
  const asked = /^foreign request https:\/\/api\.placekit\.co\/(search|reverse)$/;
  return {
    page,
    input,
    suggestion: (text) => page.locator('.pka-panel-suggestion').filter({ hasText: text }).first(),
    async picked() {
      assert.deepEqual(await page.evaluate(() => window.failures), []);
      assert.deepEqual(
        faults.filter((fault) => !asked.test(fault)),
        [],
      );
      return page.evaluate(() => window.picked);
    },
  };
}

/** Types an address, and picks the first suggestion by keyboard. */
async function pick({ input, suggestion, picked }, text, first) {
  await input.click();
  await input.pressSequentially(text);
  await suggestion(first).waitFor();
  await input.press('ArrowDown');
  await input.press('Enter');
  assert.equal(await input.inputValue(), first);
  return picked();
}

/** Opens the site once, with a connection, and picks something. */
async function beOnlineOnce(options) {
  const page = await site.open();
  const parameters = { countries: 'is,li,mc,zz', defaultCountry: 'li', files: FILES.join() };
  await site.register(page, parameters);
  const widget = await openWidget(options);
  const online = await pick(widget, 'Städtle 43 Vad', 'Städtle 43');
  await widget.page.close();
  await page.close();
  return online;
}

test('an address is typed, picked by keyboard and has all its fields, offline', async () => {
  const options = { countries: ['li'], countryAutoFill: false };
  const online = await beOnlineOnce(options);
  await site.goOffline();
  const widget = await openWidget(options);
  const offline = await pick(widget, 'Städtle 43 Vad', 'Städtle 43');
  assert.deepEqual(offline, online);
  const [{ value, item }] = offline;
  assert.equal(value, 'Städtle 43');
  assert.deepEqual(
    [item.city, item.country, item.countrycode, item.zipcode, item.type, item.street.number],
    ['Vaduz', 'Liechtenstein', 'li', ['9490'], 'street', '43'],
  );
  assert.deepEqual(item.coordinates.split(',').map(Number), [item.lat, item.lng]);
});

test('with its usual options the widget knows the country, and changes it, offline', async () => {
  await beOnlineOnce({});
  await site.goOffline();
  const widget = await openWidget({});
  const { page, input, suggestion } = widget;
  await input.click();
  await input.pressSequentially('Vad');
  await suggestion('Vaduz').waitFor();
  const country = page.locator('.pka-panel-country-open');
  await country.filter({ hasText: 'Liechtenstein' }).click();
  await input.fill('');
  await input.pressSequentially('Mona');
  await suggestion('Monaco').waitFor();
  await input.press('ArrowDown');
  await input.press('Enter');
  await country.filter({ hasText: 'Monaco' }).waitFor();
  await input.fill('');
  await input.pressSequentially('30 boulevard princesse charlotte');
  await suggestion('30 Boulevard Princesse Charlotte').waitFor();
  await input.press('ArrowDown');
  await input.press('Enter');
  const [{ item }] = await widget.picked();
  assert.deepEqual([item.countrycode, item.street.number], ['mc', '30']);
});
