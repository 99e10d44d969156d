// Finds an installed Chromium; nothing is downloaded.

import { findProgram } from './programs.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Flags of every Chromium that tests start: no sandbox for root, no talk of its own. */
export const LAUNCH_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

/** Names the browser to test with: `CHROMIUM`, or the first one on the path. */
export function findChromium() {
  const found = process.env.CHROMIUM ?? findProgram(NAMES);
  if (!found) throw new Error('no Chromium found: install one, or name it in CHROMIUM');
  return found;
}
