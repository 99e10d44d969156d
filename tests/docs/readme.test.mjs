// The first minute of the repository's README, and its commands.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { after, before } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { REPOSITORY } from '../harness/workspace.mjs';
import { launchChromium, watchFaults } from '../package/chromium.mjs';
import { makeProject, tarball } from '../package/project.mjs';
import { serveFolder } from '../package/static-host.mjs';
import { makeClone, onFreePort } from './clone.mjs';
import { runDocument } from './document.mjs';
import { checkScripts } from './types.mjs';

/** What a plain host says of scripts: nothing. */
const NO_POLICY = 'upgrade-insecure-requests';

let clone;
let browser;
before(async () => {
  clone = makeClone();
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  clone?.remove();
});

runDocument('README.md', {
  async 'top (sh) 2'(code) {
    await clone.sh(code);
  },
  async 'top (html)'(code) {
    clone.write('site/index.html', code);
    const host = await serveFolder(clone.at('site'), NO_POLICY);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(15_000);
      const faults = watchFaults(page, host.url);
      await page.goto(`${host.url}/`);
      await page.getByRole('combobox', { name: 'Address' }).fill('Städtle 43 Vad');
      await page.getByRole('option').getByText('Städtle 43').first().waitFor();
      // The page has no icon, which browsers ask for all the same, or miss, as they like.
      const wrong = faults.filter((fault) => !/404/.test(fault));
      assert.deepEqual(wrong, []);
      assert.ok(!host.requests.some((path) => path.includes('sync')), 'asks for files only');
      await page.close();
    } finally {
      host.close();
    }
  },
  async 'In a program (js)'(code) {
    const server = await SyncServer.start({ options: ['--www', `${REPOSITORY}www/dist`] });
    const project = makeProject(['@types']);
    try {
      project.write('program.mjs', code);
      checkScripts(project, ['program.mjs'], 'node');
      const here = code.replace('http://127.0.0.1:8080', server.origin);
      project.write('program.mjs', `${here}geocoder.close();`);
      const printed = await project.runAsync(process.execPath, ['program.mjs']);
      assert.match(printed, /^Dorfstrasse 24 Triesen 47\.1/);
    } finally {
      project.remove();
      await server.stop();
    }
  },
  async 'Your own country (sh)'(code) {
    const server = await clone.serve(onFreePort(code));
    const health = await fetch(`${server.origin}/healthz`);
    await server.stop();
    assert.equal(health.status, 200);
  },
});

runDocument('examples/plain-html/README.md', {
  async 'top (sh)'(code) {
    const folder = clone.at('plain-html');
    cpSync(`${REPOSITORY}examples/plain-html`, folder, { recursive: true });
    const { li } = JSON.parse(clone.read('demo-data/manifest.json')).countries;
    const commands = code
      .replace('npm install', 'npm install --offline --no-audit --no-fund')
      .replace('path/to/hereabouts-0.1.0.tgz', tarball)
      .replace('path/to/shards/blobs/SHA256', clone.at(`demo-data/blobs/${li.base.sha256}`))
      // Served by this process in its place, which needs no port of its own choice.
      .replace('python3 -m http.server\n', '');
    await clone.sh(`cd plain-html\n${commands}`);
    const host = await serveFolder(folder);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto(`${host.url}/`);
      await page.getByRole('combobox', { name: 'Address' }).fill('Städtle 43');
      await page.getByRole('option').first().waitFor();
      await page.close();
    } finally {
      host.close();
    }
  },
});
