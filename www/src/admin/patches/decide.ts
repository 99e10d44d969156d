// Decisions about the patch that a page shows.

import type { Context, Notice } from '../view.js';

/** Does something, and shows the newer state when someone else was faster. */
export async function decide(
  context: Context,
  run: () => Promise<void>,
  text: string,
): Promise<void> {
  const notice: Notice = await run().then(
    () => ({ kind: 'done', text }),
    (error: Error) => ({ kind: 'failed', text: error.message }),
  );
  await context.refresh(notice);
}
