// The heading of a view, with the button that leaves it.

import { button, h } from '../dom.js';
import { icon } from '../icons.js';

/** Makes the heading of a view. */
export function viewHeader(id: string, title: string, back: () => void): HTMLElement {
  return h(
    'header',
    { class: 'view-header' },
    button({ class: 'icon-button', 'aria-label': 'Back' }, back, icon('back')),
    h('h2', { id, tabindex: '-1' }, title),
  );
}
