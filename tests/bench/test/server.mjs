// The sync server over the demo's shards, as a child process on a free port.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { binary, DEMO_DATA } from '../workspace.mjs';

const PARALLEL = 4;
const KEY = 'pk_of-the-server-under-test';

/** Starts the server; `stop` ends it. */
export async function startServer() {
  const options = ['serve', '--data', DEMO_DATA, '--listen', '127.0.0.1:0'];
  const env = { ...process.env, HEREABOUTS_BOOTSTRAP_KEY: KEY, HEREABOUTS_RATE_LIMIT: '1000000/1' };
  const child = spawn(binary('sync-server'), options, { stdio: ['ignore', 'pipe', 'ignore'], env });
  const origin = await originOf(child);
  return {
    /** Posts requests and returns the bodies of the answers, in the order of the requests. */
    async ask(route, requests) {
      const bodies = new Array(requests.length);
      let next = 0;
      const work = async () => {
        while (next < requests.length) {
          const at = next;
          next += 1;
          const response = await fetch(`${origin}/${route}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-placekit-api-key': KEY },
            body: JSON.stringify(requests[at]),
          });
          bodies[at] = await response.text();
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, work));
      return bodies;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function originOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const [, origin] = /listening on (http:\/\/\S+)/.exec(line) ?? [];
    if (origin) {
      child.stdout.resume();
      return origin;
    }
  }
  throw new Error('the server did not start');
}
