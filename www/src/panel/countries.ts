// The panel of countries: what can be downloaded, what is on this device, and the room it takes.

import type { Countries, CountryState } from '../device/countries.js';
import { append, button, h } from '../dom.js';
import { icon } from '../icons.js';
import type { BBox } from '../map/projection.js';
import { formatBytes, formatCount } from '../places.js';

/** What the page does for the panel. */
export interface CountriesHost {
  /** Shows a country on the map. */
  showOnMap(bbox: BBox): void;
}

/** Makes the list of countries, or says why there is none. */
export function countryList(countries: Countries, host: CountriesHost): HTMLElement {
  const known = countries.list();
  const list = h('ul', { class: 'country-list' });
  for (const country of known) list.append(countryRow(country, countries, host));
  return h('div', { class: 'countries' }, list, offerNotice(countries, known.length));
}

function offerNotice(countries: Countries, known: number): HTMLElement | null {
  const retry = button(
    { class: 'button small' },
    () => void countries.refreshOffers(),
    'Try again',
  );
  switch (countries.offer) {
    case 'loading':
      return known === 0 ? skeleton() : null;
    case 'offline':
      return h(
        'div',
        { class: 'notice' },
        icon('offline'),
        h(
          'p',
          {},
          known === 0
            ? 'The list of countries cannot be reached. Connect once to download a country; from then on it works offline.'
            : 'More countries are listed once the server can be reached.',
        ),
        retry,
      );
    case 'failed':
      return h(
        'div',
        { class: 'notice error' },
        icon('alert'),
        h('p', {}, countries.offerProblem ?? ''),
        retry,
      );
    case 'known':
      return known === 0
        ? h(
            'div',
            { class: 'notice' },
            icon('globe'),
            h('p', {}, 'This server offers no country yet.'),
            retry,
          )
        : null;
  }
}

function skeleton(): HTMLElement {
  return h(
    'div',
    { class: 'skeleton', role: 'status' },
    h('span', { class: 'visually-hidden' }, 'Loading the list of countries'),
    h('span', { class: 'skeleton-row' }),
    h('span', { class: 'skeleton-row' }),
  );
}

function countryRow(state: CountryState, countries: Countries, host: CountriesHost): HTMLElement {
  const { code, name, progress, problem, corrected, update, activity } = state;
  const row = h(
    'li',
    { class: 'country', 'data-country': code, 'data-state': stateName(state) },
    h('span', { class: 'country-code', 'aria-hidden': 'true' }, code.toUpperCase()),
    h(
      'div',
      { class: 'country-text' },
      h('h3', {}, name),
      h('p', { class: 'country-detail' }, detail(state)),
    ),
    h('div', { class: 'country-actions' }, ...rowActions(state, countries, host)),
    contents(state),
  );
  if (progress) {
    const label = `Download of ${name}`;
    const { totalBytes: max, receivedBytes: value } = progress;
    append(row, [h('progress', { max, value, 'aria-label': label })]);
  }
  if (problem !== null) {
    append(row, [h('p', { class: 'country-problem' }, icon('alert'), problem)]);
  }
  if (update && !activity && !progress)
    append(row, [h('p', { class: 'country-news' }, icon('refresh'), 'Newer data is available.')]);
  if (corrected) {
    const time = corrected.toLocaleTimeString('en', { timeStyle: 'short' });
    append(row, [
      h('p', { class: 'country-news' }, icon('check'), `Corrections received, ${time}`),
    ]);
  }
  return row;
}

function stateName({ loaded, update, activity, problem }: CountryState): string {
  if (activity) return activity === 'fetching' ? 'downloading' : activity;
  if (loaded) return update ? 'update' : 'ready';
  return problem === null ? 'available' : 'problem';
}

function detail({ loaded, activity, progress, sizeBytes }: CountryState): string {
  if (progress) {
    const { receivedBytes, totalBytes } = progress;
    return receivedBytes < totalBytes
      ? `Downloading · ${Math.floor((receivedBytes / Math.max(totalBytes, 1)) * 100)} %`
      : 'Checking and storing';
  }
  if (activity) return activity === 'fetching' ? 'Waiting' : 'Being removed';
  if (loaded) return `On this device · ${formatBytes(sizeBytes)}`;
  return sizeBytes > 0 ? `${formatBytes(sizeBytes)} to download` : 'Not on this device';
}

function contents({ records }: CountryState): HTMLElement {
  const places = Object.entries(records).reduce(
    (sum, [type, count]) => (type === 'house' || type === 'street' ? sum : sum + count),
    0,
  );
  const parts = [
    [records['house'] ?? 0, 'addresses'],
    [records['street'] ?? 0, 'streets'],
    [places, 'places'],
  ] as const;
  const text = parts
    .filter(([count]) => count > 0)
    .map(([count, label]) => `${formatCount(count)} ${label}`)
    .join(' · ');
  return h('p', { class: 'country-contents' }, text);
}

function rowActions(state: CountryState, countries: Countries, host: CountriesHost): HTMLElement[] {
  const { code, name, bbox, loaded, update, activity, problem } = state;
  const actions: HTMLElement[] = [];
  if (!activity && (!loaded || update)) {
    const download = () => {
      // The browser decides by itself; asking at the first download is when people agree.
      void countries.persist();
      void countries.download(code);
    };
    const verb = loaded ? 'Update' : 'Download';
    actions.push(
      button(
        { class: 'button primary small', 'aria-label': `${verb} ${name}` },
        download,
        !loaded && icon('download'),
        verb,
      ),
    );
  }
  if (activity === 'removing') return actions;
  if (loaded && bbox) {
    actions.push(
      button(
        { class: 'icon-button', 'aria-label': `Show ${name} on the map`, title: 'Show on the map' },
        () => host.showOnMap(bbox),
        icon('locate'),
      ),
    );
  }
  const remove = () => void countries.remove(code);
  if (loaded && activity) {
    const label = `Cancel update of ${name}`;
    const cancel = () => countries.cancel(code);
    actions.push(button({ class: 'button small', 'aria-label': label }, cancel, 'Cancel'));
  }
  if (loaded) {
    actions.push(
      button(
        { class: 'icon-button', 'aria-label': `Remove ${name}`, title: 'Remove from this device' },
        remove,
        icon('trash'),
      ),
    );
  } else if (activity || problem !== null) {
    const label = `Cancel download of ${name}`;
    actions.push(button({ class: 'button small', 'aria-label': label }, remove, 'Cancel'));
  }
  return actions;
}
