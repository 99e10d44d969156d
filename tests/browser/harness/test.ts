// The test function of all specs: a server, the app's page, and a guard over everything it does.

import { test as base, expect, type Page } from '@playwright/test';
import type { SyncServer } from '../../harness/server.mjs';
import { startServer } from './server.js';

export { expect };

/** What the page did that it must not, and what it logged. */
export class Guard {
  readonly faults: string[] = [];
  /** Patterns of console lines that the test provokes on purpose. */
  readonly allowed: RegExp[] = [];

  constructor(page: Page, origin: string) {
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const { url } = message.location();
      const text = `${message.text()} (${url})`;
      if (!this.allowed.some((pattern) => pattern.test(text))) this.faults.push(`console: ${text}`);
    });
    page.on('pageerror', (error) => this.faults.push(`exception: ${error.message}`));
    page.context().on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol === 'data:' || url.protocol === 'blob:') return;
      if (url.origin !== origin) this.faults.push(`third party: ${url.href}`);
      if (/^\/(search|reverse)\b/.test(url.pathname)) {
        this.faults.push(`asked the server instead of the device: ${url.pathname}`);
      }
    });
  }

  /** Accepts that the server cannot be reached. */
  allowOffline(): void {
    this.allowed.push(
      /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|FAILED|EMPTY_RESPONSE|INTERNET_DISCONNECTED|INCOMPLETE_CHUNKED_ENCODING)/,
    );
  }
}

interface Fixtures {
  server: SyncServer;
  guard: Guard;
  app: AppPage;
}

/** Playwright's test with a server and a guarded page; faults fail every test. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from the pattern
  server: async ({}, use) => {
    const server = await startServer();
    await use(server);
    await server.stop();
  },
  guard: async ({ page, server }, use) => {
    const guard = new Guard(page, server.origin);
    await use(guard);
    expect(guard.faults).toEqual([]);
  },
  app: async ({ page, server, guard }, use) => {
    await use(new AppPage(page, server, guard));
  },
});

/** The app as its users see it. */
export class AppPage {
  readonly page: Page;
  readonly server: SyncServer;
  readonly guard: Guard;

  constructor(page: Page, server: SyncServer, guard: Guard) {
    this.page = page;
    this.server = server;
    this.guard = guard;
  }

  get search() {
    return this.page.getByRole('combobox', { name: 'Search an address or a place' });
  }

  get options() {
    return this.page.getByRole('option');
  }

  /** Row of a country in the list. */
  country(code: string) {
    return this.page.locator(`[data-country="${code}"]`);
  }

  get card() {
    return this.page.locator('[data-view="card"]');
  }

  /** Loads the page, and waits until it is kept for offline use. */
  async open(path = '/'): Promise<void> {
    await this.page.goto(this.server.origin + path);
    await expect(this.page.locator('html[data-offline-ready]')).toBeAttached();
  }

  /** Downloads a country from the list that is shown first, or from the panel of countries. */
  async download(code: string, name: string): Promise<void> {
    if (!(await this.country(code).isVisible())) await this.showCountries();
    await this.page.getByRole('button', { name: `Download ${name}` }).click();
    await this.showCountries();
    await expect(this.country(code)).toHaveAttribute('data-state', 'ready');
  }

  async showCountries(): Promise<void> {
    const shown = this.page.locator('[data-view="countries"]');
    if (!(await shown.isVisible())) {
      await this.page.getByRole('button', { name: 'Countries', exact: true }).click();
    }
    await expect(shown).toBeVisible();
  }

  /** Stops the server for good and loads the page again. */
  async goOffline(): Promise<void> {
    this.guard.allowOffline();
    await this.server.stop();
    await this.page.reload();
    await expect(this.page.getByText('Offline', { exact: true })).toBeVisible();
  }
}

/** Id of the key that the server makes for the page. */
const PAGE_KEY = 'cwebappofthisserver000000';

/** Lets the page suggest corrections or not, as an operator does. */
export async function allowSuggestions({ server }: AppPage, allowed = true): Promise<void> {
  const permissions = ['geocode:search', 'geocode:reverse', 'sync:read'];
  if (allowed) permissions.push('patches:propose');
  await server.call('PATCH', `/keys/${PAGE_KEY}`, { permissions });
}
