// The panel beside or under the map: shows one view, and tells the map what it covers.

import { button, h } from '../dom.js';
import { icon } from '../icons.js';
import type { MapView } from '../map/view.js';
import { markNavigation, type ViewName } from './controls.js';
import { patch } from './patch.js';

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
    const focused = before?.contains(document.activeElement) ? document.activeElement : null;
    const seek = before && focused ? counterpart(focused, before) : undefined;
    // A press on the card of one place is not meant for that of another, and a form holds what the
    // user wrote.
    const samePlace = before?.getAttribute('data-place') === (view.dataset['place'] ?? null);
    if (before && same && samePlace && !view.querySelector('form')) {
      patch(before, view);
    } else {
      const { scrollTop } = this.#body;
      this.#body.replaceChildren(view);
      this.#body.scrollTop = same ? scrollTop : 0;
    }
    if (focused && !focused.isConnected) seek?.(this.#body)?.focus({ preventScroll: true });
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

/** Remembers an element by its name and its turn: finds what stands for it in the view to come. */
function counterpart(
  element: Element,
  before: Element,
): (view: Element) => HTMLElement | null | undefined {
  const tag = element.tagName;
  const nameOf = (one: Element) => one.getAttribute('aria-label') ?? (one.id || one.textContent);
  const name = nameOf(element);
  const turn = [...before.querySelectorAll(tag)].indexOf(element);
  const country = element.closest<HTMLElement>('[data-country]')?.dataset['country'];
  return (view) => {
    const all = [...view.querySelectorAll<HTMLElement>(tag)];
    const like = all.filter((one) => nameOf(one) === name);
    if (all[turn] && like.includes(all[turn])) return all[turn];
    return like[0] ?? nearby(country, view) ?? all[turn];
  };
}

/** Finds what stands where a control of a country was that is gone, such as that of its download. */
function nearby(country: string | undefined, view: Element): HTMLElement | null {
  if (country === undefined) return null;
  const control = view.querySelector<HTMLElement>(`[data-country="${country}"] button`);
  return control ?? view.querySelector<HTMLElement>('h2[tabindex]');
}
