// The sync server over the demo's shards, on a free port.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './project.mjs';

/** Starts the built server; `stop` ends it. */
export async function startSyncServer() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const options = ['serve', '--data', join(root, 'demo-data'), '--listen', '127.0.0.1:0'];
  const child = spawn(join(target, 'release/sync-server'), options, {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
    if (!url) continue;
    child.stdout.resume();
    // The key that a server gives to pages of its own machine.
    const config = await fetch(`${url}/config.json`);
    const { apiKey = 'unchecked' } = config.ok ? await config.json() : {};
    return { url, apiKey, stop: () => child.kill() };
  }
  throw new Error('the server did not start: build it with `make build data`');
}
