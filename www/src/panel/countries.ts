// The panel of countries: what can be downloaded, what is on this device, and the room it takes.

import { append, button, h } from '../dom.js';
import { icon } from '../icons.js';
import { formatBytes, formatCount } from '../places.js';
import type { CountryState, ShardLibrary } from '../shards/library.js';
import type { CountryEntry } from '../shards/manifest.js';

/** What the page does for the panel. */
export interface CountriesHost {
  /** Shows a country on the map. */
  showOnMap(entry: CountryEntry): void;
}

/** Makes the list of countries, or says why there is none. */
export function countryList(library: ShardLibrary, host: CountriesHost): HTMLElement {
  const countries = library.countries();
  const list = h('ul', { class: 'country-list' });
  for (const country of countries) list.append(countryRow(country, library, host));
  return h('div', { class: 'countries' }, list, offerNotice(library, countries.length));
}

function offerNotice(library: ShardLibrary, known: number): HTMLElement | null {
  const retry = button({ class: 'button small' }, () => void library.refreshOffer(), 'Try again');
  switch (library.offer) {
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
        h('p', {}, library.offerProblem ?? ''),
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

function countryRow(state: CountryState, library: ShardLibrary, host: CountriesHost): HTMLElement {
  const { entry, loaded, update, receivedBytes, problem } = state;
  const row = h(
    'li',
    { class: 'country', 'data-country': entry.country, 'data-state': stateName(state) },
    h('span', { class: 'country-code', 'aria-hidden': 'true' }, entry.country.toUpperCase()),
    h(
      'div',
      { class: 'country-text' },
      h('h3', {}, entry.name),
      h('p', { class: 'country-detail' }, detail(state)),
    ),
    h('div', { class: 'country-actions' }, ...rowActions(state, library, host)),
    contents(entry),
  );
  if (receivedBytes !== null)
    append(row, [progress((update ?? entry).sizeBytes, receivedBytes, entry.name)]);
  if (problem !== null) {
    append(row, [h('p', { class: 'country-problem' }, icon('alert'), problem)]);
  }
  if (loaded && update)
    append(row, [h('p', { class: 'country-update' }, icon('refresh'), 'Newer data is available.')]);
  return row;
}

function stateName({ loaded, update, receivedBytes, problem }: CountryState): string {
  if (receivedBytes !== null) return 'downloading';
  if (loaded) return update ? 'update' : 'ready';
  return problem === null ? 'available' : 'problem';
}

function detail({ entry, loaded, update, receivedBytes }: CountryState): string {
  if (receivedBytes !== null) {
    const { sizeBytes } = update ?? entry;
    return receivedBytes < sizeBytes
      ? `Downloading · ${Math.floor((receivedBytes / Math.max(sizeBytes, 1)) * 100)} %`
      : 'Checking and storing';
  }
  if (loaded) return `On this device · ${formatBytes(entry.sizeBytes)}`;
  return `${formatBytes(entry.downloadBytes)} to download`;
}

function contents({ records }: CountryEntry): HTMLElement {
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

function rowActions(
  { entry, loaded, update, receivedBytes }: CountryState,
  library: ShardLibrary,
  host: CountriesHost,
): HTMLElement[] {
  const { country, name } = entry;
  if (receivedBytes !== null) {
    return [
      button(
        { class: 'button small', 'aria-label': `Cancel download of ${name}` },
        () => library.cancel(country),
        'Cancel',
      ),
    ];
  }
  const download = () => {
    // The browser decides by itself; asking at the first download is when people agree.
    void navigator.storage?.persist?.();
    void library.download(country);
  };
  if (!loaded) {
    return [
      button(
        { class: 'button primary small', 'aria-label': `Download ${name}` },
        download,
        icon('download'),
        'Download',
      ),
    ];
  }
  const actions = [
    button(
      { class: 'icon-button', 'aria-label': `Show ${name} on the map`, title: 'Show on the map' },
      () => host.showOnMap(entry),
      icon('locate'),
    ),
    button(
      { class: 'icon-button', 'aria-label': `Remove ${name}`, title: 'Remove from this device' },
      () => void library.remove(country),
      icon('trash'),
    ),
  ];
  if (update) {
    actions.unshift(
      button({ class: 'button primary small', 'aria-label': `Update ${name}` }, download, 'Update'),
    );
  }
  return actions;
}

function progress(sizeBytes: number, receivedBytes: number, name: string): HTMLElement {
  return h('progress', {
    max: sizeBytes,
    value: receivedBytes,
    'aria-label': `Download of ${name}`,
  });
}
