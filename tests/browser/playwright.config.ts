// Browser tests: the built app, the real server and real countries, in an installed Chromium.

import { defineConfig } from '@playwright/test';
import { chromiumPath } from './harness/chromium.js';

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results',
  globalSetup: './harness/setup.ts',
  // One browser at a time: each test has a server and a profile of its own, and few cores to share.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath: chromiumPath(),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    viewport: { width: 1280, height: 800 },
    // The map jumps instead of flying, so that a click finds it where the test expects it.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
  },
});
