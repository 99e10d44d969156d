// The guides for those who come from other geocoders: their code, in Node.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { copyShards, makeProject } from '../package/project.mjs';
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

/** Runs a script of a guide with the server and key of the test; gives what it printed. */
async function run(name, code, more = '') {
  project.write(`${name}.mjs`, code);
  checkScripts(project, [`${name}.mjs`], 'node');
  const here = code
    .replaceAll('https://geo.example.org', server.origin)
    .replaceAll('pk_your_key', server.privateKey);
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
  'Unchanged clients (js)'(code) {
    // As the package's README has it, whose test runs the clients under it.
    project.write('register.mjs', code);
    checkScripts(project, ['register.mjs'], 'page');
    const registered = blocksOf('geocoder-wasm/js/README.md').get('Service worker (js)');
    assert.equal(code.split('\n').at(-2), registered.split('\n').at(-2));
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
        .replace('pk_old_key', old.privateKey);
      assert.equal(await run('patches', here), '23 patches moved\n');
      const approved = { status: 'approved', query: 'Brunnen' };
      const { totalResults } = await server.call('POST', '/patch/search', approved);
      assert.equal(totalResults, 11);
      const { results } = await server.call('POST', '/search', { query: 'Brunnen 7 Vaduz' });
      assert.equal(results[0].name, 'Brunnen 7');
    } finally {
      await old.stop();
    }
  },
});
