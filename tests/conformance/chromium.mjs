// Finds an installed Chromium; nothing is downloaded.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Names the browser to test with: `CHROMIUM`, or the first one on the path. */
export function findChromium() {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const folders = [...PATH.split(delimiter), '/usr/bin'];
  const runs = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(runs);
  if (!found) throw new Error('no Chromium found: install one, or name it in CHROMIUM');
  return found;
}
