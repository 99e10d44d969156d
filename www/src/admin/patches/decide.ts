// Decisions about the patch that a page shows.

import type { Context, Notice } from '../view.js';
import { Overtaken } from './change.js';

/** Does something, and shows the newer state when someone else was faster. */
export async function decide(
  context: Context,
  run: () => Promise<void>,
  text: string,
): Promise<void> {
  let notice: Notice = { kind: 'done', text };
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    notice = { kind: 'failed', text: error.message };
  }
  await context.refresh(notice);
}
