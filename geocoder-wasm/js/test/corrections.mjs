// Snapshots and deltas as a server makes them, written from the description of their format.

import { createHash } from 'node:crypto';

/** Numbers of record types. */
const CITY = 3;
const TOURISM = 7;

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A correction that adds a city or point of interest of this name; ids ascend with `number`. */
export function addition(number, name, { lat, lng, type = CITY, city = name }) {
  return { id: number.toString(16).padStart(32, '0'), kind: type, name, city, lat, lng };
}

addition.TOURISM = TOURISM;

/** Encodes a state; corrections ascend by id. */
export function encodeSnapshot(generation, corrections) {
  const writer = new Writer();
  for (const correction of [...corrections].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    writer.id(correction.id);
    writer.correction(correction);
  }
  return writer.finish('HSNP', generation, []);
}

/** Encodes operations `{ seq, put }` or `{ seq, id }`; `state` is the hash at the head. */
export function encodeDelta(generation, { from, to, head, state, operations }) {
  const writer = new Writer();
  let before = from;
  for (const { seq, put, id } of operations) {
    writer.id(put?.id ?? id);
    writer.number((seq - before - 1) * 2 + (put ? 0 : 1));
    before = seq;
    if (put) writer.correction(put);
  }
  if (state) writer.raw.push(...Buffer.from(state, 'hex'));
  return writer.finish('HDLT', generation, [from, to, head, state ? 1 : 0]);
}

/** Columns: raw bytes, numbers, texts; lengths and numbers as `postcard` writes them. */
class Writer {
  raw = [];
  numbers = [];
  texts = [];
  count = 0;

  id(id) {
    this.count += 1;
    this.raw.push(...Buffer.from(id, 'hex'));
  }

  number(value) {
    this.numbers.push(value);
  }

  text(text) {
    const bytes = Buffer.from(text);
    this.number(bytes.length);
    this.texts.push(...bytes);
  }

  /** A record without target: added, with coordinates in steps of 1e-5 degree. */
  correction({ kind, name, city, lat, lng }) {
    this.number((kind + 1) * 5);
    this.number(0);
    for (const degrees of [lng, lat]) {
      const units = Math.round(degrees * 1e5);
      this.number(units < 0 ? -units * 2 - 1 : units * 2);
    }
    this.number(0);
    for (const text of [name, city, '', '', '']) this.text(text);
    this.number(0);
    this.number(0);
  }

  finish(magic, generation, head) {
    const list = (numbers) => [numbers.length, ...numbers].flatMap(varint);
    return Uint8Array.from([
      ...Buffer.from(magic),
      1,
      ...Buffer.from(generation, 'hex'),
      ...list([...head, this.count]),
      ...varint(this.raw.length),
      ...this.raw,
      ...list(this.numbers),
      ...varint(this.texts.length),
      ...this.texts,
    ]);
  }
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
