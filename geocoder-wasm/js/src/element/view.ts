// The shadow tree of the element: shows the state of its machine and passes on what the user does.

import { parseHighlight } from '../highlight.js';
import { secondLine } from '../lines.js';
import type { SearchResult } from '../types.js';
import { type ComboboxEffect, type ComboboxEvent, INITIAL, step } from './combobox.js';
import { icon, kindOf } from './icons.js';
import type { Strings } from './strings.js';
import { STYLE } from './style.js';

/** Width of the window below which the list becomes a sheet over the whole screen. */
const SHEET_QUERY = '(max-width: 600px)';

/** What the element does for its view. */
export interface ViewHost {
  /** Texts to show. */
  readonly strings: Strings;
  /** The text changed and wants answers. */
  search(text: string): void;
  /** The user took a result. */
  pick(result: SearchResult): void;
  /** The highlight moved to a result, or to none. */
  highlight(result: SearchResult | null): void;
  /** The user emptied the box without typing. */
  edit(): void;
  /** The user wants the form to be sent. */
  submit(): void;
  /** The focus left the element. */
  leave(): void;
  /** Whether small screens show a sheet. */
  readonly wantsSheet: boolean;
}

/** A line in place of, or under, the options. */
export type Notice = 'busy' | 'none' | 'failed';

let sheet: CSSStyleSheet | undefined;

