/// <reference lib="webworker" />
// The service worker: keeps the app's own files, so that it starts without a connection.
// Data of countries is none of its business: the page stores that itself.

/** Paths of the app's files, and a hash over their content; filled in by the build. */
declare const PRECACHE: readonly string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'hereabouts-shell-';
const CACHE = PREFIX + VERSION;

worker.addEventListener('install', (event) => {
  event.waitUntil(precache());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  const path = request.mode === 'navigate' && url.pathname === '/index.html' ? '/' : url.pathname;
  if (PRECACHE.includes(path)) event.respondWith(fromCache(path, request));
});

async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the HTTP cache, which could hold files of another version.
  await cache.addAll(PRECACHE.map((path) => new Request(path, { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const stale = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(stale.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const cached = await (await caches.open(CACHE)).match(path);
  return cached ?? fetch(request);
}
