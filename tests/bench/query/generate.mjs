// Makes the queries of a data set from its source file: by kind, with a fixed seed.

import { below, oneOf, randomFrom, seedOf } from '../../harness/random.mjs';
import { fold } from './fold.mjs';
import { withTypo } from './typo.mjs';

const PREFIX_LENGTHS = [1, 2, 3, 4, 6];
const METRES_PER_DEGREE = 111_195;
const TRIES_PER_QUERY = 50;

/**
 * @typedef {object} Query
 * @property {string} [text] What is typed.
 * @property {[lat: number, lon: number]} [point] What a reverse query asks.
 * @property {string} [prefix] Right is what has a word that begins so.
 * @property {{name: string, city: string}} [street] Right is whatever lies in this street.
 * @property {number[]} [records] Right is what lies where one of these records does.
 * @property {number} [toleranceM]
 */

/** Kinds of queries in the order of the report. */
export function kindsOf() {
  const prefixes = PREFIX_LENGTHS.map((length) => `prefix-${length}`);
  return [...prefixes, 'exact', 'typo', 'tokens', 'reverse'];
}

/** Returns the queries of each kind. */
export function generate(set, table, count, seed) {
  const names = new Map();
  const sameName = (record) => names.get(fold(table.names[record])) ?? [record];
  if (set.kind !== 'addresses') {
    table.names.forEach((name, record) => {
      const key = fold(name);
      const found = names.get(key);
      if (found) found.push(record);
      else names.set(key, [record]);
    });
  }
  const kinds = {};
  for (const kind of kindsOf()) {
    const random = randomFrom(seed ^ seedOf(`${set.id} ${kind}`));
    kinds[kind] = distinct(count, () => {
      const record = below(random, table.names.length);
      return makeQuery(set, kind, record, table, random, sameName);
    });
  }
  return kinds;
}

function distinct(count, make) {
  const queries = new Map();
  for (let tries = 0; tries < count * TRIES_PER_QUERY && queries.size < count; tries += 1) {
    const query = make();
    if (query) queries.set(query.text ?? query.point.join(), query);
  }
  return [...queries.values()];
}

function makeQuery(set, kind, record, table, random, sameName) {
  if (kind === 'reverse') return reverseQuery(set, record, table, random);
  const name = table.names[record];
  if (kind.startsWith('prefix-')) {
    const length = Number(kind.slice('prefix-'.length));
    const letters = [...name.toLowerCase()];
    const text = letters.slice(0, length).join('');
    return letters.length > length && fold(text).length >= length
      ? { text, prefix: text }
      : undefined;
  }
  return set.kind === 'addresses'
    ? addressQuery(kind, record, table, random)
    : placeQuery(kind, record, table, random, sameName);
}

function placeQuery(kind, record, table, random, sameName) {
  const [name, city, country] = [
    table.names[record],
    table.cities[record],
    table.countries[record],
  ];
  const toleranceM = 2000;
  if (fold(name) === '') return undefined;
  if (kind === 'exact') return { text: name, records: sameName(record), toleranceM };
  if (kind === 'typo') {
    const text = withTypo(name.toLowerCase(), random);
    return text && { text, records: sameName(record), toleranceM };
  }
  const context = oneOf(
    random,
    [city, country].filter((part) => part !== ''),
  );
  if (!context) return undefined;
  const records = sameName(record).filter(
    (other) => table.cities[other] === context || table.countries[other] === context,
  );
  const text = oneOf(random, [`${name} ${context}`, `${name}, ${context}`]).toLowerCase();
  return { text, records, toleranceM };
}

function addressQuery(kind, record, table, random) {
  const { streets, numbers, cities, contexts, names } = table;
  const [street, number, city] = [streets[record], numbers[record], cities[record]];
  if (number === '' || city === '') return undefined;
  const house = { records: [record], toleranceM: 100 };
  if (kind === 'exact') return { text: `${names[record]}, ${contexts[record]}`, ...house };
  if (kind === 'typo') {
    const wrong = withTypo(street.toLowerCase(), random);
    return wrong && { text: `${wrong} ${number} ${city.toLowerCase()}`, ...house };
  }
  const whole = { text: `${street} ${number} ${city}`.toLowerCase(), ...house };
  const swapped = { text: `${city} ${street} ${number}`.toLowerCase(), ...house };
  const noNumber = { text: `${street} ${city}`.toLowerCase(), street: { name: street, city } };
  return oneOf(random, [whole, swapped, noNumber]);
}

/** A point near a record: some metres from an address, some kilometres from a place. */
function reverseQuery(set, record, table, random) {
  const reachM = set.kind === 'places' ? 5000 : 50;
  const { lats, lons } = table;
  const offset = () => ((random() - 0.5) * 2 * reachM) / METRES_PER_DEGREE;
  const lat = lats[record] + offset();
  const lon = lons[record] + offset() / Math.max(0.1, Math.cos((lats[record] * Math.PI) / 180));
  if (Math.abs(lat) > 89 || Math.abs(lon) > 180) return undefined;
  return { point: [Number(lat.toFixed(6)), Number(lon.toFixed(6))] };
}
