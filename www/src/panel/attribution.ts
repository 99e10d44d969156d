// The notices that the licences of what is shown demand.

import type { Countries } from '../device/countries.js';
import { byId, h } from '../dom.js';
import { externalLink } from './home.js';

/** Writes the notices of all countries that answer. */
export function buildAttribution(countries: Countries): void {
  const notices = new Map<string, HTMLElement>();
  for (const { attribution } of countries.loaded()) {
    for (const { notice, licence, url } of attribution) {
      notices.set(notice + licence, externalLink(url, `${notice} (${licence})`));
    }
  }
  const world = h('span', {}, 'Outlines: Natural Earth');
  byId('attribution', HTMLElement).replaceChildren(...notices.values(), world);
}
