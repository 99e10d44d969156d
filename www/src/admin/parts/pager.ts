// Links to the pages of a list before and after.

import { h } from '../../dom.js';
import { icon } from '../../icons.js';

/** Makes the links; there are none when the list has one page. */
export function pager(
  told: string,
  previous: string | null,
  next: string | null,
  previousText = 'Previous',
): HTMLElement {
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    h('p', {}, told),
    previous &&
      h('a', { class: 'button small', href: previous, id: 'page-previous' }, previousText),
    next && h('a', { class: 'button small', href: next, id: 'page-next' }, 'Next'),
  );
}

/** Turns the server's address of a page into one here, whose filters are the server's parameters. */
export function pageHash(section: string, url: string | null | undefined): string | null {
  if (!url) return null;
  return `#/${section}?${url.split('?', 2)[1] ?? ''}`;
}

/** A link back to a list. */
export function backLink(href: string, text: string): HTMLElement {
  return h('a', { class: 'back', href }, icon('back'), text);
}
