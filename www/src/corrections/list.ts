// The list of the user's own suggestions with what became of them.

import type { Proposal, SearchResult } from 'hereabouts';
import { h } from '../dom.js';
import { type IconName, icon } from '../icons.js';
import { oneLine } from '../places.js';
import { describeProposal } from './fields.js';

const OUTCOMES: Readonly<Record<Proposal['outcome'], readonly [text: string, icon: IconName]>> = {
  queued: ['Waits for a connection', 'clock'],
  pending: ['Sent, not decided yet', 'clock'],
  conflict: ['Sent, not decided yet', 'clock'],
  approved: ['Accepted', 'check'],
  rejected: ['Declined', 'close'],
};

/** Makes the section; nothing where nothing can be or was suggested. */
export function suggestionsSection(
  proposals: readonly Proposal[],
  canSuggest: boolean,
): HTMLElement | null {
  if (proposals.length === 0 && !canSuggest) return null;
  return h(
    'section',
    { class: 'suggestions', 'aria-labelledby': 'suggestions-title' },
    h('h3', { id: 'suggestions-title' }, 'Your suggestions'),
    proposals.length === 0
      ? h('p', { class: 'prose' }, 'Corrections that you suggest are listed here.')
      : h('ul', { class: 'suggestion-list' }, ...proposals.map(item)),
  );
}

/** Names the place that a proposal is about. */
export function placeOf({ origin }: Proposal): string {
  return oneLine(origin as SearchResult);
}

function item(proposal: Proposal): HTMLElement {
  const { outcome, message, errors = [], comment, createdAt } = proposal;
  const [text, name] = OUTCOMES[outcome];
  const reasons = [message, ...errors.map(({ path, msg }) => `${path}: ${msg}`)];
  const date = new Date(createdAt).toLocaleDateString('en', { dateStyle: 'medium' });
  return h(
    'li',
    { class: 'suggestion', 'data-outcome': outcome },
    h('p', { class: 'suggestion-place' }, placeOf(proposal)),
    h('p', { class: 'suggestion-change' }, `${describeProposal(proposal)} · ${date}`),
    comment !== undefined && h('p', { class: 'suggestion-change' }, `“${comment}”`),
    h('p', { class: 'suggestion-outcome' }, icon(name), text),
    ...reasons.filter(Boolean).map((reason) => h('p', { class: 'suggestion-change' }, reason)),
  );
}
