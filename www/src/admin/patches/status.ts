// How the state of a patch is shown: whether it is seen, and what approving it does to another one.

import { h } from '../../dom.js';
import { badge, written } from '../format.js';
import type { Session } from '../session.js';
import type { HistoryEntry, Patch } from '../types.js';
import { hashOf } from '../view.js';
import { readPatch } from './change.js';

/** Shows whether end users see a patch. */
export function statusBadge({ status }: Patch): HTMLElement {
  return badge(status, status === 'approved' ? 'good' : 'warn');
}

/** Whether approving a patch may take back another one. */
export function hasRival({ status, proposal }: Patch): boolean {
  return status === 'pending' && proposal?.conflict === true;
}

/** Marks such a patch in a list. */
export function rivalBadge(patch: Patch): HTMLElement | null {
  return hasRival(patch) ? badge('conflict', 'danger') : null;
}

/** Warns of it on the page of the patch, with the other one where the server tells which it is. */
export async function rivalWarning(
  session: Session,
  patch: Patch,
  history: readonly HistoryEntry[],
): Promise<HTMLElement | null> {
  if (!hasRival(patch)) return null;
  // The patch that was the first of a record has the record's id.
  const id = history.at(-1)?.to?.proposal?.recordId;
  const rival = id ? await readPatch(session, id) : null;
  return h(
    'p',
    { class: 'warning' },
    'When this was proposed, the record had another correction or was not there. ',
    'Approving it takes back what else is approved of the record.',
    ...(rival ? [' The other correction: ', linkTo(rival.data), ' ', statusBadge(rival.data)] : []),
  );
}

function linkTo({ id, name }: Patch): HTMLElement {
  return h('a', { href: hashOf('patches', id) }, written(name));
}
