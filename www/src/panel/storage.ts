// How much room the stored countries take, and whether the browser may clear them.

import type { Countries } from '../device/countries.js';
import { button, h } from '../dom.js';
import { showMessage } from '../messages.js';
import { formatBytes } from '../places.js';

const PLACES: Readonly<Record<string, string>> = {
  opfs: 'Kept in the private file system of this browser, on this device.',
  indexeddb: 'Kept in the database of this browser, on this device.',
  memory: 'This browser keeps nothing: the data is there for this visit only.',
};

/** Makes the lines about storage; nothing until it is known. */
export function storageLine(countries: Countries): HTMLElement | null {
  const { storage } = countries;
  if (!storage) return null;
  const { kind, usedBytes, quotaBytes, persisted } = storage;
  const used = formatBytes(usedBytes);
  const [usage, share] = quotaBytes
    ? [`${used} of ${formatBytes(quotaBytes)} in use`, usedBytes / quotaBytes]
    : [`${used} in use`, 0];
  const safety = persisted
    ? 'The browser keeps the data until you remove it.'
    : 'The browser may clear the data when the device runs out of room.';
  const isKept = kind !== 'memory';
  return h(
    'div',
    { class: 'storage', 'data-store': kind },
    h('p', {}, usage),
    h('meter', { min: 0, max: 1, value: share, 'aria-label': 'Storage in use' }),
    isKept && h('p', {}, safety),
    h('p', {}, PLACES[kind] ?? ''),
    isKept &&
      !persisted &&
      usedBytes > 0 &&
      button({ class: 'button small' }, () => void persist(countries), 'Ask to keep it'),
  );
}

async function persist(countries: Countries): Promise<void> {
  if (await countries.persist()) return;
  const text = 'The browser did not agree. It may do so when the app is installed or used more.';
  showMessage('persist', 'news', text);
}
