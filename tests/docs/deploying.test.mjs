// The guide to deploying: hosts and proxies that are installed here are run with its settings.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Geocoder } from 'hereabouts';
import { SyncServer } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';
import { makeClone, onFreePort } from './clone.mjs';
import { runDocument } from './document.mjs';

let clone;
let server;
before(async () => {
  clone = makeClone();
  clone.write('hereabouts.env', '');
  await clone.sh('cp tests/data/liechtenstein.osm.pbf .');
  server = await SyncServer.start();
});
after(async () => {
  await server?.stop();
  clone?.remove();
});

/** Finds a port that nobody listens on. */
async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Whether a program is installed. */
const isInstalled = (program) =>
  clone.sh(`command -v ${program}`, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }).then(
    () => true,
    () => false,
  );

/**
 * Runs a web server with a file of settings, asks it, and ends it.
 *
 * @param {import('node:test').TestContext} t skipped, visibly, where the program is not installed
 * @param {{ program: string, settings: (port: number, folder: string) => string, args: (file: string, folder: string) => string[] }} host
 * @param {(origin: string) => Promise<void>} use
 */
async function withWebServer(t, { program, settings, args }, use) {
  if (!(await isInstalled(program))) return t.skip(`${program} is not installed`);
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-web-'));
  // Workers of nginx run as a user of their own.
  chmodSync(folder, 0o755);
  chmodSync(clone.folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'settings');
  writeFileSync(file, settings(port, folder));
  const child = spawn(program, args(file, folder), {
    env: { ...process.env, HOME: folder, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const ended = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  try {
    await until(() => {
      assert.equal(child.exitCode, null, log);
      return answers(origin);
    }, `${program} answers`);
    await use(origin);
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

const answers = (origin) =>
  fetch(origin).then(
    () => true,
    () => false,
  );

const nginx = (block) => ({
  program: 'nginx',
  args: (file, folder) => ['-c', file, '-p', folder, '-e', 'stderr'],
  settings: (port, folder) => `daemon off; pid ${folder}/pid; error_log stderr; events {}
    http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
      .join(' ')} ${atPlaces(block, `127.0.0.1:${port}`)} }`,
});

const caddy = (block) => ({
  program: 'caddy',
  args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  settings: (port) =>
    `{\n\tadmin off\n}\n${atPlaces(block, '').replace(/^\S+\.example\.org/, `http://127.0.0.1:${port}`)}`,
});

/** Puts addresses and folders of the test in the places of those of the guide. */
function atPlaces(block, listen) {
  return block
    .replace('127.0.0.1:8081', listen)
    .replace('127.0.0.1:8080', new URL(server.origin).host)
    .replace('/srv/hereabouts', clone.at('demo-data'));
}

/** Asserts that a static host gives what the guide says that it needs to. */
async function checkStatic(origin) {
  const manifest = await fetch(`${origin}/manifest.json`);
  assert.equal(manifest.headers.get('cache-control'), 'no-cache');
  assert.equal(manifest.headers.get('access-control-allow-origin'), '*');
  const { sha256 } = (await manifest.json()).countries.li.base;
  const blob = await fetch(`${origin}/blobs/${sha256}`);
  assert.equal(blob.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal(blob.headers.get('access-control-allow-origin'), '*');
  assert.match(blob.headers.get('content-encoding'), /^(br|gzip)$/);
  await checkGeocoder({ server: origin });
}

async function checkGeocoder(options) {
  const geocoder = await Geocoder.open({ ...options, countries: ['li'], updates: 'manual' });
  const { results } = await geocoder.search('Städtle 43 Vad');
  geocoder.close();
  assert.equal(results[0].name, 'Städtle 43');
}

/** Asserts that requests and events come through a proxy. */
async function checkProxy(origin) {
  await checkGeocoder({ server: origin, apiKey: server.privateKey });
  const headers = { 'x-placekit-api-key': server.privateKey };
  const stop = new AbortController();
  const events = await fetch(`${origin}/sync/v1/events`, { headers, signal: stop.signal });
  const { value } = await events.body.pipeThrough(new TextDecoderStream()).getReader().read();
  assert.match(value, /^event: heads/m);
  stop.abort();
}

runDocument('docs/DEPLOYING.md', {
  'nginx (nginx)': (code, t) => withWebServer(t, nginx(code), checkStatic),
  'Caddy (caddyfile)': (code, t) => withWebServer(t, caddy(code), checkStatic),
  async 'The server (sh)'(code) {
    const started = await clone.serve(onFreePort(code));
    const key = clone.read('data/hereabouts.key').trim();
    const answer = await fetch(`${started.origin}/keys`, {
      headers: { 'x-placekit-api-key': key },
    });
    await started.stop();
    assert.equal(answer.status, 200);
  },
  async 'The server (sh) 2'(code) {
    assert.match((await clone.sh(code)).stdout, /^pk_/);
  },
  async 'The server (sh) 3'(code) {
    const commands = code.replaceAll('http://127.0.0.1:8080', server.origin);
    const { stdout } = await clone.sh(commands, { KEY: server.privateKey });
    assert.match(stdout, /"name":"Städtle 43"/);
  },
  async 'The server (sh) 4'(code) {
    await assert.rejects(clone.sh(code), /\/var\/lib\/hereabouts/);
    await clone.sh(code, { HEREABOUTS_DATA_DIR: clone.at('demo-data') });
  },
  async 'systemd (sh)'(code, t) {
    const at = (folder) => clone.at(`machine${folder}`);
    const folders = ['/usr/local/bin', '/etc', '/var/lib/hereabouts'];
    for (const folder of folders) mkdirSync(at(folder), { recursive: true });
    await clone.sh(code.replace(/ \/(usr|etc|var)\//g, ` ${clone.folder}/machine/$1/`));
    assert.match(
      clone.read('machine/etc/hereabouts/hereabouts.env'),
      /^HEREABOUTS_SECRET=.{44}\n$/,
    );
    await clone.sh(`sync-server check-config --config machine/etc/hereabouts/hereabouts.toml`, {
      HEREABOUTS_DATA_DIR: at('/var/lib/hereabouts'),
    });
    if (!(await isInstalled('systemd-analyze'))) return t.diagnostic('no systemd-analyze here');
    const unit = at('/etc/systemd/system/hereabouts.service');
    await clone.sh(`sed -i 's#=/usr/local#=${clone.folder}/machine/usr/local#' ${unit}
      systemd-analyze verify ${unit}`);
  },
  'Behind nginx (nginx)': (code, t) => withWebServer(t, nginx(code), checkProxy),
  'Behind Caddy (caddyfile)': (code, t) => withWebServer(t, caddy(code), checkProxy),
});
