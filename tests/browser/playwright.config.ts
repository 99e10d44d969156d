// Browser tests: the built app, the real server and real countries, in an installed Chromium.

import { defineConfig } from '@playwright/test';
import { findChromium, LAUNCH_FLAGS } from '../harness/chromium.mjs';

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results',
  globalSetup: './harness/setup.ts',
  // Each test has a server and a profile of its own.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath: findChromium(),
      args: ['--headless', ...LAUNCH_FLAGS],
    },
    viewport: { width: 1280, height: 800 },
    // The map jumps instead of flying, so that a click finds it where the test expects it.
    contextOptions: { reducedMotion: 'reduce' },
    // Half as fast with traces: `playwright test --trace on` records what a failure needs.
    trace: 'off',
  },
});
