// Draws the PNG icons from icon.svg with an installed Chromium; run it when the drawing changes.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const at = (path) => fileURLToPath(new URL(`../public/icons/${path}`, import.meta.url));
const svg = readFileSync(at('icon.svg'), 'utf8');
// Launchers cut maskable and Apple icons themselves, so those fill their square; what matters
// stays within the middle 80 %.
const square = svg
  .replace(' rx="116"', '')
  .replace('a116 116 0 0 1-116 116H116A116 116 0 0 1 0 396z', 'v230H0z');
const ICONS = [
  { file: 'icon-192.png', size: 192, drawing: svg },
  { file: 'icon-512.png', size: 512, drawing: svg },
  { file: 'icon-maskable-512.png', size: 512, drawing: square },
  { file: 'apple-touch-icon.png', size: 180, drawing: square },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  for (const { file, size, drawing } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const source = `data:image/svg+xml;base64,${Buffer.from(drawing).toString('base64')}`;
    await page.setContent(
      `<style>*{margin:0}img{display:block;width:100vw}</style><img src="${source}">`,
    );
    writeFileSync(at(file), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
