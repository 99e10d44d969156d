// Measures in Node: every contender has a process, so memory is its own; one works at a time.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from './limit.mjs';

const CHILD = fileURLToPath(new URL('node-child.mjs', import.meta.url));
// What a tab of a browser may have.
const HEAP_MB = 4096;

/** The host Node. */
export class NodeHost {
  name = 'node';
  title = `Node ${process.versions.node}`;

  /** Starts a process for a contender. */
  async start() {
    return new NodeSession();
  }

  async close() {}
}

class NodeSession {
  #child = fork(CHILD, [], {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  #failure = once(this.#child, 'exit').then(() => {
    throw new Error(`out of memory with a heap of ${HEAP_MB} MB`);
  });

  constructor() {
    this.#failure.catch(() => {});
  }

  /** Calls the process; fails when it ends or takes longer than `limitMs`. */
  async call(call, options = {}, limitMs = 0) {
    const answer = once(this.#child, 'message').then(([{ result, error }]) => {
      if (error) throw new Error(error);
      return result;
    });
    this.#child.send({ call, ...options });
    try {
      return await within(limitMs, answer, this.#failure);
    } finally {
      answer.catch(() => {});
    }
  }

  async close() {
    this.#child.kill('SIGKILL');
  }
}
