// Runs schemathesis against the server over the demo's shards, with a database of its own.
//
// `node tests/schemathesis/run.mjs SCHEMATHESIS [EXAMPLES]`; HEREABOUTS_SERVER names another binary
// than the release one. Two runs ask the same.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const binary = process.env.HEREABOUTS_SERVER ?? join(target, 'release/sync-server');
const [schemathesis, examples = '30'] = process.argv.slice(2);
if (!schemathesis) throw new Error('name the program: `make test-schemathesis` does');

const token = `test_${randomBytes(24).toString('hex')}`;
const dir = await mkdtemp(join(tmpdir(), 'hereabouts-schemathesis-'));
const server = spawn(
  binary,
  [
    ['serve', '--data', join(root, 'demo-data'), '--listen', '127.0.0.1:0'],
    ['--database-url', `sqlite:${join(dir, 'test.db')}`],
    // The checks ask faster than any client may.
    ['--rate-limit', '1000000/1', '--failed-auth-limit', '1000000/1'],
    // They read answers to their end, which streams of events do not have.
    ['--sync-max-streams', '0'],
  ].flat(),
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      RUST_LOG: 'error',
      HEREABOUTS_BOOTSTRAP_KEY: token,
      HEREABOUTS_SECRET: randomBytes(32).toString('hex'),
    },
  },
);

try {
  const url = await listening();
  process.exitCode = await check(url);
} finally {
  server.kill();
  await rm(dir, { recursive: true, force: true });
}

/** Waits for the address of the server. */
async function listening() {
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
    if (!url) continue;
    server.stdout.resume();
    return url;
  }
  throw new Error('the server did not start: build it with `make build data`');
}

/** Runs the checks and returns their exit code. */
function check(url) {
  const options = ['--config-file', join(here, 'schemathesis.toml'), 'run', `${url}/openapi.json`];
  const run = spawn(resolve(schemathesis), [...options, '--max-examples', examples], {
    stdio: 'inherit',
    cwd: here,
    env: {
      ...process.env,
      HEREABOUTS_KEY: token,
      HEREABOUTS_URL: url,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  return new Promise((done, fail) => {
    run.on('error', fail);
    run.on('exit', (code) => done(code ?? 1));
  });
}
