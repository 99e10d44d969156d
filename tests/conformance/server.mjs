// The sync server over the demo's shards with a database of its own, and the official clients
// pointed at it: they know one host only.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OFFICIAL_HOST = 'api.placekit.co';
const START_TIMEOUT_MS = 20_000;

/** Starts a server whose first private key is `privateKey`. */
export async function startServer(options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'hereabouts-conformance-'));
  const privateKey = `pk_${randomBytes(32).toString('base64')}`;
  const args = ['serve', '--data', join(ROOT, 'demo-data'), '--listen', '127.0.0.1:0'];
  args.push('--database-url', `sqlite:${join(folder, 'hereabouts.db')}`, ...options);
  const child = spawn(join(ROOT, 'target/release/sync-server'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HEREABOUTS_BOOTSTRAP_KEY: privateKey },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  let origin;
  for await (const line of createInterface({ input: child.stdout })) {
    origin = /listening on (http:\/\/\S+)/.exec(line)?.[1];
    if (origin) break;
  }
  clearTimeout(timer);
  if (!origin) throw new Error(`the server did not start: ${log}`);
  child.stdout.resume();
  return {
    origin,
    privateKey,
    log: () => log,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends requests to PlaceKit's host to another one; returns what undoes it. */
export function redirect(origin) {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.host !== OFFICIAL_HOST) return real(input, init);
    return real(new URL(url.pathname + url.search, origin), init);
  };
  return () => {
    globalThis.fetch = real;
  };
}
