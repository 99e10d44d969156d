// The real sync server as a child process on a free port.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binary, DEMO_DATA } from './workspace.mjs';

const START_TIMEOUT_MS = 20_000;
const KEY_HEADER = 'x-placekit-api-key';

/**
 * What a server is started with.
 *
 * @typedef {object} ServerOptions
 * @property {string} [data] Folder of shards; the demo's by default.
 * @property {string} [listen] Address and port; a free port of loopback by default.
 * @property {string} [database] Its URL; by default one that is deleted when the server is stopped.
 * @property {string} [privateKey] Token of the first private key; a random one by default.
 * @property {string[]} [options] More options of `serve`.
 * @property {Record<string, string>} [env] More of the environment.
 * @property {string} [program] Another program than the one of the workspace.
 */

/** A running server. */
export class SyncServer {
  /** Address without a slash at its end. */
  origin;
  /** Token of a key that may do everything. */
  privateKey;
  /** The process. */
  child;
  /** Everything that it said on standard error. */
  log = '';
  #folder;

  /** @param {ServerOptions} options */
  constructor(options) {
    const { data = DEMO_DATA, listen = '127.0.0.1:0', env = {}, program } = options;
    this.privateKey = options.privateKey ?? newToken();
    if (!options.database) this.#folder = mkdtempSync(join(tmpdir(), 'hereabouts-server-'));
    const database = options.database ?? `sqlite:${join(this.#folder, 'hereabouts.db')}`;
    const args = ['serve', '--data', data, '--listen', listen, '--database-url', database];
    this.child = spawn(program ?? binary('sync-server'), [...args, ...(options.options ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HEREABOUTS_BOOTSTRAP_KEY: this.privateKey, ...env },
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.log += text;
    });
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param {ServerOptions} [options]
   * @returns {Promise<SyncServer>}
   */
  static async start(options = {}) {
    const server = new SyncServer(options);
    const timer = setTimeout(() => server.child.kill('SIGKILL'), START_TIMEOUT_MS);
    try {
      for await (const line of createInterface({ input: server.child.stdout })) {
        const origin = /listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (!origin) continue;
        server.origin = origin;
        server.child.stdout.resume();
        return server;
      }
    } finally {
      clearTimeout(timer);
    }
    await server.stop();
    throw new Error(`the server did not start: ${server.log}`);
  }

  /** Identifier of the process. */
  get pid() {
    return this.child.pid;
  }

  /**
   * Sends JSON with a key, the private one by default; fails when the answer is an error.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string} [key]
   * @returns {Promise<any>} the JSON of the answer; nothing where it has none
   */
  async call(method, path, body, key = this.privateKey) {
    const response = await fetch(this.origin + path, {
      method,
      headers: { 'content-type': 'application/json', [KEY_HEADER]: key },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  /**
   * Makes a key and returns its token.
   *
   * @param {Record<string, unknown>} [fields]
   * @returns {Promise<string>}
   */
  async createKey(fields = {}) {
    return (await this.call('POST', '/keys', { role: 'public', ...fields })).token;
  }

  /**
   * Ends the process and waits until its port is closed.
   *
   * @param {NodeJS.Signals} [signal] how; by default as by a power cut
   */
  async stop(signal = 'SIGKILL') {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      await ended;
    }
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Makes up the token of a key. */
export function newToken() {
  return `pk_${randomBytes(32).toString('base64')}`;
}
