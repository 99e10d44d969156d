// A real server with a data directory and a database of its own, and what administrators do there.

import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newToken, SyncServer } from '../../harness/server.mjs';
import { until } from '../../harness/until.mjs';
import { binary, DEMO_DATA } from '../../harness/workspace.mjs';
import { shardsOf } from './generations.mjs';

const run = promisify(execFile);
const BULK_OPERATIONS = 100;
/** What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410, section 7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Tests ask faster than people do. */
const UNLIMITED = ['--rate-limit', '1000000/1'];

/** What a field has where a patch says nothing of it. */
const RECORD = {
  city: 'Vaduz',
  country: 'Liechtenstein',
  countrycode: 'li',
  zipcode: ['9490'],
  population: 0,
  coordinates: '47.1411,9.5215',
  type: 'tourism',
};

/** A server and its administrator. */
export class Office {
  /** Folder of everything; its `data` is the data directory. */
  folder = mkdtempSync(join(tmpdir(), 'hereabouts-sync-'));
  data = join(this.folder, 'data');
  /** The running {@link SyncServer}. */
  server;
  /** Token of a public key, as devices have. */
  deviceKey;
  /** Ed25519 key that verifies what the server signs, as base64; nothing where it signs nothing. */
  publicKey;
  #privateKey = newToken();
  #options;
  #moved = [];

  /**
   * Starts a server over a generation of Liechtenstein, or over countries of the demo.
   *
   * `options` are more options of `serve`; with `signs` it signs manifests and heads.
   */
  static async start({ generation = 1, demoCountries, options = [], signs = false } = {}) {
    const office = new Office();
    office.#options = [...UNLIMITED, ...options];
    if (signs) office.#options.push('--sync-signing-key', office.#makeSigningKey());
    if (demoCountries) copyDemo(demoCountries, office.data);
    else cpSync(shardsOf(generation), office.data, { recursive: true });
    await office.open();
    office.deviceKey = await office.server.createKey({
      permissions: ['geocode:search', 'sync:read', 'patches:propose'],
    });
    return office;
  }

  /** Calls back with the address of the server, now and whenever it has another one. */
  onMove(listener) {
    this.#moved.push(listener);
    listener(this.server.origin);
  }

  /** Writes a key that the server signs with; its file. */
  #makeSigningKey() {
    const seed = randomBytes(32);
    const privateKey = createPrivateKey({
      key: Buffer.concat([ED25519_PKCS8, seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
    this.publicKey = Buffer.from(x, 'base64url').toString('base64');
    const file = join(this.folder, 'signing.key');
    writeFileSync(file, seed.toString('hex'), { mode: 0o600 });
    return file;
  }

  /** Starts the server again after it ended. */
  async open() {
    this.server = await SyncServer.start({
      data: this.data,
      database: this.database,
      privateKey: this.#privateKey,
      options: this.#options,
    });
    for (const listener of this.#moved) listener(this.server.origin);
  }

  /** Ends the server as by a power cut, deletes everything. */
  async close() {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get database() {
    return `sqlite:${join(this.folder, 'hereabouts.db')}`;
  }

  /** Adds a record; the id of its patch. */
  async add(record, status = 'approved') {
    const patch = { record: { ...RECORD, ...record }, status };
    return (await this.server.call('POST', '/patch', patch)).id;
  }

  /** Adds many records with as few requests as possible; the ids of their patches. */
  async addAll(records) {
    const operations = records.map((record) => ({
      method: 'create',
      record: { ...RECORD, ...record },
      status: 'approved',
    }));
    const results = await this.bulk(operations);
    return results.map(({ id }) => id);
  }

  /** Sends operations of `POST /patch/bulk`, in as many requests as it takes. */
  async bulk(operations) {
    const results = [];
    for (let at = 0; at < operations.length; at += BULK_OPERATIONS) {
      const part = operations.slice(at, at + BULK_OPERATIONS);
      const answer = await this.server.call('POST', '/patch/bulk', { operations: part });
      results.push(...answer.results);
    }
    return results;
  }

  /** Corrects a result of a search; the id of its patch. */
  async correct(origin, update, more = {}) {
    const patch = { origin, update, status: 'approved', ...more };
    return (await this.server.call('PUT', '/patch', patch)).id;
  }

  /** Changes fields or the status of a patch. */
  async edit(id, changes) {
    await this.server.call('PATCH', `/patch/${id}`, changes);
  }

  /** Deletes a patch. */
  async delete(id) {
    await this.server.call('DELETE', `/patch/${id}`);
  }

  /** Results of a search on the server, as everybody sees them. */
  async search(query, options = {}) {
    const request = { query, countries: ['li'], maxResults: 20, ...options };
    return (await this.server.call('POST', '/search', request)).results;
  }

  /** Heads as devices see them. */
  heads() {
    return this.server.call('GET', '/sync/v1/heads', undefined, this.deviceKey);
  }

  /** What heads say of a country. */
  async head(country = 'li') {
    return (await this.heads()).countries[country];
  }

  /** Waits until operations were dropped that a snapshot stands in for. */
  async compacted(country = 'li') {
    await until(async () => {
      const { overlay } = (await this.manifest()).countries[country];
      return overlay.floor > 0 && overlay.snapshot;
    }, 'the feed is compacted');
  }

  manifest() {
    return this.server.call('GET', '/sync/v1/manifest', undefined, this.deviceKey);
  }

  /** Publishes a generation, or the build in a folder, while the server runs. */
  async publish(generation) {
    const folder = typeof generation === 'number' ? shardsOf(generation) : generation;
    await this.command('publish', folder, '--data', this.data);
    await this.#served();
  }

  async rollback(country = 'li') {
    await this.command('rollback', country, '--data', this.data);
    await this.#served();
  }

  /** Copies the database into a file. */
  async backup(name) {
    const file = join(this.folder, name);
    await this.command('backup', file, '--database-url', this.database);
    return file;
  }

  /** Puts a backup in place while the server runs, and waits until it serves it. */
  async restore(file) {
    const { epoch } = await this.heads();
    await this.command('restore', file, '--database-url', this.database);
    await until(async () => (await this.heads()).epoch !== epoch, 'the server serves the backup');
  }

  /** Runs a command of the server's program beside it. */
  async command(...args) {
    const { stdout } = await run(binary('sync-server'), args, { encoding: 'utf8' });
    return stdout;
  }

  /** Waits until the server serves the bases that the data directory has. */
  async #served() {
    const { countries } = JSON.parse(readFileSync(join(this.data, 'manifest.json'), 'utf8'));
    await until(async () => {
      const served = (await this.heads()).countries;
      return Object.entries(countries).every(
        ([country, { base }]) => served[country]?.generation === base.generation,
      );
    }, 'the server takes the new bases over');
  }
}

/** Makes a data directory of some countries of the demo; blobs are copied. */
function copyDemo(countries, data) {
  const manifest = JSON.parse(readFileSync(join(DEMO_DATA, 'manifest.json'), 'utf8'));
  manifest.countries = Object.fromEntries(
    countries.map((country) => [country, manifest.countries[country]]),
  );
  mkdirSync(join(data, 'blobs'), { recursive: true });
  for (const { base } of Object.values(manifest.countries)) {
    const names = [base.sha256, ...base.chunks.map(({ sha256 }) => sha256)];
    for (const name of names.flatMap((sha256) => [sha256, `${sha256}.br`, `${sha256}.gz`])) {
      const from = join(DEMO_DATA, 'blobs', name);
      cpSync(from, join(data, 'blobs', name));
    }
  }
  writeFileSync(join(data, 'manifest.json'), JSON.stringify(manifest));
}
