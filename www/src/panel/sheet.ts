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

  /** Puts a view into the panel; what of the one before is the same in it stays as the user left it. */
  render(name: ViewName, view: HTMLElement): void {
    markNavigation(name);
    const before = this.#body.firstElementChild;
    // One that lives on, such as a form, is left alone.
    if (before === view) return;
    const same = before?.getAttribute('data-view') === view.dataset['view'];
    if (before && same) keepDetails(before, view);
    // A new node would take the focus and what is selected in the old one for nothing.
    if (before?.isEqualNode(view)) return;
    const focused = document.activeElement;
    const again = before?.contains(focused) ? counterpart(focused, before, view) : undefined;
    const { scrollTop } = this.#body;
    this.#body.replaceChildren(view);
    this.#body.scrollTop = same ? scrollTop : 0;
    again?.focus({ preventScroll: true });
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

/** Opens in a view what the user opened in the one before it. */
function keepDetails(before: Element, view: Element): void {
  const opened = [...before.querySelectorAll('details')].map(({ open }) => open);
  view.querySelectorAll('details').forEach((details, index) => {
    details.open = opened[index] ?? false;
  });
}

/** Finds the element of a view that stands for one of the view before it, by its name or its turn. */
function counterpart(
  element: Element | null,
  before: Element,
  view: Element,
): HTMLElement | undefined {
  if (!element) return undefined;
  const tag = element.tagName;
  const name = (other: Element) =>
    other.getAttribute('aria-label') ?? (other.id || other.textContent);
  const all = [...view.querySelectorAll<HTMLElement>(tag)];
  const turn = [...before.querySelectorAll(tag)].indexOf(element);
  const like = all.filter((other) => name(other) === name(element));
  if (all[turn] && like.includes(all[turn])) return all[turn];
  return like[0] ?? nearby(element, view) ?? all[turn];
}

/** Finds what stands where a control of a country was that is gone, such as that of its download. */
function nearby(element: Element, view: Element): HTMLElement | null {
  const country = element.closest<HTMLElement>('[data-country]')?.dataset['country'];
  if (country === undefined) return null;
  const control = view.querySelector<HTMLElement>(`[data-country="${country}"] button`);
  return control ?? view.querySelector<HTMLElement>('h2[tabindex]');
}
