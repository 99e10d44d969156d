// Times, sizes and lists as people read them.

import { h } from '../dom.js';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const UNITS = ['B', 'kB', 'MB', 'GB'];

/** Writes a time of the server in the person's zone. */
export function time(text: string | null | undefined, missing = 'never'): Node {
  if (!text) return document.createTextNode(missing);
  return h('time', { datetime: text }, TIME.format(new Date(text)));
}

/** Writes a number of bytes. */
export function bytes(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Writes a number of things: `1 key`, `2 keys`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Splits what a person typed into its entries: one a line, or with commas. */
export function entries(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Shows a state that is told by its word, and by its colour besides. */
export function badge(text: string, tone: 'good' | 'warn' | 'danger' | 'plain'): HTMLElement {
  return h('span', { class: `badge badge-${tone}` }, text);
}
