// The records of each source file, as the bench and its contenders see them.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { commaRows, tabRows } from './lines.mjs';

/**
 * @typedef {object} Row
 * @property {string} name What people call it: of a house, street and number.
 * @property {string} context What stands behind the name on a letter: city, region, country.
 * @property {number} lat
 * @property {number} lon
 * @property {string[]} alternates Other names; contenders index them only when they are theirs.
 * @property {string} [street] Street of a house.
 * @property {string} [number] House number with its suffix.
 * @property {string} [city] City of a street or house; of a place its region.
 * @property {string} [country]
 */

// Abandoned, destroyed and historical places, which no list of places to choose from has.
const GONE = new Set(['PPLQ', 'PPLW', 'PPLH', 'PPLCH']);

/** Yields the cities of a GeoNames file with their regions and countries, named in English. */
export async function* geonamesCities(path, admin1Path) {
  const regions = new Map(
    JSON.parse(gunzipSync(readFileSync(admin1Path))).map(({ code, name }) => [code, name]),
  );
  const countries = new Intl.DisplayNames(['en'], { type: 'region' });
  for await (const columns of tabRows(path)) {
    const [, name, , alternates, lat, lon, , kind, code, , admin1] = columns;
    if (name === undefined || GONE.has(kind)) continue;
    const region = regions.get(`${code}.${admin1}`) ?? '';
    const country = countries.of(code);
    const context = region === '' ? country : `${region}, ${country}`;
    const row = { name, context, lat: Number(lat), lon: Number(lon), city: region, country };
    yield { ...row, alternates: alternates === '' ? [] : alternates.split(',') };
  }
}

/** Yields the addresses of the Danish table; its numbers and points are synthetic. */
export async function* danishAddresses(path) {
  let header = true;
  for await (const [street, number, postcode, city, , lat, lon] of tabRows(path)) {
    if (header) {
      header = false;
      continue;
    }
    yield address({ street, number, postcode, city, lat, lon });
  }
}

/** Yields the addresses of the Icelandic register that have a number, and farms by their name. */
export async function* icelandicAddresses(path) {
  const rows = commaRows(path);
  const header = (await rows.next()).value;
  const at = (name) => header.indexOf(name);
  const columns = ['street', 'number', 'letter', 'postcode', 'place', 'lat', 'lon'].map(at);
  for await (const row of rows) {
    const [street, number, letter, postcode, city, lat, lon] = columns.map((at) => row[at]);
    if (!street || !lat) continue;
    yield address({ street, number: `${number}${letter}`, postcode, city, lat, lon });
  }
}

function address({ street, number, postcode, city, lat, lon }) {
  const name = `${street} ${number}`.trim();
  const context = `${postcode} ${city}`.trim();
  const point = { lat: Number(lat), lon: Number(lon) };
  return { name, context, ...point, alternates: [], street, number, city };
}

/** Yields the records of many kinds and countries of the mixed file. */
export async function* mixedRecords(path) {
  const countries = new Intl.DisplayNames(['en'], { type: 'region' });
  let header = true;
  for await (const [kind, name, lat, lon, code, context, alternates = ''] of tabRows(path)) {
    if (header) {
      header = false;
      continue;
    }
    // The context of a city is the code of its region, that of a named place what kind of place it
    // is: nobody types these.
    const city = kind === 'city' || kind === 'placename' ? '' : context;
    const country = /^[A-Z]{2}$/.test(code) ? countries.of(code) : '';
    const point = { lat: Number(lat), lon: Number(lon) };
    // Of stops and stations the column holds the means of transport.
    const others = kind === 'stop' || kind === 'station' ? '' : alternates;
    yield {
      ...{ name, ...point, city, country, kind, code },
      context: [city, country].filter((part) => part !== '').join(', '),
      alternates: others === '' ? [] : others.split('|'),
    };
  }
}
