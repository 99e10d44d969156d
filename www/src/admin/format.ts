// Times, sizes and lists as people read them.

import { h } from '../dom.js';

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
/** The marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm. */
const TURNING = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/g;
/** A word that may be broken anywhere; `administrative` and `Liechtenstein` stay whole. */
const LONG_WORD = /\S{20}/;
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

/** Spells the unseen characters of a text that turn its direction, and with it what is read. */
export function spelled(text: string): string {
  return text.replace(TURNING, codeOf);
}

/** Shows a text that others wrote: those characters as their codes, apart from what is around. */
export function written(text: string): HTMLElement {
  const parts = text
    .split(TURNING)
    .map((part, index) => (index % 2 === 0 ? part : h('span', { class: 'code' }, codeOf(part))));
  return h('bdi', { class: LONG_WORD.test(text) && 'long' }, ...parts);
}

function codeOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Shows a state that is told by its word, and by its colour besides. */
export function badge(text: string, tone: 'good' | 'warn' | 'danger' | 'plain'): HTMLElement {
  return h('span', { class: `badge badge-${tone}` }, text);
}
