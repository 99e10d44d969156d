// The guides for those who come from other geocoders: their code, in Node.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { after, before } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';
import { launchChromium } from '../package/chromium.mjs';
import { copyShards, makeProject } from '../package/project.mjs';
import { serveFolder } from '../package/static-host.mjs';
import { runDocument } from './document.mjs';
import { blocksOf } from './markdown.mjs';
import { checkScripts, compile } from './types.mjs';

let project;
let server;
before(async () => {
  project = makeProject(['@types', '@placekit']);
  copyShards(project);
  server = await SyncServer.start({ options: ['--rate-limit', '1000/1'] });
});
after(async () => {
  await server?.stop();
  project?.remove();
});

/** Puts the address and key of the server in the place of those of the guides. */
function atServer(code) {
  return code
    .replaceAll('https://geo.example.org', server.origin)
    .replaceAll('pk_your_key', server.privateKey);
}

/** Runs a script of a guide with the server and key of the test; gives what it printed. */
async function run(name, code, more = '') {
  project.write(`${name}.mjs`, code);
  checkScripts(project, [`${name}.mjs`], 'node');
  const here = atServer(code);
  project.write(`${name}.mjs`, here + more);
  return project.runAsync(process.execPath, [`${name}.mjs`]);
}

/** Runs the adapter of a guide, and the script that uses it; its last line says what it prints. */
function withAdapter(name, shape) {
  const section = `Keeping ${shape} shape`;
  return {
    [`${section} (ts)`](code) {
      project.write(`${name}.ts`, code);
      compile(project, `${name}.ts`);
    },
    async [`${section} (js)`](code) {
      const [, told] = /console\.log\(.*\); \/\/ (.*)/.exec(code);
      assert.equal(await run(`use-${name}`, code), `${told}\n`);
    },
  };
}

runDocument('docs/FROM_NOMINATIM.md', withAdapter('to-nominatim', "Nominatim's"));
runDocument('docs/FROM_PHOTON.md', withAdapter('to-photon', "Photon's"));
runDocument('docs/FROM_PELIAS.md', withAdapter('to-pelias', "Pelias's"));

runDocument('docs/FROM_PLACEKIT.md', {
  async 'The JavaScript client (diff)'(code) {
    const lines = (sign) =>
      [...code.matchAll(new RegExp(`^\\${sign}(.*)$`, 'gm'))].map(([, line]) => line);
    const search = `
      const { results } = await pk.search('Städtle 43 Vad');
      console.log(results[0].name);`;
    const redirect = blocksOf('docs/FROM_PLACEKIT.md').get('The HTTP API (js)');
    for (const [name, changed, more] of [
      ['official', lines('-'), redirect],
      ['own', lines('+'), ''],
    ]) {
      const script = `${changed.join('\n')}\n${more}`;
      assert.equal(await run(name, script, search), 'Städtle 43\n');
    }
  },
  async 'The JavaScript client (js)'(code) {
    assert.equal(await run('client', code), 'Städtle 43 Vaduz\n');
  },
  async 'Unchanged clients (js)'(code) {
    project.write('register.mjs', code);
    checkScripts(project, ['register.mjs'], 'page');
    project.write('register.mjs', atServer(code));
    project.write(
      'index.html',
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="register.mjs"></script>',
    );
    for (const file of ['hereabouts-sw.js', 'hereabouts.wasm']) {
      cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(file));
    }
    const policy = `default-src 'self' data:; script-src 'self' 'wasm-unsafe-eval';
      connect-src 'self' ${server.origin} https://api.placekit.co`.replaceAll(/\s+/g, ' ');
    const host = await serveFolder(project.folder, policy);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(`${host.url}/`);
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      // The server, which answers until the country is there, would refuse this key.
      const ask = async () => {
        const client = '/node_modules/@placekit/client-js/dist/placekit-lite.js';
        const { default: placekit } = await import(client);
        const search = placekit('unknown', { countries: ['li'] }).search('Städtle 43 Vad');
        return search.then(
          ({ results }) => results[0].name,
          () => undefined,
        );
      };
      let name;
      await until(async () => (name = await page.evaluate(ask)), 'the country is there');
      assert.equal(name, 'Städtle 43');
    } finally {
      await browser.close();
      host.close();
    }
  },
  async 'The HTTP API (sh)'(code) {
    const command = code.replace('https://geo.example.org', server.origin);
    const printed = project.run('env', [`KEY=${server.privateKey}`, 'bash', '-euc', command]);
    assert.equal(JSON.parse(printed).results[0].name, 'Städtle 43');
  },
  async 'The HTTP API (js)'(code) {
    const more = `
      const headers = { 'x-placekit-api-key': '${server.privateKey}' };
      const answer = await fetch('https://api.placekit.co/search', { method: 'POST', headers });
      console.log(answer.status);`;
    assert.equal(await run('redirect', code, more), '200\n');
  },
  async 'Patches (js)'(code) {
    const old = await SyncServer.start({ options: ['--rate-limit', '1000/1'] });
    // One that limits requests, as servers do.
    const fresh = await SyncServer.start();
    try {
      for (let number = 0; number < 23; number += 1) {
        const record = {
          ...{
            type: 'tourism',
            name: `Brunnen ${number}`,
            city: 'Vaduz',
            country: 'Liechtenstein',
          },
          ...{ countrycode: 'li', zipcode: ['9490'], population: 0 },
          coordinates: `47.1${number},9.52`,
        };
        await old.call('POST', '/patch', { record, status: number % 2 ? 'approved' : 'pending' });
      }
      const here = code
        .replace('https://api.placekit.co', old.origin)
        .replace('pk_old_key', old.privateKey)
        .replace('https://geo.example.org', fresh.origin)
        .replace('pk_your_key', fresh.privateKey);
      // What was moved is not moved again.
      for (let time = 0; time < 2; time += 1) {
        assert.equal(await run('patches', here), '23 patches moved\n');
      }
      // The guide asks as much as the server allows, so an answer may have to wait.
      const answered = (path, body) =>
        until(() => fresh.call('POST', path, body).catch(() => null), `${path} is answered again`, {
          everyMs: 200,
        });
      const found = await answered('/patch/search', { status: 'approved', query: 'Brunnen' });
      assert.equal(found.totalResults, 11);
      const { results } = await answered('/search', { query: 'Brunnen 7 Vaduz' });
      assert.equal(results[0].name, 'Brunnen 7');
    } finally {
      await old.stop();
      await fresh.stop();
    }
  },
});
