// Brings shards and proposals up to date while no page needs to be open.

import type { KeptGeocoder } from './kept.js';
import { type Registration, worker } from './scope.js';

/** Tag of the browser's sync events, and the message that asks for the same. */
const TAG = 'hereabouts-sync';
/** Seconds between two synchronisations that nobody asked for. */
const INTERVAL_S = 3600;

/** Options of {@link syncInBackground}. */
export interface BackgroundOptions {
  /** Least seconds between two synchronisations that nobody asked for. Default: 3600. */
  intervalS?: number | undefined;
}

/**
 * Synchronises when the worker takes over, when the browser has background or periodic sync, when
 * a page asks for it ({@link requestSync}), and otherwise beside the requests of pages, once in
 * `intervalS`.
 */
export function syncInBackground(
  geocoder: KeptGeocoder,
  { intervalS = INTERVAL_S }: BackgroundOptions = {},
): void {
  worker.addEventListener('activate', () => {
    const { registration } = worker;
    const minInterval = intervalS * 1000;
    // Only installed apps may.
    registration.periodicSync?.register(TAG, { minInterval }).catch(() => {});
    // Requests wait until the worker is active, and downloads take their time: they are not waited
    // for here, but are what the browser's next sync event waits for.
    askBrowser();
    geocoder.sync().catch(askBrowser);
  });
  worker.addEventListener('sync', (event) => {
    // The browser tries again when it fails.
    if (event.tag === TAG) event.waitUntil(geocoder.sync());
  });
  worker.addEventListener('periodicsync', (event) => {
    if (event.tag === TAG) event.waitUntil(geocoder.sync());
  });
  worker.addEventListener('message', (event) => {
    if (event.data === TAG) event.waitUntil(geocoder.sync().catch(askBrowser));
  });
  worker.addEventListener('fetch', (event) => {
    event.waitUntil(geocoder.syncWhenDue(intervalS).catch(askBrowser));
  });
}

/**
 * In a page: has its service worker synchronise, now or, where the browser has background sync,
 * as soon as there is a connection; also after the page was closed. Worth calling after
 * `geocoder.propose`.
 */
export async function requestSync(registration?: Registration): Promise<void> {
  const ready = registration ?? ((await navigator.serviceWorker.ready) as Registration);
  try {
    if (!ready.sync) throw new Error('there is no background sync');
    await ready.sync.register(TAG);
  } catch {
    // Not there, or switched off by the user.
    ready.active?.postMessage(TAG);
  }
}

/** Has the browser try again as soon as there is a connection, if it does such things. */
function askBrowser(): void {
  worker.registration.sync?.register(TAG).catch(() => {});
}