/** Text box with its list of suggestions. */
export class View {
  /** The text box. */
  readonly input = node('input', {
    part: 'input',
    type: 'text',
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'list',
    autocomplete: 'off',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    enterkeyhint: 'search',
    // As much as the engine reads.
    maxlength: '512',
  });
  readonly #host: ViewHost;
  readonly #list = node('ul', { id: 'list', part: 'list', role: 'listbox' });
  readonly #notice = node('div', { class: 'notice', part: 'notice' });
  readonly #popup = node('div', { class: 'popup', part: 'popup' }, this.#list, this.#notice);
  readonly #status = node('div', { class: 'unseen', role: 'status' });
  readonly #clear = node(
    'button',
    { class: 'clear', part: 'clear', type: 'button' },
    icon('clear'),
  );
  readonly #back = node('button', { class: 'back', part: 'back', type: 'button' }, icon('back'));
  readonly #root: HTMLElement;
  #state = INITIAL;
  #results: readonly SearchResult[] = [];

  constructor(shadow: ShadowRoot, host: ViewHost) {
    this.#host = host;
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
    }
    // Not a style element, which a Content-Security-Policy may forbid.
    shadow.adoptedStyleSheets = [sheet];
    const field = node(
      'div',
      { class: 'field', part: 'field' },
      this.#back,
      this.input,
      this.#clear,
    );
    this.#root = node('div', { class: 'root' }, field, this.#popup, this.#status);
    shadow.append(this.#root);
    this.#listen();
    this.#render();
  }

  /** Text in the box. */
  get text(): string {
    return this.#state.value;
  }

  /** Puts a text into the box without searching for it. */
  setText(text: string): void {
    this.clearResults();
    // The box drops line breaks, as it does when they are pasted.
    this.input.value = text;
    this.#send({ type: 'text', value: this.input.value });
  }

  /** Shows nothing under the box, for a text that is not searched. */
  clearResults(): void {
    this.#results = [];
    this.#list.replaceChildren();
    this.#showNotice(null);
    this.#send({ type: 'unasked' });
  }

  /** Closes the list. */
  close(): void {
    this.#send({ type: 'leave' });
  }

  /** Shows the answers to the present text. */
  showResults(results: readonly SearchResult[]): void {
    this.#results = results;
    const { kinds } = this.#host.strings;
    const options = results.map((result, index) =>
      optionNode(result, index, kinds[kindOf(result)]),
    );
    this.#list.replaceChildren(...options);
    const { none, found } = this.#host.strings;
    this.#showNotice(results.length === 0 ? 'none' : null);
    this.#say(results.length === 0 ? none : found(results.length));
    this.#send({ type: 'options', count: results.length });
  }

  /** Shows a notice in place of the options. */
  showNotice(notice: Notice): void {
    this.#results = [];
    this.#list.replaceChildren();
    this.#showNotice(notice);
    this.#say(this.#host.strings[notice]);
    this.#send(notice === 'busy' ? { type: 'busy' } : { type: 'options', count: 0 });
  }

  /** Writes the texts that are always there. */
  showStrings(label: string): void {
    const { list, clear, back } = this.#host.strings;
    this.input.ariaLabel = label;
    this.#list.ariaLabel = list;
    this.#clear.ariaLabel = clear;
    this.#back.ariaLabel = back;
  }

  /** Shows what follows from the attributes of the text box. */
  update(): void {
    this.#render();
  }

  /** Tells those who do not see the list what is in it, unless they have left the box. */
  #say(text: string): void {
    this.#status.textContent = this.input.matches(':focus') ? text : '';
  }

  #showNotice(notice: Notice | null): void {
    this.#notice.className = `notice ${notice ?? ''}`;
    this.#notice.textContent = notice ? this.#host.strings[notice] : '';
  }

  #listen(): void {
    const { input } = this;
    input.addEventListener('input', () => this.#send({ type: 'input', value: input.value }));
    input.addEventListener('keydown', (event) => {
      // While an input method composes, its keys are not ours (229 is the code of the one that ends
      // it in Safari, https://www.w3.org/TR/uievents/#determine-keydown-keyup-keyCode); nor are the
      // system's shortcuts, nor what the page has taken.
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (input.readOnly) return;
      const effects = this.#send({ type: 'key', key: event.key, alt: event.altKey });
      if (!effects.some(({ type }) => type === 'handled')) return;
      event.preventDefault();
      // A dialog around the element stays open when Escape closes the list.
      if (event.key === 'Escape') event.stopPropagation();
    });
    // Comes when nobody has taken the key before.
    input.addEventListener('keypress', (event) => {
      if (event.key === 'Enter') this.#host.submit();
    });
    input.addEventListener('click', () => {
      if (this.#state.count > 0) this.#send({ type: 'key', key: 'ArrowDown', alt: true });
    });
    this.#root.addEventListener('focusout', (event) => {
      if (event.relatedTarget instanceof Node && this.#root.contains(event.relatedTarget)) return;
      this.close();
      this.#host.leave();
    });
    // The focus stays in the box while an option or a button is pressed.
    this.#root.addEventListener('pointerdown', (event) => {
      if (event.target !== input) event.preventDefault();
    });
    this.#popup.addEventListener('click', (event) => {
      const option = (event.target as Element).closest('[role=option]');
      const index = option ? [...this.#list.children].indexOf(option) : -1;
      this.#send({ type: 'click', index });
    });
    this.#clear.addEventListener('click', () => {
      this.#send({ type: 'clear' });
      input.focus();
    });
    this.#back.addEventListener('click', () => this.close());
  }

  #send(event: ComboboxEvent): readonly ComboboxEffect[] {
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    this.#render();
    if (state.active !== before.active) this.#host.highlight(this.#results[state.active] ?? null);
    for (const effect of effects) this.#run(effect);
    const typed = event.type === 'input' || event.type === 'text';
    if (!typed && state.value !== before.value) this.#host.edit();
    return effects;
  }

  #run(effect: ComboboxEffect): void {
    const result = effect.type === 'pick' ? this.#results[effect.index] : undefined;
    if (result) this.#host.pick(result);
    if (effect.type === 'search') this.#host.search(this.text);
    if (effect.type === 'caret') {
      const at = effect.to === 'start' ? 0 : this.input.value.length;
      this.input.setSelectionRange(at, at);
    }
  }

  #render(): void {
    const { input } = this;
    const { value, expanded, active, count } = this.#state;
    if (input.value !== value) input.value = value;
    if (!expanded) this.#status.textContent = '';
    const shown = expanded && (count > 0 || this.#notice.textContent !== '');
    this.#clear.hidden = value === '' || input.disabled || input.readOnly;
    this.#popup.hidden = !shown;
    this.#list.hidden = count === 0;
    this.#notice.hidden = this.#notice.textContent === '';
    input.ariaExpanded = String(shown && count > 0);
    [...this.#list.children].forEach((option, index) => {
      option.ariaSelected = String(index === active);
      option.part.toggle('active', index === active);
      if (index === active) option.scrollIntoView({ block: 'nearest' });
    });
    if (active >= 0) input.setAttribute('aria-activedescendant', `option-${active}`);
    else input.removeAttribute('aria-activedescendant');
    this.#showSheet(expanded && this.#host.wantsSheet && matchMedia(SHEET_QUERY).matches);
  }

  /** Covers the screen, above everything else where the browser has a top layer. */
  #showSheet(wanted: boolean): void {
    if (wanted === this.#root.hasAttribute('popover')) return;
    if (!wanted) {
      this.#root.removeAttribute('popover');
      return;
    }
    this.#root.setAttribute('popover', 'manual');
    this.#root.showPopover?.();
  }
}

function optionNode(result: SearchResult, index: number, kind: string): HTMLLIElement {
  // Names run in their own direction, but start where the page's lines start.
  const name = node('bdi', {});
  for (const { text, marked } of parseHighlight(result.highlight || result.name)) {
    name.append(marked ? node('mark', { part: 'mark' }, text) : text);
  }
  const type = kindOf(result);
  const attributes = { id: `option-${index}`, part: 'option', role: 'option' };
  return node(
    'li',
    attributes,
    node(
      'span',
      { class: 'icon', part: `icon icon-${type}`, role: 'img', 'aria-label': kind ?? type },
      icon(type),
    ),
    node(
      'span',
      { class: 'text', part: 'text' },
      node('span', { class: 'name', part: 'name' }, name),
      node('span', { class: 'place', part: 'place' }, node('bdi', {}, secondLine(result))),
    ),
  );
}

/** Makes an element; text only ever becomes text nodes, never markup. */
function node<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
