// All records of a data set in columns, and the file of them that contenders read.

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TARGET } from '../workspace.mjs';

/** Reads a data set. A record's number is its place in the columns. */
export async function readTable(set) {
  const columns = { names: [], contexts: [], streets: [], numbers: [], cities: [], countries: [] };
  const table = { ...columns, alternates: [], lats: [], lons: [] };
  const shared = new Map();
  // Strings that recur are kept once, and none holds on to the line that it was cut from.
  const keep = (text = '') => {
    const known = shared.get(text);
    if (known !== undefined) return known;
    const flat = Buffer.from(text).toString();
    shared.set(flat, flat);
    return flat;
  };
  for await (const row of set.rows(set)) {
    table.names.push(Buffer.from(row.name).toString());
    table.contexts.push(keep(row.context));
    table.streets.push(keep(row.street));
    table.numbers.push(keep(row.number));
    table.cities.push(keep(row.city));
    table.countries.push(keep(row.country));
    table.alternates.push(row.alternates.length === 0 ? '' : row.alternates.join('|'));
    table.lats.push(row.lat);
    table.lons.push(row.lon);
  }
  return table;
}

/** Writes records as lines of number, name, context, latitude and longitude; returns the path. */
export async function writeRecords(set, table, numbers, suffix = '') {
  const path = join(TARGET, `${set.id}${suffix}.tsv`);
  const clean = (text) => text.replace(/[\t\r\n]/g, ' ');
  async function* chunks() {
    let chunk = [];
    for (const number of numbers) {
      const [name, context] = [clean(table.names[number]), clean(table.contexts[number])];
      chunk.push(`${number}\t${name}\t${context}\t${table.lats[number]}\t${table.lons[number]}\n`);
      if (chunk.length === 10_000) {
        yield chunk.join('');
        chunk = [];
      }
    }
    yield chunk.join('');
  }
  await pipeline(chunks, createWriteStream(path));
  return path;
}

/** Numbers of a sample of about `size` records, with those that queries ask for. */
export function sampleOf(table, queries, size) {
  const total = table.names.length;
  const chosen = new Set();
  for (const kind of Object.values(queries)) {
    for (const { records = [] } of kind) for (const record of records) chosen.add(record);
  }
  const step = Math.max(1, Math.floor(total / Math.max(1, size - chosen.size)));
  for (let record = 0; record < total && chosen.size < size; record += step) chosen.add(record);
  return [...chosen].sort((a, b) => a - b);
}
