// Compares records field by field.

import type { Patch, PlaceRecord } from '../types.js';

/** A field of a record, before and after. */
export interface Row {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly isChanged: boolean;
}

const FIELDS: readonly (readonly [label: string, read: (record: PlaceRecord) => string])[] = [
  ['Name', ({ name }) => name],
  ['Type', ({ type }) => type],
  ['Street', ({ street }) => street?.name ?? ''],
  ['Number', ({ street }) => `${street?.number ?? ''}${street?.suffix ?? ''}`],
  ['Postcodes', ({ zipcode }) => zipcode.join(', ')],
  ['City', ({ city }) => city],
  ['County', ({ county }) => county],
  ['Region', ({ administrative }) => administrative],
  ['Country', ({ country, countrycode }) => country || countrycode.toUpperCase()],
  ['Population', ({ population }) => (population === 0 ? '' : population.toLocaleString('en'))],
  ['Coordinates', ({ lat, lng }) => `${lat}, ${lng}`],
];

const EARTH_RADIUS_M = 6_371_008.8;

/** Lists the fields that either record has; `null` stands for no record. */
export function compare(before: PlaceRecord | null, after: PlaceRecord | null): Row[] {
  const rows = FIELDS.map(([label, read]) => {
    const [was, is] = [before ? read(before) : '', after ? read(after) : ''];
    return { label, before: was, after: is, isChanged: was !== is };
  });
  return rows.filter((row) => row.before !== '' || row.after !== '');
}

/** What a patch makes of its record. */
export function sides(patch: Patch): { before: PlaceRecord | null; after: PlaceRecord | null } {
  return { before: patch.origin ?? null, after: patch.remove ? null : patch };
}

/** Says in a few words what a patch does. */
export function summary(patch: Patch): string {
  if (patch.remove) return 'Removal';
  if (!patch.origin) return 'New record';
  const changed = compare(patch.origin, patch).filter(({ isChanged }) => isChanged);
  const labels = changed.map(({ label }) => label.toLowerCase());
  if (labels.length === 0) return patch.languages.length > 0 ? 'Translation' : 'No difference';
  return `Correction: ${labels.join(', ')}`;
}

/** Metres between two records on the mean sphere, by the haversine formula. */
export function distanceM(a: PlaceRecord, b: PlaceRecord): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (degrees: number) => Math.sin(radians(degrees) / 2) ** 2;
  const cosines = Math.cos(radians(a.lat)) * Math.cos(radians(b.lat));
  const h = half(b.lat - a.lat) + cosines * half(b.lng - a.lng);
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
