// The form that suggests a correction of a place.

import type { ProposalInput, SearchResult } from 'hereabouts';
import { explainError } from '../device/errors.js';
import { button, h } from '../dom.js';
import { checkField, showErrors, textField, values } from '../form.js';
import { icon } from '../icons.js';
import type { LonLat } from '../map/projection.js';
import { viewHeader } from '../panel/header.js';
import { oneLine } from '../places.js';
import { editableFields, readPoint, readUpdate } from './fields.js';

const MAX_COMMENT_CHARS = 1000;

/** What the page does for the form. */
export interface CorrectionHost {
  /** Point in the middle of what is seen of the map. */
  middle(): LonLat;
  /** The form puts the place somewhere else. */
  pointChanged(): void;
  /** Queues a proposal. */
  propose(input: ProposalInput): Promise<void>;
  /** The user leaves the form as it is. */
  back(): void;
  /** The user is done, with or without a proposal. */
  done(proposed: boolean): void;
}

/** A form, with what was written into it. */
export interface Correction {
  readonly node: HTMLElement;
  /** Where it puts the place; null where that is its old point, or none. */
  point(): LonLat | null;
  /** Puts the place at a point. */
  takePoint(point: LonLat): void;
}

/** Makes the form for a place as its record has it. */
export function correctionView(origin: SearchResult, host: CorrectionHost): Correction {
  const coordinates = () => form.elements.namedItem('coordinates') as HTMLInputElement;
  const removes = () => new FormData(form).has('remove');
  const takePoint = ({ lat, lon }: LonLat) => {
    if (removes()) return;
    coordinates().value = `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
    host.pointChanged();
  };
  const point = () =>
    removes() || coordinates().value === origin.coordinates
      ? null
      : readPoint(coordinates().value.trim());
  const fields = h(
    'div',
    { class: 'form-fields' },
    ...editableFields(origin).map((field) => textField({ ...field, maxlength: 200 })),
    button(
      { class: 'button small' },
      () => takePoint(host.middle()),
      icon('locate'),
      'Take the middle of the map',
    ),
  );
  const remove = checkField('remove', 'yes', 'This does not exist');
  const comment = textField({
    name: 'comment',
    label: 'Comment',
    lines: true,
    maxlength: MAX_COMMENT_CHARS,
    help: 'Whoever decides sees it: how you know, or what else is wrong.',
  });
  const failure = h('p', { class: 'form-failure', role: 'alert' });
  const submit = h('button', { type: 'submit', class: 'button primary' }, 'Send suggestion');
  const form = h(
    'form',
    { class: 'form', novalidate: true, 'aria-labelledby': 'correction-title' },
    fields,
    remove,
    comment,
    failure,
    h(
      'div',
      { class: 'form-actions' },
      button({ class: 'button' }, () => host.done(false), 'Cancel'),
      submit,
    ),
  );
  remove.addEventListener('change', () => {
    fields.hidden = removes();
    host.pointChanged();
  });
  coordinates().addEventListener('input', () => host.pointChanged());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const written = values(form);
    const input: ProposalInput = { origin, comment: written['comment'] || undefined };
    failure.textContent = '';
    if (removes()) {
      input.remove = true;
    } else {
      const { update, errors } = readUpdate(origin, written);
      showErrors(form, errors);
      if (errors.length > 0) return;
      if (Object.keys(update).length === 0) {
        failure.textContent = 'Nothing is changed yet.';
        return;
      }
      input.update = update;
    }
    submit.disabled = true;
    host.propose(input).then(
      () => host.done(true),
      (error: unknown) => {
        failure.textContent = explainError(error);
        submit.disabled = false;
      },
    );
  });
  const node = h(
    'section',
    { class: 'view', 'aria-labelledby': 'correction-title', 'data-view': 'correction' },
    viewHeader('correction-title', 'Suggest a correction', () => host.back()),
    h('p', { class: 'prose' }, oneLine(origin)),
    form,
    h(
      'p',
      { class: 'field-help' },
      'What you send here goes to the people who run this server, with this place and nothing else of what you searched for. Without a connection it is kept until there is one.',
    ),
  );
  return { node, point, takePoint };
}
