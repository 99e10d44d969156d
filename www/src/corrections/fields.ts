// Which fields of a place can be corrected, and what the corrected ones say.

import type { ProposalInput, SearchResult } from 'hereabouts';
import type { FieldError } from '../form.js';
import type { LonLat } from '../map/projection.js';
import { isHouse } from '../places.js';

/** A field as the form shows it. */
export interface EditableField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly help?: string;
}

/** Values of a form by the names of its fields. */
export type Values = Readonly<Record<string, string>>;

const MAX_POPULATION = 2_147_483_647;

/** Lists the fields of a place that the server takes corrections of, by the API's names. */
export function editableFields(place: SearchResult): EditableField[] {
  const { street, zipcode, lat, lng } = place;
  const postcodes: EditableField = {
    name: 'zipcode',
    label: 'Postcodes',
    value: zipcode.join(', '),
    help: 'More than one are separated by commas.',
  };
  const coordinates: EditableField = {
    name: 'coordinates',
    label: 'Coordinates',
    value: `${lat}, ${lng}`,
    required: true,
    help: 'Latitude and longitude in degrees; a click on the map sets them.',
  };
  if (isHouse(place)) {
    return [
      { name: 'number', label: 'House number', value: street?.number ?? '', required: true },
      { name: 'suffix', label: 'Suffix', value: street?.suffix ?? '' },
      postcodes,
      coordinates,
    ];
  }
  const population = String(place.population);
  return [
    { name: 'name', label: 'Name', value: place.name, required: true },
    postcodes,
    { name: 'city', label: 'City', value: place.city },
    { name: 'county', label: 'County', value: place.county },
    { name: 'administrative', label: 'Region', value: place.administrative },
    ...(place.type === 'city'
      ? [{ name: 'population', label: 'Population', value: population }]
      : []),
    coordinates,
  ];
}

/** Whether the server takes corrections of a place; of countries it takes none. */
export function isCorrectable({ type }: SearchResult): boolean {
  return type !== 'country';
}

/** Reads what was changed into the shape of `PUT /patch`. */
export function readUpdate(
  place: SearchResult,
  values: Values,
): { update: Record<string, unknown>; errors: FieldError[] } {
  const update: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  const refuse = (path: string, msg: string) => errors.push({ path, msg });
  for (const { name, value: before, required } of editableFields(place)) {
    const value = values[name] ?? before;
    if (value === before) continue;
    if (required && value === '') refuse(name, 'This is needed.');
    else if (/[<>\p{Cc}]/u.test(value)) refuse(name, 'The signs < and > cannot be taken.');
    else if (name === 'zipcode') update[name] = value.split(/[,;]\s*/).filter(Boolean);
    else if (name === 'coordinates') {
      const point = readPoint(value);
      if (point) update[name] = `${point.lat},${point.lon}`;
      else refuse(name, 'Two numbers are needed, such as 47.139, 9.523.');
    } else if (name === 'population') {
      const count = Number(value);
      if (/^\d+$/.test(value) && count <= MAX_POPULATION) update[name] = count;
      else refuse(name, 'A whole number is needed.');
    } else if (name === 'number' || name === 'suffix') {
      const { name: street = '', number = '', suffix = '' } = place.street ?? {};
      update['street'] = {
        name: street,
        number,
        suffix,
        ...Object(update['street']),
        [name]: value,
      };
    } else update[name] = value;
  }
  return { update, errors };
}

/** Reads a latitude and a longitude; null where a text names none. */
export function readPoint(text: string): LonLat | null {
  const match = /^(-?\d{1,2}(?:\.\d+)?)[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$/.exec(text);
  if (!match) return null;
  const [lat, lon] = [Number(match[1]), Number(match[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** Says in a few words what a proposal changes. */
export function describeProposal({ origin, update, remove }: ProposalInput): string {
  if (remove) return 'Does not exist';
  const changed = { ...update } as Record<string, unknown>;
  const place = (origin ?? {}) as SearchResult;
  const labels = Object.keys(changed).map((name) =>
    name === 'street' ? 'House number' : fieldLabel(place, name),
  );
  return labels.join(', ');
}

function fieldLabel(place: SearchResult, name: string): string {
  const known = editableFields(place).find((field) => field.name === name);
  return known?.label ?? name;
}
