// An installed Chromium, and pages in it that fail their test by any fault.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { findChromium, LAUNCH_FLAGS } from '../harness/chromium.mjs';

/** Starts the browser; `flags` are added to those of every test. */
export function launchChromium(flags = []) {
  return chromium.launch({ executablePath: findChromium(), args: [...LAUNCH_FLAGS, ...flags] });
}

/** Collects what a page must not do: exceptions, errors in its console, requests to other hosts. */
export function watchFaults(page, origin) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${error}`));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => {
    const url = request.url();
    const own = url.startsWith(origin) || url.startsWith('blob:') || url.startsWith('data:');
    if (!own) faults.push(`foreign request ${url}`);
  });
  return faults;
}

/** Opens an address and returns what the page's `window.done` gives; there must be no fault. */
export async function visit(page, url) {
  const faults = watchFaults(page, new URL(url).origin);
  await page.goto(url);
  const result = await page.evaluate(() => window.done);
  assert.deepEqual(faults, []);
  return result;
}
