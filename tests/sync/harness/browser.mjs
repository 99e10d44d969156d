// Chromium with a profile that outlives it, so that it can be killed and started again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { findChromium, LAUNCH_FLAGS } from '../../harness/chromium.mjs';

const START_TIMEOUT_MS = 30_000;
const FLAGS = [
  ...LAUNCH_FLAGS,
  ...['--headless=new', '--remote-debugging-port=0', '--no-default-browser-check'],
  // Pages that nobody looks at must not be slowed down.
  ...['--disable-renderer-backgrounding', '--disable-background-timer-throttling'],
  '--disable-backgrounding-occluded-windows',
];

/** A running Chromium. */
export class Browser {
  #child;
  #browser;

  /** Starts Chromium with the profile in a folder. */
  static async start(profile) {
    const browser = new Browser();
    // A group of its own, so that all of its processes can be killed at once.
    browser.#child = spawn(
      findChromium(),
      [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    const timer = setTimeout(() => browser.#killGroup(), START_TIMEOUT_MS);
    let endpoint;
    for await (const line of createInterface({ input: browser.#child.stderr })) {
      endpoint = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (endpoint) break;
    }
    clearTimeout(timer);
    assert.ok(endpoint, 'Chromium starts');
    browser.#child.stderr.resume();
    browser.#browser = await chromium.connectOverCDP(endpoint);
    return browser;
  }

  /** Opens a tab on an origin; a fault of the page is collected in `faults`. */
  async openTab(origin) {
    const page = await this.#browser.contexts()[0].newPage();
    const tab = new Tab(page);
    await page.goto(origin);
    await page.waitForFunction(() => globalThis.isReady);
    return tab;
  }

  /** Kills all processes at once, as by a power cut. */
  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#killGroup();
    await ended;
    await this.#browser.close().catch(() => {});
  }

  #killGroup() {
    process.kill(-this.#child.pid, 'SIGKILL');
  }
}

/** A tab with devices in it. */
export class Tab {
  page;
  /** Exceptions that nobody caught, rejections included. */
  faults = [];
  #devices = 0;

  constructor(page) {
    this.page = page;
    page.on('pageerror', (error) => this.faults.push(`${error}`));
  }

  /** Opens a device in this tab. */
  async open(options) {
    this.#devices += 1;
    const device = new PageDevice(this.page, this.#devices);
    await device.call('open', options);
    return device;
  }

  describeFiles(storageName) {
    return this.page.evaluate((name) => globalThis.describeFiles(name), storageName);
  }

  copyFiles(from, to) {
    return this.page.evaluate(([from, to]) => globalThis.copyFiles(from, to), [from, to]);
  }

  removeFiles(storageName) {
    return this.page.evaluate((name) => globalThis.removeFiles(name), storageName);
  }

  close() {
    return this.page.close();
  }
}

/** A device in a page, with the methods of `Device`. */
class PageDevice {
  #page;
  #number;

  constructor(page, number) {
    this.#page = page;
    this.#number = number;
  }

  call(method, ...args) {
    return this.#page.evaluate(
      ([number, method, args]) => globalThis.callDevice(number, method, ...args),
      [this.#number, method, args],
    );
  }

  search(...args) {
    return this.call('search', ...args);
  }

  syncWatched(question) {
    return this.call('syncWatched', question);
  }

  waitFor(...args) {
    return this.call('waitFor', ...args);
  }

  close() {
    return this.call('close');
  }
}

/** Runs something with a folder for a profile, and removes the folder. */
export async function withProfile(run) {
  const profile = mkdtempSync(join(tmpdir(), 'hereabouts-profile-'));
  try {
    return await run(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
