// The test function of the admin pages: a server with a database of its own, and the pages.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { SyncServer } from '../../harness/server.mjs';
import { startServer } from './server.js';
import { test as base, expect, type Guard } from './test.js';
import { binary, DATA } from './workspace.js';

export { expect };

/** Token of the private key that every server of these tests starts with. */
export const ROOT_KEY = 'root-key-of-the-tests-0123456789';

/** An answer of the server. */
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect
  readonly body: any;
}

interface Fixtures {
  data: string;
  admin: AdminPage;
}

/** Playwright's test with a server that nobody else changes. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  data: async ({}, use) => {
    const data = mkdtempSync(join(tmpdir(), 'hereabouts-admin-'));
    for (const part of ['blobs', 'manifest.json']) {
      cpSync(join(DATA, part), join(data, part), { recursive: true });
    }
    await use(data);
    rmSync(data, { recursive: true, force: true });
  },
  server: async ({ data }, use) => {
    const server = await startServer(data, undefined, { privateKey: ROOT_KEY });
    await use(server);
    await server.stop();
  },
  admin: async ({ app, server, guard }, use) => {
    await use(new AdminPage(app.page, server, guard));
  },
});

/** Builds one country of own records, and publishes it into the folder that a server serves. */
export function publishRecords(data: string, country: string, records: readonly object[]): void {
  const build = mkdtempSync(join(tmpdir(), 'hereabouts-build-'));
  mkdirSync(build, { recursive: true });
  const file = join(build, 'records.jsonl');
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const url = 'https://creativecommons.org/publicdomain/zero/1.0/';
  const licence = ['--licence', 'CC0-1.0', '--url', url];
  const credit = ['--source-name', 'own', '--notice', 'own', ...licence];
  const source = ['--country', country, '--records', file, ...credit];
  execFileSync(binary('shard-builder'), ['build', ...source, '--out', build], { stdio: 'pipe' });
  execFileSync(binary('sync-server'), ['publish', build, '--data', data], { stdio: 'pipe' });
  rmSync(build, { recursive: true, force: true });
}

/** The admin pages as people see them. */
export class AdminPage {
  readonly page: Page;
  readonly server: SyncServer;
  readonly guard: Guard;

  constructor(page: Page, server: SyncServer, guard: Guard) {
    this.page = page;
    this.server = server;
    this.guard = guard;
  }

  get dialog() {
    return this.page.getByRole('dialog');
  }

  get heading() {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** Accepts that the server refuses something with one of these statuses. */
  allow(...statuses: number[]): void {
    for (const status of statuses) {
      this.guard.allowed.push(new RegExp(`responded with a status of ${status}`));
    }
  }

  /** Opens the pages without signing in. */
  async open(path = ''): Promise<void> {
    await this.page.goto(`${this.server.origin}/admin/${path}`);
  }

  /** Signs in and waits for a page. */
  async signIn(token = ROOT_KEY, path = ''): Promise<void> {
    await this.open(path);
    await this.enter(token);
    await expect(this.page.getByRole('navigation', { name: 'Sections' })).toBeVisible();
    // What is asked for at first comes with this key, whatever becomes of it.
    await expect(this.page.getByRole('main')).not.toHaveAttribute('aria-busy');
  }

  /** Sends the form that asks for a key. */
  async enter(token: string): Promise<void> {
    await this.page.getByLabel('Private key').fill(token);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Goes to a section. */
  async show(section: string): Promise<void> {
    await this.page.getByRole('link', { name: section, exact: true }).click();
    await expect(this.heading).toHaveText(section);
  }

  /** Row of a table by a text in it. */
  row(text: string | RegExp) {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** Asks the server itself, as programs do. */
  async ask(method: string, path: string, body?: unknown, token = ROOT_KEY): Promise<Answer> {
    const init: RequestInit = {
      method,
      headers: { 'x-placekit-api-key': token, prefer: 'return=representation' },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(this.server.origin + path, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** Finds the best answer to a text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect
  async find(query: string): Promise<any> {
    const { body } = await this.ask('POST', '/search', { query, countries: ['li'], maxResults: 1 });
    return body.results[0];
  }

  /** Proposes a correction of what a text finds; answers the id of the patch. */
  async correct(query: string, update: object, more: object = {}): Promise<string> {
    const origin = await this.find(query);
    const { status, body } = await this.ask('PUT', '/patch', { origin, update, ...more });
    expect(status, JSON.stringify(body)).toBe(200);
    return body.id;
  }
}
