// The panel's views without a chosen place: the start and the countries.

import type { Countries } from '../device/countries.js';
import { append, button, h } from '../dom.js';
import { icon } from '../icons.js';
import { forgetPlaces, type RecentPlace, recentPlaces } from '../settings.js';
import { type CountriesHost, countryList } from './countries.js';
import { viewHeader } from './header.js';
import { storageLine } from './storage.js';

/** What the page does for these views. */
export interface HomeHost extends CountriesHost {
  showRecent(place: RecentPlace): void;
  showCountries(): void;
  back(): void;
  redraw(): void;
}

/** The start: an invitation to download as long as there is nothing, then hints and recent places. */
export function homeView(countries: Countries, host: HomeHost): HTMLElement {
  const loaded = countries.loaded();
  if (loaded.length === 0) return welcome(countries, host);
  const names = new Intl.ListFormat('en').format(loaded.map(({ name }) => name));
  return h(
    'section',
    { class: 'view home', 'aria-labelledby': 'home-title', 'data-view': 'home' },
    h('h2', { id: 'home-title', class: 'visually-hidden' }, 'Start'),
    h(
      'p',
      { class: 'ready' },
      h('span', { class: 'ready-icon' }, icon('check')),
      h(
        'span',
        {},
        h('strong', {}, names),
        loaded.length === 1 ? ' is ready on this device.' : ' are ready on this device.',
      ),
    ),
    recents(host),
    h(
      'ul',
      { class: 'hints' },
      h('li', {}, icon('search'), 'Type part of an address; typos and missing accents are fine.'),
      h('li', {}, icon('pin'), 'Click the map to see what is there.'),
      h(
        'li',
        {},
        icon('offline'),
        'Everything is answered on this device, also without a connection.',
      ),
    ),
    button(
      { class: 'button wide' },
      () => host.showCountries(),
      icon('globe'),
      'Countries and storage',
    ),
  );
}

function welcome(countries: Countries, host: HomeHost): HTMLElement {
  return h(
    'section',
    { class: 'view welcome', 'aria-labelledby': 'home-title', 'data-view': 'welcome' },
    h('h2', { id: 'home-title' }, 'Choose a country to start'),
    h(
      'p',
      { class: 'lead' },
      'Download it once. Every search then runs on this device: instantly, privately, and without a connection.',
    ),
    countryList(countries, host),
  );
}

function recents(host: HomeHost): HTMLElement | null {
  const places = recentPlaces();
  if (places.length === 0) return null;
  const list = h('ul', { class: 'place-list' });
  for (const place of places) {
    const [name = '', ...rest] = place.query.split(', ');
    const row = button(
      { class: 'place-row' },
      () => host.showRecent(place),
      h('span', { class: 'type-icon' }, icon('clock')),
      h(
        'span',
        { class: 'option-text' },
        h('span', { class: 'option-name' }, name),
        h('span', { class: 'option-place' }, rest.join(', ')),
      ),
    );
    list.append(h('li', {}, row));
  }
  return h(
    'section',
    { class: 'recents', 'aria-labelledby': 'recents-title' },
    h(
      'header',
      { class: 'section-header' },
      h('h3', { id: 'recents-title' }, 'Recent'),
      button(
        { class: 'link-button' },
        () => {
          forgetPlaces();
          host.redraw();
        },
        'Clear',
      ),
    ),
    list,
  );
}

/** The countries with storage and sources. */
export function countriesView(countries: Countries, host: HomeHost): HTMLElement {
  return h(
    'section',
    { class: 'view', 'aria-labelledby': 'countries-title', 'data-view': 'countries' },
    viewHeader('countries-title', 'Countries', () => host.back()),
    countryList(countries, host),
    storageLine(countries),
    sources(countries),
  );
}

function sources(countries: Countries): HTMLElement | null {
  const loaded = countries.loaded();
  if (loaded.length === 0) return null;
  const list = h('ul', { class: 'sources' });
  for (const { name, attribution } of loaded) {
    for (const { source, licence, notice, url } of attribution) {
      list.append(h('li', {}, `${name}: ${notice} `, externalLink(url, `${source}, ${licence}`)));
    }
  }
  append(list, [h('li', {}, 'World outlines: made with Natural Earth, public domain.')]);
  return h(
    'section',
    { class: 'sources-section', 'aria-labelledby': 'sources-title' },
    h('h3', { id: 'sources-title' }, 'Sources and licences'),
    list,
  );
}

/** Makes a link that leaves the app; only web addresses become links. */
export function externalLink(url: string, text: string): HTMLElement {
  if (!/^https?:\/\//.test(url)) return h('span', {}, text);
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text);
}
