// The dialog that edits the fields of a patch, and the field for the reason of a rejection.

import { h } from '../../dom.js';
import { textField, values } from '../../form.js';
import type { Answer } from '../api.js';
import { entries } from '../format.js';
import { ask } from '../parts/dialog.js';
import type { Patch, TextName } from '../types.js';
import type { Context } from '../view.js';
import { Editing } from './change.js';
import { PointMap } from './point-map.js';

/** Digits of a degree that are a centimetre. */
const DEGREE_DIGITS = 7;

/** The texts that translations have, too. */
export const TEXTS = ['name', 'city', 'county', 'administrative', 'country'] as const;
/** What people call them. */
export const TEXT_LABELS: Readonly<Record<TextName, string>> = {
  name: 'Name',
  city: 'City',
  county: 'County',
  administrative: 'Region',
  country: 'Country',
};

/** Makes the field for a reason. */
export function reasonField(): HTMLElement {
  return textField({
    name: 'reason',
    label: 'Reason',
    lines: true,
    maxlength: 1000,
    help: 'It is kept in the history.',
  });
}

/** Reads that field: what a request says of it. */
export function reasonOf(form: HTMLFormElement): { reason?: string } {
  const { reason = '' } = values(form);
  return reason === '' ? {} : { reason };
}

/** Asks for other values of the patch; answers what became of it. */
export async function editPatch(context: Context, read: Answer<Patch>): Promise<void> {
  const { data: patch } = read;
  const editing = new Editing(context.session, read);
  const initial = formValues(patch);
  const lonLat = { lon: patch.lng, lat: patch.lat };
  const origin = patch.origin ? { lon: patch.origin.lng, lat: patch.origin.lat } : null;
  const fields = Object.entries(initial).map(([name, value]) =>
    textField({ name, label: labelOf(name), value, required: name === 'name' }),
  );
  const map = new PointMap(origin, lonLat, (point) => {
    const input = map.element.closest('form')?.elements.namedItem('coordinates');
    const digits = (degrees: number) => Number(degrees.toFixed(DEGREE_DIGITS));
    if (input instanceof HTMLInputElement)
      input.value = `${digits(point.lat)}, ${digits(point.lon)}`;
    map.show(origin, point, false);
  });
  const help = h('p', { class: 'field-help' }, 'A click on the map moves the point.');
  const isDone = await ask({
    title: `Edit ${patch.name}`,
    nodes: [h('div', { class: 'columns' }, ...fields), map.element, help],
    submit: 'Save',
    wide: true,
    shown: () => map.start(),
    run: async (form) => {
      const update = updateOf(initial, values(form), patch);
      if (Object.keys(update).length === 0) throw new Error('Nothing is changed.');
      await editing.save({ update });
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: 'The patch was changed.' });
  else if (editing.isOvertaken) await context.refresh();
}

function labelOf(name: string): string {
  const others: Record<string, string> = {
    'street.name': 'Street',
    'street.number': 'Number',
    'street.suffix': 'Suffix',
    zipcode: 'Postcodes',
    population: 'Population',
    coordinates: 'Coordinates',
  };
  return TEXT_LABELS[name as TextName] ?? others[name] ?? name;
}

/** The fields that a patch of this record can change. */
function formValues(patch: Patch): Record<string, string> {
  const { street } = patch;
  const point = {
    zipcode: patch.zipcode.join(', '),
    coordinates: `${patch.lat}, ${patch.lng}`,
  };
  const house = street?.number && {
    'street.number': street.number,
    'street.suffix': street.suffix,
  };
  // A house that exists is corrected without its street and city.
  if (house && patch.origin) return { ...house, ...point };
  const texts = Object.fromEntries(TEXTS.map((name) => [name, patch[name]]));
  const streetName = street ? { 'street.name': street.name } : {};
  return { ...texts, ...streetName, ...house, population: `${patch.population}`, ...point };
}

function updateOf(
  before: Record<string, string>,
  after: Record<string, string>,
  { street }: Patch,
): Record<string, unknown> {
  const changed = Object.keys(before).filter((name) => after[name] !== before[name]);
  const update: Record<string, unknown> = {};
  for (const name of changed) {
    const text = after[name] ?? '';
    if (name === 'zipcode') update[name] = entries(text);
    else if (name === 'population') update[name] = text === '' ? 0 : Number(text);
    else if (!name.startsWith('street.')) update[name] = text;
  }
  if (changed.some((name) => name.startsWith('street.'))) {
    const part = (name: 'name' | 'number' | 'suffix') =>
      after[`street.${name}`] ?? street?.[name] ?? '';
    update['street'] = { name: part('name'), number: part('number'), suffix: part('suffix') };
  }
  return update;
}
