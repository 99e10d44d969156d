// The panel beside or under the map: shows one view, and tells the map what it covers.

import { button, h } from '../dom.js';
import { icon } from '../icons.js';
import type { MapView } from '../map/view.js';
import { markNavigation, type ViewName } from './controls.js';

const NARROW = matchMedia('(max-width: 719px)');

/** The panel with its handle, by which it folds away on phones. */
export class Sheet {
  readonly #element: HTMLElement;
  readonly #map: MapView;
  readonly #handle: HTMLButtonElement;
  readonly #body = h('div', { class: 'sheet-body' });

  constructor(element: HTMLElement, map: MapView) {
    this.#element = element;
    this.#map = map;
    this.#handle = button(
      { class: 'sheet-handle', 'aria-label': 'Panel', 'aria-expanded': 'true' },
      () => this.#fold(!this.#element.hasAttribute('data-folded')),
      icon('minus'),
    );
    element.append(this.#handle, this.#body);
    new ResizeObserver(() => this.updatePadding()).observe(element);
  }

  /** Puts a view into the panel, keeping the focus and the scroll position of a redrawn one. */
  render(name: ViewName, view: HTMLElement): void {
    markNavigation(name);
    // One that lives on, such as a form, is left alone.
    if (this.#body.firstElementChild === view) return;
    const focused = this.#body.contains(document.activeElement)
      ? document.activeElement?.getAttribute('aria-label')
      : null;
    const same = this.#body.firstElementChild?.getAttribute('data-view') === view.dataset['view'];
    const { scrollTop } = this.#body;
    this.#body.replaceChildren(view);
    this.#body.scrollTop = same ? scrollTop : 0;
    if (focused) {
      const again = [...view.querySelectorAll<HTMLElement>('[aria-label]')].find(
        (element) => element.getAttribute('aria-label') === focused,
      );
      again?.focus();
    }
  }

  /** Shows a newly entered view from its top, with the focus on its heading where it has one. */
  entered(): void {
    this.#fold(false);
    this.#body.scrollTop = 0;
    const searching = document.activeElement?.id === 'search-input';
    if (!searching) this.#body.querySelector<HTMLElement>('h2[tabindex]')?.focus();
  }

  /** Tells the map which part of it is free. */
  updatePadding(): void {
    const panel = this.#element.getBoundingClientRect();
    const search = document.querySelector('.search-card')?.getBoundingClientRect();
    const padding = NARROW.matches
      ? { top: search?.bottom ?? 0, right: 0, bottom: innerHeight - panel.top, left: 0 }
      : { top: 0, right: 0, bottom: 0, left: panel.right };
    this.#map.padding = padding;
    // The style sheet keeps controls and crosshair in the free part too.
    const { style } = document.documentElement;
    style.setProperty('--sheet-height', `${padding.bottom}px`);
    style.setProperty('--map-shift-x', `${padding.left / 2}px`);
    style.setProperty('--map-shift-y', `${(padding.top - padding.bottom) / 2}px`);
  }

  #fold(folded: boolean): void {
    this.#element.toggleAttribute('data-folded', folded);
    this.#handle.setAttribute('aria-expanded', String(!folded));
  }
}
