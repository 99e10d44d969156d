// The real sync server as a child process on a free port.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { binary, DATA, WWW } from './workspace.js';

const START_TIMEOUT_MS = 20_000;

/** A running server. */
export class SyncServer {
  /** Address without a slash at its end. */
  readonly origin: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, origin: string) {
    this.#process = process;
    this.origin = origin;
  }

  /** Starts a server over a folder of shards; `listen` may name a fixed port. */
  static async start(
    data = DATA,
    listen = '127.0.0.1:0',
    env: Readonly<Record<string, string>> = {},
  ): Promise<SyncServer> {
    const options = ['serve', '--data', data, '--listen', listen, '--www', WWW];
    // Tests ask faster than people type.
    options.push('--rate-limit', '100000/1');
    const process = spawn(binary('sync-server'), options, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...globalThis.process.env, ...env },
    });
    const log: string[] = [];
    process.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
    const timer = setTimeout(() => process.kill('SIGKILL'), START_TIMEOUT_MS);
    try {
      for await (const line of createInterface({ input: process.stdout })) {
        const origin = /listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (origin) {
          process.stdout.resume();
          return new SyncServer(process, origin);
        }
      }
    } finally {
      clearTimeout(timer);
    }
    throw new Error(`the server did not start: ${log.join('')}`);
  }

  /** Ends the process, and waits until its port is closed. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
