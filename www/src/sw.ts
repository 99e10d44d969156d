/// <reference lib="webworker" />
// The service worker: keeps the app's own files, so that it starts without a connection.
// Data of countries is none of its business: the page stores that itself.

/** Paths of the app's files in its folder, and a hash over their content; filled in by the build. */
declare const PRECACHE: readonly string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const { scope } = worker.registration;
/** Addresses of the app's files; that of the page is the folder. */
const ADDRESSES: ReadonlySet<string> = new Set(PRECACHE.map((path) => new URL(path, scope).href));
const PREFIX = 'hereabouts-shell-';
/** Pages in other folders of the origin keep files of their own. */
const SUFFIX = ` ${new URL(scope).pathname}`;
const CACHE = PREFIX + VERSION + SUFFIX;

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
  if (request.method !== 'GET') return;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  const page = request.mode === 'navigate' && address === new URL('index.html', scope).href;
  const kept = page ? scope : address;
  if (ADDRESSES.has(kept)) event.respondWith(fromCache(kept, request));
});

async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the HTTP cache, which could hold files of another version.
  await cache.addAll([...ADDRESSES].map((address) => new Request(address, { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  // Earlier versions named no folder.
  const isOwn = (name: string) => name.endsWith(SUFFIX) || !name.includes(' ');
  const stale = names.filter((name) => name.startsWith(PREFIX) && isOwn(name) && name !== CACHE);
  await Promise.all(stale.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function fromCache(address: string, request: Request): Promise<Response> {
  const cached = await (await caches.open(CACHE)).match(address);
  return cached ?? fetch(request);
}
