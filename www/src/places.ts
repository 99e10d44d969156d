// How places are told in words: lines of an address, kinds, precision, filters.

import type { Precision, RecordType, SearchResult } from 'hereabouts';
import type { IconName } from './icons.js';
import type { LonLat } from './map/projection.js';

const TYPE_LABELS: Readonly<Record<RecordType, string>> = {
  administrative: 'Region',
  airport: 'Airport',
  bus: 'Bus stop',
  city: 'City',
  country: 'Country',
  county: 'County',
  street: 'Street',
  tourism: 'Attraction',
  townhall: 'Town hall',
  train: 'Railway station',
};

const PRECISION_LABELS: Readonly<Record<Precision, string>> = {
  exact: 'Exact position',
  range: 'Position of a house that includes this number',
  interpolated: 'Estimated between two known houses',
  street: 'Somewhere on this street',
  area: 'Middle of the area',
};

/** One choice of the filter under the search box. */
export interface TypeGroup {
  readonly id: string;
  readonly label: string;
  readonly types: readonly RecordType[];
}

/** The filter's choices; together they hold every type. */
export const TYPE_GROUPS: readonly TypeGroup[] = [
  { id: 'addresses', label: 'Addresses', types: ['street'] },
  { id: 'places', label: 'Places', types: ['city', 'county', 'administrative', 'country'] },
  { id: 'transport', label: 'Transport', types: ['bus', 'train', 'airport'] },
  { id: 'sights', label: 'Sights', types: ['tourism', 'townhall'] },
];

/** Names the icon of a result. */
export function iconOf(result: SearchResult): IconName {
  return isHouse(result) ? 'house' : result.type;
}

/** Says what kind of thing a result is. */
export function typeLabel(result: SearchResult): string {
  return isHouse(result) ? 'Address' : TYPE_LABELS[result.type];
}

/** Says how exact the coordinates are. */
export function precisionLabel(result: SearchResult): string {
  return PRECISION_LABELS[result.precision];
}

/** Whether the result is a house rather than its street. */
export function isHouse({ type, street }: SearchResult): boolean {
  return type === 'street' && street !== undefined && street.number !== '';
}

/** The line under the name: postcode and city, or the areas above. */
export function secondLine(result: SearchResult): string {
  const { type, name, city, county, administrative, country, zipcode } = result;
  const postcode = zipcode.length === 1 ? zipcode[0] : undefined;
  switch (type) {
    case 'country':
      return '';
    case 'administrative':
      return country;
    case 'county':
      return joined([administrative, country], name);
    case 'city':
      return joined([[...zipcode].sort()[0], county || administrative, country], name);
    default:
      return joined([words([postcode, city]), country]);
  }
}

/** The whole address in one line, which searches find again. */
export function oneLine(result: SearchResult): string {
  return joined([result.name, secondLine(result)]);
}

/** The point of a result. */
export function pointOf({ lat, lng }: SearchResult): LonLat {
  return { lat, lon: lng };
}

/** Writes a number of inhabitants or records with separators. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** Writes a number of bytes in the unit that reads best. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 999_500_000) return `${(bytes / 1e6).toFixed(bytes < 9_950_000 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function words(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part).join(' ');
}

function joined(parts: readonly (string | undefined)[], without = ''): string {
  return [...new Set(parts)].filter((part) => part && part !== without).join(', ');
}
