// `hereabouts/element`: the custom element `<geo-autocomplete>`, a form control for addresses.

import { ENGLISH, type Strings, type StringsToReplace } from './element/strings.js';
import { type Notice, View, type ViewHost } from './element/view.js';
import { LatestSearch, type Searchable } from './latest.js';
import { oneLine } from './lines.js';
import type { SearchOptions, SearchResponse, SearchResult, TypeFilter } from './types.js';

export type { ResultKind } from './element/icons.js';
export type { Strings, StringsToReplace } from './element/strings.js';
export type { Searchable } from './latest.js';

/** How long a search may take before the element says that it is searching. */
const PATIENCE_MS = 250;

// Importing the module is harmless where there are no elements, such as on a server.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Text box that suggests addresses and places, and a form control of its own right.
 *
 * Attributes: `name`, `value`, `required`, `disabled`, `readonly`, `placeholder`, `label`, `strict`
 * (only picked results are valid), `fields` (more fields of the result to submit), `sheet="off"`,
 * `min-length`, and for the search `countries`, `types`, `language`, `max-results`, `coordinates`.
 *
 * Events: `input` and `change` as of a text box; `select` with the picked {@link SearchResult} as
 * its `detail`, after `input`; `highlight` with the result that the keyboard is on, or `null`;
 * `results` with the answer; `error` with what a search failed with.
 *
 * @example
 * ```ts
 * const box = document.querySelector('geo-autocomplete') ?? new GeoAutocomplete();
 * box.geocoder = Geocoder.fromShards([await fetch('/li.shard')]);
 * box.addEventListener('select', ({ detail }) => console.log(detail.coordinates));
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface only says what the events carry
export class GeoAutocomplete extends Base {
  /** Takes part in forms. */
  static readonly formAssociated = true;
  /** Attributes that change what is shown. */
  static readonly observedAttributes = [
    ...['value', 'placeholder', 'label', 'required', 'readonly', 'strict', 'fields', 'name'],
  ];

  readonly #internals = this.attachInternals();
  readonly #view: View;
  #options: SearchOptions = {};
  #latest: LatestSearch | undefined;
  #geocoder: Searchable | PromiseLike<Searchable> | null = null;
  #strings: Strings = ENGLISH;
  #result: SearchResult | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Text at the last `change` event. */
  #committed = '';
  /** Whether the text is no longer that of the attribute. */
  #dirty = false;
  /** Whether faults are shown: once the user left the box or tried to send the form. */
  #touched = false;

  constructor() {
    super();
    const element = this;
    const host: ViewHost = {
      get strings() {
        return element.#strings;
      },
      get wantsSheet() {
        return element.getAttribute('sheet') !== 'off';
      },
      search: (text) => this.#search(text),
      pick: (result) => this.#pick(result),
      highlight: (result) => this.#tell('highlight', result),
      edit: () => this.#edited(),
      submit: () => this.#submit(),
      leave: () => this.#leave(),
    };
    const shadow = this.attachShadow({ mode: 'open', delegatesFocus: true });
    this.#view = new View(shadow, host);
    this.addEventListener('invalid', () => {
      this.#touched = true;
      this.#validate();
    });
    this.addEventListener('focusin', () => this.#showStrings());
  }

  /** What answers: a geocoder, a promise of one, or anything else that searches as one does. */
  get geocoder(): Searchable | PromiseLike<Searchable> | null {
    return this.#geocoder;
  }

  set geocoder(geocoder: Searchable | PromiseLike<Searchable> | null) {
    this.#latest?.cancel();
    this.#geocoder = geocoder;
    this.#latest = geocoder
      ? new LatestSearch(geocoder, {
          answered: (response) => {
            this.#settle();
            this.#view.showResults(response.results);
            this.#tell('results', response);
          },
          failed: (error) => {
            this.#settle();
            this.#view.showNotice('failed');
            this.dispatchEvent(new CustomEvent('error', { detail: error }));
          },
        })
      : undefined;
    // What was typed while there was no geocoder is answered now.
    if (this.matches(':focus-within') && this.value !== '' && !this.#result)
      this.#search(this.value);
  }

  /** Options of every search, over those of the attributes. */
  get options(): SearchOptions {
    return this.#options;
  }

  set options(options: SearchOptions) {
    this.#options = options;
  }

  /** Text in the box. Setting it picks nothing and searches for nothing. */
  get value(): string {
    return this.#view.text;
  }

  set value(text: string) {
    this.#dirty = true;
    this.#show(`${text ?? ''}`, null);
  }

  /** The result whose address stands in the box, or `null`. Setting one writes its address. */
  get result(): SearchResult | null {
    return this.#result;
  }

  set result(result: SearchResult | null) {
    this.#dirty = true;
    this.#show(result ? oneLine(result) : '', result);
  }

  /** Texts of the element; what is set replaces the English ones. */
  get strings(): Strings {
    return this.#strings;
  }

  set strings(strings: StringsToReplace) {
    const kinds = { ...ENGLISH.kinds, ...strings.kinds };
    this.#strings = { ...ENGLISH, ...strings, kinds };
    this.#showStrings();
    this.#validate();
  }

  /** The form that the element belongs to. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  /** Labels of the element. */
  get labels(): NodeList {
    return this.#internals.labels;
  }

  /** Name under which forms send the text. */
  get name(): string {
    return this.getAttribute('name') ?? '';
  }

  set name(name: string) {
    // Frameworks take a property back by setting it to nothing.
    if (name === undefined || name === null) this.removeAttribute('name');
    else this.setAttribute('name', name);
  }

  /** Kind of form control. */
  get type(): string {
    return this.localName;
  }

  /** Whether an empty box is invalid. */
  get required(): boolean {
    return this.hasAttribute('required');
  }

  set required(required: boolean) {
    this.toggleAttribute('required', Boolean(required));
  }

  /** Whether the element takes no part. */
  get disabled(): boolean {
    return this.hasAttribute('disabled');
  }

  set disabled(disabled: boolean) {
    this.toggleAttribute('disabled', Boolean(disabled));
  }

  /** What is invalid. */
  get validity(): ValidityState {
    return this.#internals.validity;
  }

  /** What is invalid, for people. */
  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  /** Whether forms check the element. */
  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  /** Says whether the element is valid, with an `invalid` event if not. */
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  /** Says whether the element is valid, and shows the user if not. */
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** Makes the element invalid with a message of the page's own; an empty one undoes it. */
  setCustomValidity(message: string): void {
    this.#view.input.setCustomValidity(message);
    this.#validate();
  }

  /** Called by the browser. */
  connectedCallback(): void {
    this.#takeEarlyProperties();
    this.#showStrings();
    this.#validate();
  }

  /** Called by the browser. */
  disconnectedCallback(): void {
    // Not every browser tells that the focus is gone with the element.
    this.#view.close();
  }

  /** Called by the browser. */
  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    const { input } = this.#view;
    if (name === 'value' && !this.#dirty) this.#show(value ?? '', null);
    if (name === 'placeholder') input.placeholder = value ?? '';
    if (name === 'required') input.required = value !== null;
    if (name === 'readonly') input.readOnly = value !== null;
    if (name === 'label') this.#showStrings();
    this.#view.update();
    this.#validate();
  }

  /** Called by the browser: the element or a fieldset around it was disabled. */
  formDisabledCallback(disabled: boolean): void {
    this.#view.input.disabled = disabled;
    this.#view.update();
    this.#validate();
  }

  /** Called by the browser: the form was reset. */
  formResetCallback(): void {
    this.#dirty = false;
    this.#touched = false;
    this.#show(this.getAttribute('value') ?? '', null);
  }

  /** Called by the browser: it restores what was in the box, or fills the form in. */
  formStateRestoreCallback(state: string | File | FormData | null, reason: string): void {
    if (typeof state !== 'string') return;
    const saved: { text: string; result: SearchResult | null } =
      reason === 'autocomplete' ? { text: state, result: null } : JSON.parse(state);
    this.#dirty = true;
    this.#show(saved.text, saved.result);
  }

  /** Properties that a page set before this module was there hide those of the class. */
  #takeEarlyProperties(): void {
    const plain = ['name', 'required', 'disabled', 'strings', 'options', 'value', 'result'];
    for (const name of [...plain, 'geocoder']) {
      if (!Object.hasOwn(this, name)) continue;
      const early: unknown = Reflect.get(this, name);
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, early);
    }
  }

  #show(text: string, result: SearchResult | null): void {
    this.#latest?.cancel();
    this.#settle();
    this.#result = result;
    this.#committed = text;
    this.#view.setText(text);
    this.#validate();
  }

  #search(text: string): void {
    this.#dirty = true;
    // Asking for more like it does not unpick a result.
    if (this.#result && text !== oneLine(this.#result)) this.#result = null;
    this.#validate();
    const least = Number(this.getAttribute('min-length') ?? 1);
    if (text.trim().length < Math.max(least, 1)) {
      this.#latest?.cancel();
      this.#settle();
      this.#view.clearResults();
      return;
    }
    this.#patience ??= setTimeout(
      () => this.#view.showNotice('busy' satisfies Notice),
      PATIENCE_MS,
    );
    this.#latest?.ask(text, { ...this.#attributeOptions(), ...this.#options });
  }

  #attributeOptions(): SearchOptions {
    const options: SearchOptions = {};
    const countries = this.getAttribute('countries');
    const types = this.getAttribute('types');
    const most = this.getAttribute('max-results');
    if (countries !== null) options.countries = words(countries);
    if (types !== null) options.types = words(types) as TypeFilter[];
    if (most !== null) options.maxResults = Number(most);
    options.language = this.getAttribute('language') ?? undefined;
    options.coordinates = this.getAttribute('coordinates') ?? undefined;
    return options;
  }

  #pick(result: SearchResult): void {
    const [typed, before] = [this.value, this.#committed];
    this.result = result;
    this.#committed = before;
    if (this.value !== typed) this.#edited();
    this.#tell('select', result);
    this.#commit();
  }

  #leave(): void {
    this.#touched = true;
    this.#validate();
    this.#commit();
  }

  #edited(): void {
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  /** Tells the page the text, when it has changed since it was told last. */
  #commit(): void {
    if (this.value === this.#committed) return;
    this.#committed = this.value;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Sends the form as Enter in any text box does: by its first button, if it has one. */
  #submit(): void {
    this.#commit();
    const elements = [...(this.form?.elements ?? [])] as HTMLButtonElement[];
    const button = elements.find(({ type }) => type === 'submit');
    if (button) button.click();
    else this.form?.requestSubmit();
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** Ends the wait for an answer. */
  #settle(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #showStrings(): void {
    const labels = [...this.#internals.labels].map((label) => label.textContent?.trim());
    const label = this.getAttribute('label') ?? labels.join(' ');
    this.#view.showStrings(label || this.#strings.label);
  }

  /** Tells the form what to send, and whether it may. */
  #validate(): void {
    const { input } = this.#view;
    const { value, name } = this;
    const data = new FormData();
    if (name !== '') data.set(name, value);
    for (const field of words(this.getAttribute('fields') ?? '')) {
      data.set(`${name}.${field}`, partOf(this.#result, field));
    }
    this.#internals.setFormValue(data, JSON.stringify({ text: value, result: this.#result }));
    const unpicked = this.hasAttribute('strict') && value !== '' && !this.#result;
    // The box knows the browser's own words for what is missing.
    const { valueMissing, customError } = input.validity;
    const fault = valueMissing || customError ? input.validationMessage : this.#strings.pick;
    const flags = { valueMissing, customError: customError || unpicked };
    const valid = !valueMissing && !flags.customError;
    this.#internals.setValidity(flags, valid ? undefined : fault, input);
    input.ariaInvalid = String(this.#touched && !valid);
  }
}

/** Returns a field of a result as a form sends it; `street` is its name, `street.number` a part. */
function partOf(result: SearchResult | null, path: string): string {
  const part = path
    .split('.')
    .reduce<unknown>((whole, name) => whole && Reflect.get(Object(whole), name), result);
  const text = part instanceof Object && 'name' in part ? part.name : part;
  return text === undefined || text === null ? '' : String(text);
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

const registry = globalThis.customElements;
// A page may hold the module twice, in two bundles; the first one serves both.
if (registry && !registry.get('geo-autocomplete')) {
  registry.define('geo-autocomplete', GeoAutocomplete);
}

/** What the element tells beside what every element does. */
export interface GeoAutocompleteEventMap extends Omit<HTMLElementEventMap, 'select' | 'error'> {
  /** The user picked this result. */
  select: CustomEvent<SearchResult>;
  /** The keyboard is on this result, or on none. */
  highlight: CustomEvent<SearchResult | null>;
  /** A search was answered so. */
  results: CustomEvent<SearchResponse>;
  /** A search failed with this. */
  error: CustomEvent<unknown>;
}

export interface GeoAutocomplete {
  addEventListener<K extends keyof GeoAutocompleteEventMap>(
    type: K,
    listener: (this: GeoAutocomplete, event: GeoAutocompleteEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof GeoAutocompleteEventMap>(
    type: K,
    listener: (this: GeoAutocomplete, event: GeoAutocompleteEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'geo-autocomplete': GeoAutocomplete;
  }
}
