// Automatic accessibility checks of the page as it stands.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

declare const axe: { run(): Promise<AxeResults> };

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Expects that a view breaks none of the rules. */
export async function expectNoViolations(page: Page, view: string): Promise<void> {
  // The page's policy would refuse it as a script; half a megabyte is no matter for other tests.
  if (await page.evaluate(() => typeof axe === 'undefined')) await page.evaluate(source);
  const violations = await page.evaluate(async () => (await axe.run()).violations);
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
  );
  expect(told, view).toEqual([]);
}
