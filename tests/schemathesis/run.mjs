// Runs schemathesis against the server over the demo's shards, with a database of its own.
//
// `node tests/schemathesis/run.mjs SCHEMATHESIS [EXAMPLES]`; HEREABOUTS_SERVER names another program
// than the release one. Two runs ask the same.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SyncServer } from '../harness/server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const [schemathesis, examples = '30'] = process.argv.slice(2);
if (!schemathesis) throw new Error('name the program: `make test-schemathesis` does');

const server = await SyncServer.start({
  program: process.env.HEREABOUTS_SERVER,
  options: [
    // The checks ask faster than any client may.
    ...['--rate-limit', '1000000/1', '--failed-auth-limit', '1000000/1'],
    // They read answers to their end, which streams of events do not have.
    ...['--sync-max-streams', '0'],
  ],
  env: { RUST_LOG: 'error', HEREABOUTS_SECRET: randomBytes(32).toString('hex') },
});
try {
  process.exitCode = await check();
} finally {
  await server.stop();
  process.stderr.write(server.log);
}

/** Runs the checks and returns their exit code. */
function check() {
  const url = server.origin;
  const options = ['--config-file', join(here, 'schemathesis.toml'), 'run', `${url}/openapi.json`];
  const run = spawn(resolve(schemathesis), [...options, '--max-examples', examples], {
    stdio: 'inherit',
    cwd: here,
    env: {
      ...process.env,
      HEREABOUTS_KEY: server.privateKey,
      HEREABOUTS_URL: url,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  return new Promise((done, fail) => {
    run.on('error', fail);
    run.on('exit', (code) => done(code ?? 1));
  });
}
