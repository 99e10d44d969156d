// The web app in Firefox, driven over WebDriver BiDi: download once, then search, look up and start
// without a server. `FIREFOX` names another Firefox than the one on the path.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { findProgram } from '../harness/programs.mjs';
import { SyncServer } from '../harness/server.mjs';
import { REPOSITORY } from '../harness/workspace.mjs';

const DEADLINE_MS = 60_000;
const SEARCH = '[role="combobox"]';
const OPTION = '[role="option"]';
const CARD = '[data-view="card"] h2';

const program = process.env.FIREFOX ?? findProgram(['firefox-esr', 'firefox']);
const skip = !program && 'no Firefox found: install firefox-esr, or name one in FIREFOX';

let server;
let browser;
before(async () => {
  if (skip) return;
  server = await SyncServer.start({ options: ['--www', `${REPOSITORY}www/dist`] });
  browser = await puppeteer.launch({
    ...{ browser: 'firefox', executablePath: program, headless: true },
    // Only this machine is talked to.
    extraPrefsFirefox: { 'network.captive-portal-service.enabled': false },
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page with the app, and what it did that it must not. */
async function openApp() {
  const page = await browser.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const faults = [];
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isOwn = url.origin === server.origin || ['data:', 'blob:'].includes(url.protocol);
    if (!isOwn || /^\/(search|reverse)$/.test(url.pathname)) faults.push(`request: ${url.href}`);
  });
  await page.goto(server.origin);
  await page.waitForSelector('html[data-offline-ready]');
  return { page, faults };
}

async function download(page, name) {
  await page.locator(`::-p-aria(Download ${name})`).click();
  await page.locator('::-p-aria([name="Countries"][role="button"])').click();
  await page.waitForSelector('[data-country="li"][data-state="ready"]');
}

/** Types a query and waits for a first option that matches. */
async function search(page, query, expected) {
  await page.$eval(SEARCH, (input) => input.select());
  await page.type(SEARCH, query);
  await page.waitForFunction(
    (selector, source) => new RegExp(source).test(document.querySelector(selector)?.textContent),
    {},
    ...[OPTION, expected.source],
  );
}

const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

test('an address is found, also after a start without a server', { skip }, async () => {
  const { page, faults } = await openApp();
  await download(page, 'Liechtenstein');
  await search(page, 'Städtle 43 Vad', /Städtle 43/);
  await page.keyboard.press('Enter');
  await page.waitForSelector(CARD, { visible: true });
  const address = await textOf(page, CARD);
  assert.match(address, /Städtle/);
  const link = page.url();
  assert.match(link, /#at=/);

  await server.stop();
  await page.goto('about:blank');
  await page.goto(link);
  await page.waitForSelector(CARD, { visible: true });
  assert.equal(await textOf(page, CARD), address);
  await search(page, 'dorfstr 24 9495', /Dorfstrasse 24/);
  assert.deepEqual(faults, []);
});
