// Measures in headless Chromium: every contender has a page of its own; one works at a time.

import { relative } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, LAUNCH_FLAGS } from '../../harness/chromium.mjs';
import { REPOSITORY } from '../workspace.mjs';
import { within } from './limit.mjs';
import { serveBench } from './loopback.mjs';

const FLAGS = [
  ...LAUNCH_FLAGS,
  // Tabs that nobody looks at must not be slowed down.
  ...['--disable-renderer-backgrounding', '--disable-background-timer-throttling'],
  '--disable-backgrounding-occluded-windows',
];

/** The host Chromium. */
export class ChromiumHost {
  name = 'chromium';
  #browser;
  #server;

  static async launch() {
    const host = new ChromiumHost();
    host.#browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
    host.#server = await serveBench();
    host.title = `Chromium ${host.#browser.version()}`;
    return host;
  }

  /** Opens a page for a contender. */
  async start() {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    const session = new PageSession(context, page);
    await page.goto(this.#server.url);
    await page.waitForFunction(() => globalThis.bench);
    return session;
  }

  async close() {
    await this.#browser.close();
    this.#server.close();
  }
}

class PageSession {
  #context;
  #page;
  #failure;

  constructor(context, page) {
    this.#context = context;
    this.#page = page;
    this.#failure = new Promise((_, reject) => {
      page.on('crash', () => reject(new Error('out of memory: the page crashed')));
    });
    this.#failure.catch(() => {});
  }

  /** Calls the page; fails when it crashes or takes longer than `limitMs`. */
  async call(call, options = {}, limitMs = 0) {
    const { recordsPath, shardPath, ...others } = options;
    const request = { call, ...others };
    if (recordsPath) request.recordsPath = `/${relative(REPOSITORY, recordsPath)}`;
    if (shardPath) request.shardPath = `/${relative(REPOSITORY, shardPath)}`;
    const answer = this.#page.evaluate((request) => globalThis.bench(request), request);
    answer.catch(() => {});
    const { result, error } = await within(limitMs, answer, this.#failure);
    if (error) throw new Error(error);
    return result;
  }

  async close() {
    await this.#context.close();
  }
}
