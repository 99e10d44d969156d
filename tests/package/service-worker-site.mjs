// A site with the ready-made service worker and PlaceKit's own client, beside a sync server; both
// can be taken away with the network.

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { SyncServer } from '../harness/server.mjs';
import { until } from '../harness/until.mjs';
import { launchChromium } from './chromium.mjs';
import { makeProject, root } from './project.mjs';
import { serveFolder } from './static-host.mjs';

const WAIT_MS = 30_000;
/** A browser with these asks no name server where PlaceKit's API is. */
const NO_PLACEKIT = ['--host-resolver-rules=MAP api.placekit.co ~NOTFOUND'];
const HTML = '<!doctype html><link rel="icon" href="data:,">';

/** A site, its server, and a browser's fresh profile; `close` ends all three. */
class Site {
  /** The sync server. */
  server;
  /** Address of the site without a slash at its end. */
  origin;
  /** The browser profile. */
  context;
  #project;
  #host;

  /**
   * Starts a site from a project; `files` are made beside its own, by name and content.
   *
   * @param {object} project
   * @param {import('playwright-core').Browser} browser
   * @param {Record<string, string>} [files]
   */
  static async start(project, browser, files = {}) {
    const site = new Site();
    site.#project = project;
    site.server = await SyncServer.start({
      options: ['--rate-limit', '1000/1', '--default-country', 'li'],
    });
    mkdirSync(project.at('site'), { recursive: true });
    for (const file of ['hereabouts-sw.js', 'hereabouts.wasm']) {
      cpSync(project.at(`node_modules/hereabouts/dist/${file}`), project.at(`site/${file}`));
    }
    const client = join(root, 'node_modules/@placekit/client-js/dist');
    cpSync(client, project.at('site/client'), { recursive: true });
    site.write('page.html', `${HTML}<script type="module" src="page.js"></script>`);
    site.write(
      'page.js',
      `import placekit from './client/placekit.js';
      window.pk = placekit('${site.server.privateKey}', { maxResults: 5, language: 'de' });
      window.outcome = (call) => call().then((answer) => ({ answer }), (refusal) => ({ refusal }));`,
    );
    for (const [name, content] of Object.entries(files)) site.write(name, content);
    const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:;
      connect-src 'self' https://api.placekit.co ${site.server.origin}`;
    site.#host = await serveFolder(project.at('site'), policy.replace(/\s+/g, ' '));
    site.origin = site.#host.url;
    site.context = await browser.newContext();
    return site;
  }

  /** Writes one of its files. */
  write(name, content) {
    this.#project.write(`site/${name}`, content);
  }

  /** Opens a page; it need not have a connection. */
  async open(path = 'page.html') {
    const page = await this.context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.goto(`${this.origin}/${path}`);
    return page;
  }

  /** Registers the worker, and waits until it answers for the page and all is quiet. */
  async register(page, parameters) {
    await this.takeOver(page, parameters);
    await untilInPage(
      page,
      async () => (await caches.match('/hereabouts-synchronised')) !== undefined,
    );
    // The browser's own event comes in its own time, and would bring what tests wait for.
    await untilInPage(page, async () => {
      const { sync } = await navigator.serviceWorker.ready;
      return (await sync.getTags()).length === 0;
    });
  }

  /** Registers the worker, and waits until it answers for the page. */
  async takeOver(page, parameters) {
    const sources = { server: this.server.origin, apiKey: this.server.privateKey };
    const query = new URLSearchParams({ ...sources, ...parameters });
    await page.evaluate(async (url) => {
      const { serviceWorker } = navigator;
      const controlled = new Promise((resolve) => (serviceWorker.oncontrollerchange = resolve));
      await serviceWorker.register(url);
      await controlled;
    }, `/hereabouts-sw.js?${query}`);
  }

  /** Takes away the server, the site's host and the network. */
  async goOffline() {
    await this.context.setOffline(true);
    this.#host.close();
    await this.server.stop();
  }

  /** Asks the sync server itself, with the bodies that the page's client makes of calls. */
  askServer(calls) {
    return Promise.all(
      calls.map(async ([method, ...args]) => {
        const [query, options] = method === 'search' ? args : [undefined, args[0]];
        const body = { maxResults: 5, language: 'de', ...options, query };
        const response = await fetch(`${this.server.origin}/${method}`, {
          method: 'POST',
          headers: { 'x-placekit-api-key': this.server.privateKey },
          body: JSON.stringify(body),
        });
        const answer = await response.json();
        if (response.ok) return { answer };
        return { refusal: { status: response.status, statusText: response.statusText, ...answer } };
      }),
    );
  }

  async close() {
    await this.context?.close();
    this.#host?.close();
    await this.server?.stop();
  }
}

/** The project of the tests of a file, and their browser, once `withProject` has made them. */
export let project;
export let browser;
/** The site of the running test, with `withSites`. */
export let site;

/** Gives the tests of a file a project and a browser. */
export function withProject() {
  before(async () => {
    project = makeProject();
    browser = await launchChromium(NO_PLACEKIT);
  });
  after(async () => {
    await browser?.close();
    project?.remove();
  });
}

/** Gives each of them a site of its own besides; `files` as for `Site.start`. */
export function withSites(files) {
  withProject();
  beforeEach(async () => {
    site = await Site.start(project, browser, files);
  });
  afterEach(() => site?.close());
}

/** Calls the page's client, one call after the other; calls are a method and its arguments. */
export const ask = (page, calls) =>
  page.evaluate(async (calls) => {
    const outcomes = [];
    for (const [method, ...args] of calls) {
      const [owner, name] = method.includes('.') ? method.split('.') : [undefined, method];
      const target = owner ? window.pk[owner] : window.pk;
      outcomes.push(await window.outcome(() => target[name](...args)));
    }
    return outcomes;
  }, calls);

/** Waits until something is true in the page. */
export const untilInPage = (page, predicate, argument) =>
  until(() => page.evaluate(predicate, argument), String(predicate), {
    timeoutMs: WAIT_MS,
  });
