// `hereabouts-sw.js`: a whole service worker, told what to do by the query of its own address.

import { worker } from './service-worker/scope.js';
import { answerPlaceKit, keepGeocoder, precache, syncInBackground } from './service-worker.js';

const PARAMETERS = [
  ...['server', 'apiKey', 'publicKey', 'countries', 'storageName', 'metered', 'wasm'],
  ...['hosts', 'defaultCountry', 'requireKey', 'intervalS', 'files', 'version'],
];

const query = new URL(worker.location.href).searchParams;
for (const name of query.keys()) {
  if (!PARAMETERS.includes(name)) {
    throw new Error(`hereabouts-sw.js: there is no parameter ${name}, only ${PARAMETERS.join()}`);
  }
}
const text = (name: string) => query.get(name) ?? undefined;
const list = (name: string) => query.get(name)?.split(',').filter(Boolean);

const server = query.get('server');
if (!server) {
  throw new Error('hereabouts-sw.js: name the server, as in hereabouts-sw.js?server=/geo/');
}
const geocoder = keepGeocoder({
  server,
  apiKey: text('apiKey'),
  publicKey: text('publicKey'),
  countries: list('countries'),
  storageName: text('storageName'),
  metered: query.get('metered') === 'allow' ? 'allow' : 'wait',
  wasm: text('wasm'),
});
answerPlaceKit(geocoder, {
  hosts: list('hosts'),
  defaultCountry: text('defaultCountry'),
  requireKey: query.get('requireKey') === 'true',
});
syncInBackground(geocoder, { intervalS: Number(text('intervalS')) || undefined });
const files = list('files');
if (files) precache({ version: worker.location.search, files });

// Every answer stands alone, so that pages can change workers at any time.
worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
