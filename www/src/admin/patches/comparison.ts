// The table of what is before and after.

import { h } from '../../dom.js';
import { written } from '../format.js';
import { table } from '../parts/table.js';
import type { PlaceRecord } from '../types.js';
import { compare, type Row } from './compare.js';

/** Makes the table; changed fields are told by a word, too. */
export function comparison(
  caption: string,
  before: PlaceRecord | null,
  after: PlaceRecord | null,
  headings: readonly [string, string] = ['Before', 'After'],
): HTMLElement {
  const isBoth = before !== null && after !== null;
  const element = table(
    caption,
    [
      { heading: 'Field', names: true, cell: ({ label }: Row) => label },
      { heading: headings[0], cell: (row) => (before ? row.before || '–' : 'nothing') },
      {
        heading: headings[1],
        cell: (row) => {
          if (!after) return 'removed';
          if (!isBoth || !row.isChanged) return row.after || '–';
          return [
            h('strong', { class: 'changed' }, written(row.after || '–')),
            h('span', { class: 'visually-hidden' }, ' (changed)'),
          ];
        },
      },
    ],
    compare(before, after),
    'Neither has a field.',
  );
  element.classList.add('comparison');
  return element;
}
