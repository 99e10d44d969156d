// The guides about the server: its API, keys, corrections, synchronisation and operation.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { after, before } from 'node:test';
import { newToken, SyncServer } from '../harness/server.mjs';
import { makeClone, onFreePort } from './clone.mjs';
import { runDocument } from './document.mjs';
import { blocksOf } from './markdown.mjs';

const KEY = newToken();

let clone;
let server;
before(async () => {
  clone = makeClone();
  const start = onFreePort(blocksOf('docs/API.md').get('Start (sh)'));
  const variables = { HEREABOUTS_BOOTSTRAP_KEY: KEY, HEREABOUTS_RATE_LIMIT: '1000/1' };
  server = await clone.serve(start, variables);
});
after(async () => {
  await server?.stop();
  clone?.remove();
});

/** Runs commands of a document against the server in place of the one that they name. */
function atServer(code, variables = {}) {
  const commands = code.replaceAll('http://127.0.0.1:8080', server.origin);
  assert.notEqual(commands, code);
  return clone.sh(commands, { KEY, ...variables });
}

/** Runs a command that asks the server, and gives the answer. */
const answerOf = async (code, variables) => JSON.parse((await atServer(code, variables)).stdout);

/** Asks the server for JSON. */
async function ask(method, path, body) {
  const headers = { 'x-placekit-api-key': KEY, accept: 'application/json' };
  const response = await fetch(server.origin + path, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Asserts that an example has the members of a real answer, and each the type of the real one. */
function assertSameShape(example, real, path = 'answer') {
  if (Array.isArray(example)) {
    assert.ok(Array.isArray(real), path);
    if (example.length > 0) assertSameShape(example[0], real[0], `${path}[0]`);
  } else if (typeof example === 'object' && example !== null) {
    for (const [name, value] of Object.entries(example)) {
      assert.ok(Object.hasOwn(real, name), `${path}.${name} is missing`);
      assertSameShape(value, real[name], `${path}.${name}`);
    }
  } else {
    assert.equal(typeof example, typeof real, path);
  }
}

runDocument('docs/API.md', {
  async 'Start (sh)'() {
    const page = await fetch(server.origin);
    assert.match(await page.text(), /<title>/);
  },
  async 'Access (sh)'(code) {
    assert.equal((await answerOf(code)).results[0].name, 'Vaduz');
  },
  async 'POST /search (sh)'(code) {
    assert.equal((await answerOf(code)).results[0].name, 'Städtle 43');
  },
  async 'POST /search (json)'(code) {
    const question = blocksOf('docs/API.md').get('POST /search (sh)');
    assert.deepEqual(JSON.parse(code), await answerOf(question));
  },
  async 'POST /reverse (sh)'(code) {
    const { results } = await answerOf(code);
    assert.equal(results[0].type, 'street');
    assert.ok(results[0].distance < 100);
  },
  async 'GET /sync/v1/heads, /sync/v1/events, /sync/v1/changes (sh)'(code) {
    const { body } = await ask('GET', '/sync/v1/heads');
    const variables = { EPOCH: body.epoch, GENERATION: body.countries.li.generation };
    assert.equal((await answerOf(code, variables)).head, body.countries.li.head);
  },
  async 'Errors (json)'(code) {
    const { status, body } = await ask('POST', '/search', { maxResults: 42 });
    assert.equal(status, 422);
    assert.deepEqual(JSON.parse(code), body);
  },
});

runDocument('docs/KEYS.md', {
  async 'The first key (sh)'(code) {
    const { stdout } = await clone.sh(code);
    assert.match(stdout, /^pk_[\s\S]*\npk_[\s\S]*\tbackend\n/);
    const { body } = await ask('GET', '/keys?search=backend&status=deleted');
    assert.equal(body.length, 1);
  },
  async 'Limits (http)'(code) {
    const usual = await SyncServer.start();
    const headers = { 'x-placekit-api-key': usual.privateKey };
    const answer = await fetch(`${usual.origin}/search`, { method: 'POST', headers });
    await usual.stop();
    for (const line of code.trim().split('\n')) {
      const [name, value] = line.split(': ');
      assert.equal(answer.headers.get(name), value, name);
    }
  },
  async '/keys (json)'(code) {
    const { body } = await ask('GET', '/keys?limit=1');
    assert.deepEqual(Object.keys(JSON.parse(code)), Object.keys(body));
    assert.match(body.nextUrl, /^\/keys\?limit=1&startingAfter=/);
  },
});

runDocument('docs/APP.md', {
  async 'Suggestions (sh)'(code) {
    const config = await (await fetch(`${server.origin}/config.json`)).json();
    const headers = { 'x-placekit-api-key': config.apiKey };
    const current = async () =>
      (await (await fetch(`${server.origin}/keys/current`, { headers })).json()).permissions;
    assert.ok((await current()).includes('patches:propose'));
    await answerOf(code);
    assert.ok(!(await current()).includes('patches:propose'));
  },
});

runDocument('docs/PATCHES.md', {
  async 'Proposals (sh)'(code) {
    const { results } = await answerOf(code);
    assert.equal(results[0].outcome, 'pending');
    assert.equal((await answerOf(code)).results[0].duplicate, true);
  },
});

const SYNC = blocksOf('docs/SYNC.md');

runDocument('docs/SYNC.md', {
  async 'Manifest and heads (json)'(code) {
    const record = {
      ...{ type: 'tourism', name: 'Dorfbrunnen', city: '', country: 'Ísland', countrycode: 'is' },
      ...{ zipcode: ['101'], population: 0, coordinates: '64.147,-21.938' },
    };
    const made = await ask('POST', '/patch', { record, status: 'approved' });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { body } = await ask('GET', '/sync/v1/manifest');
    const example = JSON.parse(code);
    // A server packs snapshots and segments by and by: here are none yet.
    const { snapshot, segments, ...overlay } = example.countries.is.overlay;
    assert.deepEqual(Object.keys(snapshot), ['seq', 'sha256', 'size', 'count']);
    assert.deepEqual(Object.keys(segments[0]), ['from', 'to', 'sha256', 'size']);
    assertSameShape({ ...example.countries.is, overlay }, body.countries.is);
    assertSameShape({ ...example, countries: {} }, body);
    assert.equal(body.countries.is.overlay.snapshot, null);
    assert.deepEqual(body.countries.is.overlay.segments, []);
  },
  async 'Manifest and heads (json) 2'(code) {
    const { body } = await ask('GET', '/sync/v1/heads?countries=is');
    assertSameShape(JSON.parse(code), body);
    assertSameShape(body, JSON.parse(code));
  },
  async 'Changes (json)'(code) {
    const { status, body } = await ask(
      'GET',
      '/sync/v1/changes?country=is&epoch=0&generation=0&since=0',
    );
    assert.equal(status, 409);
    assertSameShape(JSON.parse(code), body);
    assertSameShape(body, JSON.parse(code));
  },
  async 'Proposals (json)'(code) {
    const { proposals } = JSON.parse(code);
    const { body } = await ask('POST', '/search', { query: 'Vaduz', countries: ['li'] });
    const [proposal] = proposals;
    Object.assign(proposal, { origin: body.results[0], update: { name: 'Vaduz FL' } });
    const answer = await ask('POST', '/sync/v1/proposals', { proposals });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const told = JSON.parse(SYNC.get('Proposals (json) 2'));
    assertSameShape(told, answer.body);
    assertSameShape(answer.body, told);
  },
  'Proposals (json) 2'(code) {
    // The answer to the block before, with which it is compared there.
    assert.equal(JSON.parse(code).results[0].outcome, 'pending');
  },
});

/** Puts folders of the clone in the place of those of a server's machine. */
const inClone = (code) =>
  code.replace(/\/(var\/lib\/hereabouts|backups|tmp\/build)/g, `${clone.folder}/$1`);

runDocument('docs/OPERATION.md', {
  async 'Backups (sh)'(code) {
    await clone.sh(`mkdir -p var/lib && cp -r demo-data var/lib/hereabouts`);
    mkdirSync(clone.at('backups'));
    await clone.sh(inClone(code));
    const { stdout } = await clone.sh('ls backups');
    assert.match(stdout, /^hereabouts-\d{4}-\d\d-\d\d\.db\n$/);
    await clone.sh(`sync-server restore --data var/lib/hereabouts backups/${stdout}`);
  },
  async 'Publishing (sh)'(code) {
    await clone.sh('cp tests/data/liechtenstein.osm.pbf .');
    // What is served before: another generation, so that there is something to go back to.
    clone.write('own.ndjson', '{"type":"city","name":"Vaduz","coordinates":"47.1393,9.5228"}\n');
    const served = `${clone.folder}/var/lib/hereabouts`;
    rmSync(served, { recursive: true });
    await clone.sh(`shard-builder build --country li --records own.ndjson --out ${served} \\
      --source-name Sample --licence CC0-1.0 --url https://example.org --notice Sample`);
    const { stdout } = await clone.sh(inClone(code));
    assert.match(stdout, /^li [0-9a-f]{16} .*current$/m);
  },
});
