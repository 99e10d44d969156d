// Tables: real rows and headings, which become cards where the window is narrow.

import { type Child, h } from '../../dom.js';
import { written } from '../format.js';

/** A column of a table. */
export interface Column<T> {
  readonly heading: string;
  /** Whether the heading is for screen readers only. */
  readonly hidden?: boolean;
  readonly cell: (row: T) => Child | readonly Child[];
  /** Whether the cell names its row. */
  readonly names?: boolean;
}

/** Makes a table, or says that there is nothing. */
export function table<T>(
  caption: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
  empty: string,
): HTMLElement {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  // The roles say what the elements are, since the cards' style takes their meaning away.
  const head = h(
    'tr',
    { role: 'row' },
    ...columns.map(({ heading, hidden }) =>
      h(
        'th',
        { role: 'columnheader', scope: 'col' },
        h('span', { class: hidden && 'visually-hidden' }, heading),
      ),
    ),
  );
  return h(
    'table',
    { role: 'table' },
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', { role: 'rowgroup' }, head),
    h('tbody', { role: 'rowgroup' }, ...rows.map((row) => tableRow(columns, row))),
  );
}

function tableRow<T>(columns: readonly Column<T>[], row: T): HTMLElement {
  const cells = columns.map(({ heading, hidden, cell, names }) => {
    const content = cell(row);
    const children = (Array.isArray(content) ? content : [content as Child]).map((child) =>
      typeof child === 'string' ? written(child) : child,
    );
    const label = hidden ? null : heading;
    return names
      ? h('th', { role: 'rowheader', scope: 'row', 'data-label': label }, ...children)
      : h('td', { role: 'cell', 'data-label': label }, ...children);
  });
  return h('tr', { role: 'row' }, ...cells);
}
