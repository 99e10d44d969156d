// The card of one place: its address, how exact it is, every field, what else is around.

import type { SearchResult } from 'hereabouts';
import { isCorrectable } from '../corrections/fields.js';
import { append, button, h } from '../dom.js';
import { icon } from '../icons.js';
import { formatDistance } from '../map/scale.js';
import { announce, hideMessage, showMessage } from '../messages.js';
import { formatCount, iconOf, precisionLabel, secondLine, typeLabel } from '../places.js';

/** What the card shows. */
export interface CardContent {
  /** The place. */
  readonly result: SearchResult;
  /** Other places at the asked point, nearest first; empty for searches. */
  readonly others: readonly SearchResult[];
  /** Address that shows this place again. */
  readonly url: string;
}

/** What the page does for the card. */
export interface CardHost {
  close(): void;
  show(result: SearchResult): void;
  center(result: SearchResult): void;
  /** Starts a correction; null where none can be sent. */
  correct: ((result: SearchResult) => void) | null;
}

/** Makes the card of a place. */
export function cardView({ result, others, url }: CardContent, host: CardHost): HTMLElement {
  const { distance } = result;
  return h(
    'section',
    {
      class: 'view card',
      'aria-labelledby': 'card-title',
      'data-view': 'card',
      'data-place': result.coordinates,
    },
    h(
      'header',
      { class: 'card-header' },
      h('span', { class: `type-icon large type-${result.type}` }, icon(iconOf(result))),
      h(
        'div',
        { class: 'card-heading' },
        h('p', { class: 'overline' }, typeLabel(result)),
        h('h2', { id: 'card-title', tabindex: '-1' }, result.name),
        h('p', { class: 'card-place' }, secondLine(result)),
      ),
      button({ class: 'icon-button', 'aria-label': 'Close' }, () => host.close(), icon('close')),
    ),
    h(
      'p',
      { class: `precision precision-${result.precision}` },
      h('span', { class: 'precision-dot', 'aria-hidden': 'true' }),
      precisionLabel(result),
      distance !== undefined && h('span', { class: 'distance' }, distanceText(distance)),
    ),
    actions(result, url, host),
    fields(result),
    correction(result, host),
    others.length > 0 && around(others, host),
    h(
      'details',
      { class: 'raw' },
      h('summary', {}, 'Answer as JSON'),
      h('pre', { tabindex: '0' }, JSON.stringify(result, null, 2)),
    ),
  );
}

function actions(result: SearchResult, url: string, host: CardHost): HTMLElement {
  return h(
    'div',
    { class: 'card-actions' },
    copyButton('Copy position', 'copy', result.coordinates),
    shareButton(result, url),
    button({ class: 'button' }, () => host.center(result), icon('locate'), 'Show on map'),
  );
}

function copyButton(label: string, name: 'copy' | 'share', text: string): HTMLButtonElement {
  return button(
    { class: 'button' },
    ({ currentTarget }) => {
      const caption = (currentTarget as HTMLButtonElement).querySelector('span');
      if (!caption) return;
      navigator.clipboard.writeText(text).then(
        () => {
          caption.textContent = 'Copied';
          hideMessage('copy');
          announce(`Copied ${text}`);
          setTimeout(() => {
            caption.textContent = label;
          }, 2000);
        },
        () => showMessage('copy', 'error', `The browser did not allow copying: ${text}`),
      );
    },
    icon(name),
    h('span', {}, label),
  );
}

function shareButton(result: SearchResult, url: string): HTMLButtonElement {
  if (!('share' in navigator)) return copyButton('Copy link', 'share', url);
  return button(
    { class: 'button' },
    () => {
      // Rejects when the user closes the sheet, which is no failure.
      navigator.share({ title: result.name, url }).catch(() => undefined);
    },
    icon('share'),
    'Share',
  );
}

function fields(result: SearchResult): HTMLElement {
  const { street, zipcode, population } = result;
  const rows: [string, string][] = [
    ['House number', [street?.number, street?.suffix].filter(Boolean).join(' ')],
    ['Street', street?.name ?? ''],
    [zipcode.length > 1 ? 'Postcodes' : 'Postcode', zipcode.join(', ')],
    ['City', withCode(result.city, result.citycode)],
    ['County', withCode(result.county, result.countycode)],
    ['Region', withCode(result.administrative, result.administrativecode)],
    ['Country', withCode(result.country, result.countrycode.toUpperCase())],
    ['Population', population > 0 ? formatCount(population) : ''],
    ['Coordinates', result.coordinates],
  ];
  const list = h('dl', { class: 'fields' });
  for (const [name, value] of rows) {
    if (value !== '') append(list, [h('div', {}, h('dt', {}, name), h('dd', {}, value))]);
  }
  return list;
}

function correction(result: SearchResult, { correct }: CardHost): HTMLElement | null {
  if (!correct || !isCorrectable(result)) return null;
  return button({ class: 'button' }, () => correct(result), icon('edit'), 'Suggest a correction');
}

function around(others: readonly SearchResult[], host: CardHost): HTMLElement {
  return h(
    'section',
    { class: 'around', 'aria-labelledby': 'around-title' },
    h('h3', { id: 'around-title' }, 'Also here'),
    placeList(others, host),
  );
}

function placeList(results: readonly SearchResult[], host: CardHost): HTMLElement {
  const list = h('ul', { class: 'place-list' });
  for (const result of results) {
    const row = button(
      { class: 'place-row' },
      () => host.show(result),
      h('span', { class: `type-icon type-${result.type}` }, icon(iconOf(result))),
      h(
        'span',
        { class: 'option-text' },
        h('span', { class: 'option-name' }, result.name),
        h('span', { class: 'option-place' }, `${typeLabel(result)} · ${secondLine(result)}`),
      ),
      result.distance !== undefined &&
        h('span', { class: 'distance' }, formatDistance(result.distance)),
    );
    list.append(h('li', {}, row));
  }
  return list;
}

function distanceText(distanceM: number): string {
  return distanceM === 0 ? 'at this point' : `${formatDistance(distanceM)} from this point`;
}

function withCode(name: string, code: string): string {
  if (name === '') return code;
  return code === '' ? name : `${name} (${code})`;
}
