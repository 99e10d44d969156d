// The combobox in the page: shows the state of its machine, and passes on what the user does.

import type { SearchResult } from 'hereabouts';
import { append, button, h } from '../dom.js';
import { highlightNodes } from '../highlight.js';
import { icon } from '../icons.js';
import { iconOf, secondLine } from '../places.js';
import { type ComboboxEffect, type ComboboxEvent, INITIAL, step } from './state.js';

/** What the list says when it has no options. */
export type ListNotice = { readonly text: string; readonly kind: 'busy' | 'empty' | 'error' };

/** What the page does for the combobox. */
export interface ComboboxHost {
  /** The text changed; answers go to {@link ComboboxView.showResults}. */
  search(query: string): void;
  /** The user took a result. */
  pick(result: SearchResult): void;
  /** The highlight moved to a result, or to none (-1). */
  highlight(index: number): void;
}

/** Search box with its list of suggestions. */
export class ComboboxView {
  readonly #host: ComboboxHost;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLUListElement;
  readonly #notice: HTMLDivElement;
  readonly #popup: HTMLDivElement;
  readonly #clear: HTMLButtonElement;
  #state = INITIAL;
  #results: readonly SearchResult[] = [];

  constructor(parent: HTMLElement, host: ComboboxHost) {
    this.#host = host;
    this.#input = h('input', {
      id: 'search-input',
      class: 'search-input',
      type: 'text',
      role: 'combobox',
      'aria-label': 'Search an address or a place',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': 'search-list',
      placeholder: 'Search an address or a place',
      autocomplete: 'off',
      autocapitalize: 'off',
      autocorrect: 'off',
      spellcheck: 'false',
      enterkeyhint: 'search',
      maxlength: 512,
    });
    this.#list = h('ul', { id: 'search-list', role: 'listbox', 'aria-label': 'Suggestions' });
    this.#notice = h('div', { class: 'list-notice', hidden: true });
    this.#popup = h('div', { class: 'popup surface', hidden: true }, this.#list, this.#notice);
    this.#clear = button(
      { class: 'icon-button clear', 'aria-label': 'Clear search', hidden: true },
      () => {
        this.#send({ type: 'clear' });
        this.focus();
      },
      icon('close'),
    );
    const lens = h('span', { class: 'search-lens' }, icon('search'));
    append(parent, [lens, this.#input, this.#clear, this.#popup]);
    this.#listen(parent);
  }

  /** Puts the cursor into the box. */
  focus(): void {
    this.#input.focus();
  }

  /** Puts the cursor into the box and shows the list, if there is anything to list. */
  open(): void {
    this.focus();
    this.#send({ type: 'key', key: 'ArrowDown', alt: true });
  }

  /** Text in the box. */
  get value(): string {
    return this.#state.value;
  }

  /** The data, or what is asked of it, has changed: what is listed counts no more. */
  outdate(): void {
    this.#send({ type: 'outdated' });
  }

  /** Shows the answers to the present text. */
  showResults(results: readonly SearchResult[], notice: ListNotice | null): void {
    this.#results = results;
    this.#list.replaceChildren(...results.map((result, index) => optionNode(result, index)));
    this.#notice.hidden = notice === null;
    this.#notice.textContent = notice?.text ?? '';
    this.#notice.dataset['kind'] = notice?.kind ?? '';
    this.#send({ type: 'options', count: results.length });
  }

  /** Puts a text into the box without searching for it, such as the name of the picked place. */
  showText(text: string): void {
    const closed = { expanded: false, active: -1, current: text === '', waiting: false };
    this.#state = { ...this.#state, ...closed, value: text };
    this.#render();
  }

  #listen(parent: HTMLElement): void {
    this.#input.addEventListener('input', () =>
      this.#send({ type: 'input', value: this.#input.value }),
    );
    this.#input.addEventListener('keydown', (event) => {
      // While an input method composes, its keys are not ours.
      if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const effects = this.#send({ type: 'key', key: event.key, alt: event.altKey });
      if (effects.some(({ type }) => type === 'handled')) event.preventDefault();
    });
    this.#input.addEventListener('click', () =>
      this.#send({ type: 'key', key: 'ArrowDown', alt: true }),
    );
    parent.addEventListener('focusout', (event) => {
      if (!(event.relatedTarget instanceof Node && parent.contains(event.relatedTarget))) {
        this.#send({ type: 'leave' });
      }
    });
    // The focus stays in the box while an option is pressed.
    this.#popup.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#popup.addEventListener('click', (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (option) this.#send({ type: 'click', index: Number(option.dataset['index']) });
    });
  }

  #send(event: ComboboxEvent): readonly ComboboxEffect[] {
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    this.#render();
    if (state.active !== before.active) this.#host.highlight(state.active);
    for (const effect of effects) this.#run(effect);
    return effects;
  }

  #run(effect: ComboboxEffect): void {
    if (effect.type === 'search') this.#host.search(effect.value);
    if (effect.type === 'caret') {
      const at = effect.to === 'start' ? 0 : this.#input.value.length;
      this.#input.setSelectionRange(at, at);
    }
    if (effect.type === 'pick') {
      const result = this.#results[effect.index];
      if (result) this.#host.pick(result);
    }
  }

  #render(): void {
    const { value, expanded, active, count } = this.#state;
    if (this.#input.value !== value) this.#input.value = value;
    this.#clear.hidden = value === '';
    const shown = expanded && (count > 0 || !this.#notice.hidden);
    this.#popup.hidden = !shown;
    this.#list.hidden = count === 0;
    this.#input.setAttribute('aria-expanded', String(shown && count > 0));
    [...this.#list.children].forEach((option, index) => {
      option.setAttribute('aria-selected', String(index === active));
      if (index === active && shown) option.scrollIntoView({ block: 'nearest' });
    });
    if (active >= 0) this.#input.setAttribute('aria-activedescendant', `search-option-${active}`);
    else this.#input.removeAttribute('aria-activedescendant');
  }
}

function optionNode(result: SearchResult, index: number): HTMLLIElement {
  const name = h('span', { class: 'option-name' });
  append(name, highlightNodes(result.highlight || result.name));
  return h(
    'li',
    {
      id: `search-option-${index}`,
      class: 'option',
      role: 'option',
      'aria-selected': 'false',
      'data-index': index,
    },
    h('span', { class: `type-icon type-${result.type}` }, icon(iconOf(result))),
    h(
      'span',
      { class: 'option-text' },
      name,
      h('span', { class: 'option-place' }, secondLine(result)),
    ),
  );
}
