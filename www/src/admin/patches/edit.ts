// Dialogs that edit a patch: its fields, its translations, and the reason of a rejection.

import { h } from '../../dom.js';
import { textField, values } from '../../form.js';
import type { Answer } from '../api.js';
import { entries } from '../format.js';
import { ask } from '../parts/dialog.js';
import type { Patch, PlaceRecord } from '../types.js';
import type { Context } from '../view.js';
import { change, Overtaken } from './change.js';
import { PointMap } from './point-map.js';

/** Digits of a degree that are a centimetre. */
const DEGREE_DIGITS = 7;
const TEXTS = ['name', 'city', 'county', 'administrative', 'country'] as const;
const LABELS = {
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

/** Asks for other values of the patch; answers what became of it. */
export async function editPatch(context: Context, read: Answer<Patch>): Promise<void> {
  const { data: patch } = read;
  let seen = read;
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
      try {
        await change(context.session, seen, 'PATCH', { update });
      } catch (error) {
        if (!(error instanceof Overtaken) || !error.newer) throw error;
        // What was typed stays; saving again is a decision over the newer state.
        seen = error.newer;
        throw new Error(`${error.message} Save again to put your values over it.`);
      }
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: 'The patch was changed.' });
  else if (seen !== read) await context.refresh();
}

/** Asks for a translation of the patch. */
export async function translatePatch(
  context: Context,
  seen: Answer<Patch>,
  language = '',
  known: PlaceRecord | null = null,
): Promise<void> {
  const isHouse = Boolean(seen.data.street?.number);
  const names = isHouse ? TEXTS.filter((name) => name !== 'name') : TEXTS;
  const code = textField({
    name: 'language',
    label: 'Language',
    value: language,
    required: true,
    maxlength: 3,
    help: 'Code of two letters, such as fr.',
  });
  const isDone = await ask({
    title: language ? `Edit the translation ${language}` : 'Add a translation',
    nodes: [
      code,
      ...names.map((name) => textField({ name, label: LABELS[name], value: known?.[name] ?? '' })),
    ],
    submit: 'Save',
    run: async (form) => {
      const { language: to = '', ...texts } = values(form);
      const update = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
      if (to === '') throw new Error('The language is missing.');
      if (Object.keys(update).length === 0) throw new Error('A translation needs a text.');
      await change(context.session, seen, 'PATCH', { language: to.toLowerCase(), update });
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: 'The translation was saved.' });
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
  return LABELS[name as keyof typeof LABELS] ?? others[name] ?? name;
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
