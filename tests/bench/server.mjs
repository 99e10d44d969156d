// Measures the sync server under load: requests a second, latency and CPU of searches, blobs
// beside nginx in the same run, memory under slow readers. `make bench-server` prints a table.

import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyncServer } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';
import { DEMO_DATA, REPOSITORY } from './workspace.mjs';

const SECONDS = Number(process.env.SECONDS ?? 8);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SLOW_READERS = 200;
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));
const UNLIMITED = { limit: 1_000_000, window: 1 };

const folder = mkdtempSync(join(tmpdir(), 'hereabouts-load-'));
const rows = [];

/** Starts the server with a database of its own, and makes a public key without limits. */
async function startServer(data) {
  const server = await SyncServer.start({ data, env: { RUST_LOG: 'warn' } });
  return { server, key: await server.createKey({ rateLimit: UNLIMITED }) };
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** Runs wrk and reads its report. */
async function wrk(url, connections, script) {
  const options = ['-t2', `-c${connections}`, `-d${SECONDS}s`, '--latency', '--timeout', '10s'];
  if (script) options.push('-s', script);
  const child = spawn('wrk', [...options, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const latency = (percent) => {
    const [, value, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(text);
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  const [, size, unit] = /Transfer\/sec:\s+([\d.]+)(B|KB|MB|GB)/.exec(text);
  return {
    requests: Number(/(\d+) requests in/.exec(text)[1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]),
    failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    megabytesPerSecond: Number(size) * { B: 1e-6, KB: 1e-3, MB: 1, GB: 1000 }[unit],
    p50: latency(50),
    p99: latency(99),
  };
}

/** Writes a wrk script that posts bodies in turn. */
function script(name, key, bodies) {
  const path = join(folder, `${name}.lua`);
  const list = bodies.map((body) => `[==[${JSON.stringify(body)}]==]`).join(',\n');
  writeFileSync(
    path,
    `local bodies = {${list}}
local headers = { ["content-type"] = "application/json", ["x-placekit-api-key"] = "${key}" }
local turn = 0
request = function()
  turn = turn % #bodies + 1
  return wrk.format("POST", nil, headers, bodies[turn])
end
`,
  );
  return path;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function posts(label, started, route, bodies) {
  const path = script(label.replace(/\W+/g, '-'), started.key, bodies);
  await load(label, started, route, path);
}

async function load(label, { server }, route, path) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = cpuSeconds(server.pid);
    const run = await wrk(`${server.origin}${route}`, 64, path);
    run.cpuUs = ((cpuSeconds(server.pid) - before) / run.requests) * 1e6;
    runs.push(run);
  }
  const of = (field) => median(runs.map((run) => run[field]));
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  rows.push(
    `| ${label} | ${of('perSecond').toFixed(0)} | ${of('p50').toFixed(2)} | ${of('p99').toFixed(2)} | ${of('cpuUs').toFixed(1)} | ${failed} |`,
  );
}

/** Queries of the corpus that hosts are compared with. */
function queries() {
  const lines = readFileSync(join(REPOSITORY, 'tests/corpus/li-mc.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line).query).filter((query) => query !== undefined);
}

/** Points all over Liechtenstein. */
function points() {
  const at = (step, from, to) => (from + ((step * 0.618034) % 1) * (to - from)).toFixed(5);
  return Array.from({ length: 200 }, (_, n) => `${at(n, 47.05, 47.26)},${at(n * n, 9.48, 9.63)}`);
}

/** A data directory without countries, with one blob of a size. */
function emptyData(bytes) {
  const data = join(folder, `data-${bytes}`);
  mkdirSync(join(data, 'blobs'), { recursive: true });
  const content = randomBytes(bytes);
  const name = createHash('sha256').update(content).digest('hex');
  writeFileSync(join(data, 'blobs', name), content);
  const manifest = { format: 1, epoch: 'load', version: 1, countries: {} };
  writeFileSync(join(data, 'manifest.json'), JSON.stringify(manifest));
  return { data, name };
}

async function startNginx(data) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 2; pid ${join(folder, 'nginx.pid')}; error_log stderr crit;
user root; events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
  server { listen 127.0.0.1:${port}; root ${data}; } }
`,
  );
  const child = spawn('nginx', ['-c', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  const origin = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${origin}/manifest.json`).then(
      () => true,
      () => false,
    );
  await until(answers, 'nginx starts');
  return { child, origin };
}

async function blobs(bytes, connections) {
  const { data, name } = emptyData(bytes);
  const { server } = await startServer(data);
  const nginx = await startNginx(data);
  const [own, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push((await wrk(`${server.origin}/sync/v1/blobs/${name}`, connections)).megabytesPerSecond);
    theirs.push((await wrk(`${nginx.origin}/blobs/${name}`, connections)).megabytesPerSecond);
  }
  const [a, b] = [median(own), median(theirs)];
  const ended = once(nginx.child, 'exit');
  nginx.child.kill();
  await ended;
  await server.stop();
  return `| blob of ${bytes / 1e6} MB, c=${connections} | ${a.toFixed(0)} | ${b.toFixed(0)} | ${((100 * a) / b).toFixed(0)} % |`;
}

/** Opens many connections that read a little now and then. */
async function slowReaders(bytes) {
  const { data, name } = emptyData(bytes);
  const { server } = await startServer(data);
  const { hostname, port } = new URL(server.origin);
  const before = residentMb(server.pid);
  const sockets = Array.from({ length: SLOW_READERS }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`GET /sync/v1/blobs/${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.on('data', () => {
      socket.pause();
      setTimeout(() => socket.resume(), 200);
    });
    return socket;
  });
  let peak = before;
  for (let step = 0; step < 50; step += 1) {
    await sleep(200);
    peak = Math.max(peak, residentMb(server.pid));
  }
  for (const socket of sockets) socket.destroy();
  await server.stop();
  return `${SLOW_READERS} slow readers of ${bytes / 1e6} MB: ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most`;
}

try {
  const empty = await startServer(emptyData(1000).data);
  // What the sockets and HTTP cost alone.
  await load('/healthz', empty, '/healthz');
  await posts('/search, no shard', empty, '/search', [{ query: 'Städtle 43 Vaduz' }]);
  await empty.server.stop();
  const full = await startServer(DEMO_DATA);
  const countries = ['li', 'mc', 'is'];
  const searches = queries().map((query) => ({ query, countries }));
  const reverses = points().map((coordinates) => ({ coordinates }));
  await posts('/search, li mc is', full, '/search', searches);
  await posts('/reverse', full, '/reverse', reverses);
  await full.server.stop();
  const lines = [await blobs(5_000_000, 64), await blobs(16_000, 64)];
  const memory = await slowReaders(60_000_000);
  console.log('\n| c=64 | requests/s | p50 ms | p99 ms | CPU µs a request | failed |');
  console.log('|---|---|---|---|---|---|');
  console.log(rows.join('\n'));
  console.log('\n| MB/s | sync-server | nginx | ratio |\n|---|---|---|---|');
  console.log(lines.join('\n'));
  console.log(`\n${memory}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
