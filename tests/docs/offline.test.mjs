// The guide to an offline web app, followed to the letter, then taken off the network.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { after, before } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';
import { launchChromium, watchFaults } from '../package/chromium.mjs';
import { makeProject } from '../package/project.mjs';
import { serveFolder } from '../package/static-host.mjs';
import { makeClone } from './clone.mjs';
import { runDocument } from './document.mjs';
import { checkScripts, inServiceWorker } from './types.mjs';

const ICON = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9" /></svg>';

let clone;
let project;
let browser;
before(async () => {
  project = makeProject(['@types']);
  cpSync(project.at('node_modules/hereabouts/dist'), project.at('hereabouts'), { recursive: true });
  clone = makeClone();
  clone.write('icon.svg', ICON);
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  clone?.remove();
  project?.remove();
});

/** What a strict host allows: scripts and engine, images of its own, and other servers by name. */
function policyWith(...servers) {
  const connect = ["'self'", ...servers].join(' ');
  return `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${connect}`;
}

/** Checks a script of the guide in a project that has the package beside it. */
function check(code, host) {
  project.write('script.mjs', code);
  checkScripts(project, ['script.mjs'], host);
}

/** Opens the app in a new profile, and again when its host is gone. */
async function startOffline() {
  const host = await serveFolder(clone.at('app'), policyWith());
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = watchFaults(page, host.url);
  const search = async () => {
    await page.getByRole('combobox', { name: 'Address' }).fill('Städtle 43');
    await page.getByRole('option').getByText('Städtle 43').first().waitFor();
  };
  try {
    await page.goto(`${host.url}/`);
    await page.getByText('Liechtenstein is on this device. © OpenStreetMap').waitFor();
    await search();
    await page.evaluate(() => navigator.serviceWorker.ready);
    assert.deepEqual(faults, []);
  } finally {
    host.close();
  }
  const before = host.requests.length;
  await page.reload();
  await page.getByText('Liechtenstein is on this device').waitFor();
  await search();
  assert.equal(host.requests.length, before);
  await context.close();
}

runDocument('docs/OFFLINE_PWA.md', {
  'The page (html)'(code) {
    clone.write('index.html', code);
  },
  'The app (js)'(code) {
    check(code, 'page');
    clone.write('app.js', code);
  },
  'The service worker (js)'(code) {
    check(inServiceWorker(code), 'webworker');
    clone.write('service-worker.js', code);
  },
  'The manifest (json)'(code) {
    const { name, start_url, icons } = JSON.parse(code);
    assert.ok(name && start_url && icons.length > 0);
    clone.write('app.webmanifest', code);
  },
  'The ready-made one (js)'(code) {
    check(code, 'page');
    // Tried at the end, in place of the other service worker.
    clone.write('ready-made.js', code);
  },
  async 'Trying it (sh)'(code) {
    await clone.sh(code);
    await startOffline();
    const [own, ready] = [clone.read('app/app.js'), clone.read('ready-made.js')];
    const registering = /^navigator\.serviceWorker\.register\(.*\n/m;
    assert.match(own, registering);
    clone.write(
      'app/app.js',
      own.replace(registering, () => ready),
    );
    await clone.sh('rm app/service-worker.js && mv app/hereabouts/hereabouts-sw.js app/');
    await startOffline();
  },
  async 'With corrections (js)'(code) {
    check(code, 'page');
    const server = await SyncServer.start();
    const apiKey = await server.createKey({
      domains: ['127.0.0.1'],
      permissions: ['geocode:search', 'sync:read', 'patches:propose'],
    });
    const here = code.replace('https://geo.example.org', server.origin);
    clone.write('app/app.js', here.replace('pk_your_key', apiKey));
    const host = await serveFolder(clone.at('app'), policyWith(server.origin));
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${host.url}/`);
      await page.getByText(/^(queued|pending)$/).waitFor();
      // Sent by itself, as soon as it can be.
      const waiting = async () => (await server.call('POST', '/patch/search', {})).results.length;
      await until(async () => (await waiting()) > 0, 'the proposal arrives', { everyMs: 200 });
      await page.close();
    } finally {
      host.close();
      await server.stop();
    }
  },
});
