// How much room the stored countries take, and whether the browser may clear them.

import { h } from '../dom.js';
import { formatBytes } from '../places.js';

/** Makes the line about storage; it fills in once the browser answered. */
export function storageLine(kind: 'opfs' | 'indexeddb'): HTMLElement {
  const usage = h('p', {}, 'Storage in use: …');
  const safety = h('p', {});
  const meter = h('meter', { min: 0, max: 1, value: 0, 'aria-label': 'Storage in use' });
  void describe().then((state) => {
    usage.textContent = state.usage;
    safety.textContent = state.safety;
    meter.value = state.share;
  });
  const place = kind === 'opfs' ? 'the private file system' : 'the database';
  return h(
    'div',
    { class: 'storage', 'data-store': kind },
    usage,
    meter,
    safety,
    h('p', {}, `Kept in ${place} of this browser, on this device.`),
  );
}

async function describe(): Promise<{ usage: string; safety: string; share: number }> {
  const { storage } = navigator;
  const persisted = (await storage?.persisted?.()) ?? false;
  const { usage = 0, quota = 0 } = (await storage?.estimate?.()) ?? {};
  return {
    usage:
      quota > 0
        ? `${formatBytes(usage)} of ${formatBytes(quota)} in use`
        : 'Storage use is not told by this browser.',
    safety: persisted
      ? 'The browser keeps the data until you remove it.'
      : 'The browser may clear the data when the device runs out of room.',
    share: quota > 0 ? usage / quota : 0,
  };
}
