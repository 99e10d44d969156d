// One patch that does not fit its base, and the decision about it.

import { h } from '../../dom.js';
import { badge, written } from '../format.js';
import { actionButton } from '../parts/action.js';
import { ask } from '../parts/dialog.js';
import { comparison } from '../patches/comparison.js';
import { reasonField, reasonOf } from '../patches/edit.js';
import type { Conflict, Outcome } from '../types.js';
import { type Context, hashOf } from '../view.js';

const MEANING: Record<Outcome, string> = {
  applied: 'The patch fits.',
  redundant: 'The base says what the patch says; the patch is needed no more.',
  orphan: 'The record is not in the base any more, or its country has a base of its own now.',
  conflict: 'The base has changed what the patch changes, to something else.',
};

const KEPT: Record<Outcome, string> = {
  applied: 'The patch stays.',
  redundant: 'The patch stays, over the record as it is in the base now.',
  orphan: 'The patch is taken to the base of its country, or becomes a record of its own.',
  conflict: 'The patch stays, over the record as it is in the base now.',
};

/** Shows the patch beside the base, with what can be decided. */
export function conflictCard(context: Context, conflict: Conflict): HTMLElement {
  const { outcome, patch, country, generation, base = null } = conflict;
  const { session } = context;
  const mayDecide = session.may('patches:write', 'patches:approve');
  const title = h('a', { href: hashOf('patches', patch.id) }, written(patch.name));
  const decide = (resolution: 'keep' | 'retire', label: string, kind: string) =>
    actionButton(
      context,
      { class: `button small ${kind}`, 'aria-label': `${label} ${patch.name}` },
      () => resolve(context, conflict, resolution),
      label,
    );
  return h(
    'article',
    { class: 'conflict', 'data-patch': patch.id },
    h('h3', {}, title, ' ', badge(outcome, outcome === 'redundant' ? 'plain' : 'warn')),
    h(
      'p',
      { class: 'muted' },
      `${country.toUpperCase()}, generation ${generation}. ${MEANING[outcome]}`,
    ),
    comparison(`${patch.name}: base and patch`, base, patch.remove ? null : patch, [
      'Base',
      'Patch',
    ]),
    mayDecide &&
      h(
        'div',
        { class: 'row-actions' },
        decide('keep', 'Keep', ''),
        decide('retire', 'Retire', 'danger'),
      ),
  );
}

async function resolve(
  context: Context,
  { patch, outcome }: Conflict,
  resolution: 'keep' | 'retire',
): Promise<void> {
  const isKept = resolution === 'keep';
  const told = isKept ? KEPT[outcome] : 'The patch ends; everybody gets what the base says.';
  const isDone = await ask({
    title: `${isKept ? 'Keep' : 'Retire'} the patch of ${patch.name}?`,
    nodes: [h('p', {}, told), reasonField()],
    submit: isKept ? 'Keep' : 'Retire',
    danger: !isKept,
    run: async (form) => {
      const body = { resolution, ...reasonOf(form) };
      const path = `/sync/v1/conflicts/${encodeURIComponent(patch.id)}`;
      await context.session.api.send('POST', path, { body });
    },
  });
  const text = `The patch of ${patch.name} was ${isKept ? 'kept' : 'retired'}.`;
  if (isDone) await context.refresh({ kind: 'done', text });
}
