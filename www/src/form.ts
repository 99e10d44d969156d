// Fields of forms with their labels, help and what the server says is wrong with them.

import { type Attributes, h } from './dom.js';

let fields = 0;

/** What is wrong with a field, by its name or its path in the request. */
export interface FieldError {
  readonly path: string;
  readonly msg: string;
}

/** A field that is written into. */
export interface TextField {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly help?: string;
  readonly type?: 'text' | 'password' | 'search' | 'datetime-local';
  readonly required?: boolean;
  /** More than one line. */
  readonly lines?: boolean;
  readonly maxlength?: number;
  readonly autocomplete?: string;
}

/** Makes a field for text. */
export function textField(field: TextField): HTMLElement {
  const { name, label, value = '', help, type = 'text', lines = false } = field;
  const { maxlength, autocomplete = 'off', required = false } = field;
  const id = `field-${name}-${++fields}`;
  const common: Attributes = { id, name, required, maxlength, autocomplete, spellcheck: 'false' };
  if (help) common['aria-describedby'] = `${id}-help`;
  const input = lines
    ? h('textarea', { ...common, rows: 3 })
    : h('input', { ...common, type, autocapitalize: 'off' });
  input.value = value;
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    help && h('p', { class: 'field-help', id: `${id}-help` }, help),
  );
}

/** Makes a field with a few choices: pairs of value and text. */
export function selectField(
  name: string,
  label: string,
  choices: readonly (readonly [value: string, text: string])[],
  value: string,
): HTMLElement {
  const id = `field-${name}-${++fields}`;
  const select = h(
    'select',
    { id, name },
    ...choices.map(([choice, text]) => h('option', { value: choice }, text)),
  );
  select.value = value;
  return h('div', { class: 'field' }, h('label', { for: id }, label), select);
}

/** Makes a box to tick. */
export function checkField(name: string, value: string, label: string, help = ''): HTMLElement {
  const id = `field-${name}-${++fields}`;
  const input = h('input', { id, name, value, type: 'checkbox' });
  if (help) input.setAttribute('aria-describedby', `${id}-help`);
  return h(
    'div',
    { class: 'check' },
    input,
    h('label', { for: id }, label),
    help && h('p', { class: 'field-help', id: `${id}-help` }, help),
  );
}

/** Makes a group of boxes to tick. */
export function checkGroup(
  legend: string,
  name: string,
  options: readonly { readonly name: string; readonly detail: string }[],
  ticked: readonly string[],
): HTMLFieldSetElement {
  const boxes = options.map((option) => {
    const box = checkField(name, option.name, option.name, option.detail);
    const input = box.querySelector('input');
    if (input) input.checked = ticked.includes(option.name);
    return box;
  });
  return h('fieldset', {}, h('legend', {}, legend), ...boxes);
}

/** A row of filters: sends the values of its fields when it is submitted. */
export function filterForm(
  label: string,
  nodes: readonly Node[],
  onSubmit: (values: Record<string, string>) => void,
): HTMLFormElement {
  const form = h(
    'form',
    { class: 'filters', role: 'search', 'aria-label': label },
    ...nodes,
    h('button', { type: 'submit', class: 'button', id: 'filter' }, 'Filter'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    onSubmit(values(form));
  });
  return form;
}

/** Reads the texts of a form's fields, without space around them. */
export function values(form: HTMLFormElement): Record<string, string> {
  const pairs = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(pairs);
}

/** Shows errors at their fields; answers those that no field has. */
export function showErrors(form: HTMLFormElement, errors: readonly FieldError[]): FieldError[] {
  for (const old of form.querySelectorAll('.field-error')) old.remove();
  for (const old of form.querySelectorAll('[aria-invalid]')) {
    old.removeAttribute('aria-invalid');
    old.removeAttribute('aria-errormessage');
  }
  const homeless = errors.filter(({ path, msg }) => {
    const input = inputOf(form, path);
    if (!input) return true;
    const id = `${input.id}-error`;
    let error = document.getElementById(id);
    if (!error) {
      error = h('p', { class: 'field-error', id, role: 'alert' });
      input.after(error);
    }
    error.append(`${error.textContent ? ' ' : ''}${msg}`);
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-errormessage', id);
    return false;
  });
  form.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  return homeless;
}

/** The input of `update.street.number`, `domains[0]` or `name`. */
function inputOf(form: HTMLFormElement, path: string): HTMLElement | null {
  const name = path.replace(/^(update|record)\./, '').replace(/\[\d+\]/g, '');
  const found = form.elements.namedItem(name);
  return found instanceof HTMLElement ? found : null;
}
