// Builds DOM nodes; text only ever becomes text nodes, never markup.

/** What an element can hold: absent children are left out. */
export type Child = Node | string | null | undefined | false;
/** Attributes of an element. */
export type Attributes = Record<string, string | number | boolean | null | undefined>;

/** Makes an element; `true` sets an empty attribute, `false` and `null` leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/** Appends nodes and text, leaving out absent children. */
export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
}

// Kept apart from the buttons, so that one that is shown can do what a new one like it would.
const CLICKS = new WeakMap<HTMLButtonElement, (event: MouseEvent) => void>();

/**
 * Makes a button that does something, which must not hold on to the button itself: another one
 * that looks the same may do it.
 */
export function button(
  attributes: Attributes,
  onClick: (event: MouseEvent) => void,
  ...children: Child[]
): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, ...children);
  CLICKS.set(element, onClick);
  element.addEventListener('click', (event) => CLICKS.get(element)?.(event));
  return element;
}

/** Lets the buttons of an element do what those of one that looks the same do. */
export function takeClicks(element: Element, like: Element): void {
  const buttons = (of: Element) =>
    of instanceof HTMLButtonElement ? [of] : [...of.querySelectorAll('button')];
  const own = buttons(element);
  buttons(like).forEach((other, index) => {
    const [one, onClick] = [own[index], CLICKS.get(other)];
    if (one && onClick) CLICKS.set(one, onClick);
  });
}

/** Finds an element of the page's own markup, which must be there. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page lacks #${id}`);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
}
