// Keeps the files of a site, so that it starts without a connection.

import { VersionedCache } from './caches.js';
import { worker } from './scope.js';

/** Options of {@link precache}. */
export interface PrecacheOptions {
  /** Names this set of files: when any of them changes, so must this. */
  version: string;
  /** Addresses of the files, relative to the worker. */
  files: readonly (string | URL)[];
}

/**
 * Stores files when the worker is installed, and answers their requests with them from then on;
 * those of former versions go when the worker takes over. The engine needs no mention:
 * {@link keepGeocoder} stores what it needs.
 */
export function precache({ version, files }: PrecacheOptions): void {
  const kept = new Set(files.map((file) => new URL(file, worker.location.href).href));
  const versioned = new VersionedCache('files', version);
  worker.addEventListener('install', (event) => {
    const store = async () => {
      const cache = await versioned.open();
      // Past the HTTP cache, which could hold files of another version.
      await cache.addAll([...kept].map((url) => new Request(url, { cache: 'reload' })));
    };
    event.waitUntil(store());
  });
  worker.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    url.hash = '';
    // Pages are the same whatever they are asked to show.
    if (request.mode === 'navigate') url.search = '';
    if (request.method !== 'GET' || !kept.has(url.href)) return;
    const find = async () => {
      const response = await (await versioned.open()).match(url);
      if (!response) return fetch(request);
      // Browsers refuse to open a page by a response that was redirected.
      return response.redirected ? new Response(response.body, response) : response;
    };
    event.respondWith(find());
  });
}
