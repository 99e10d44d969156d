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

/** Reads a parameter that is one of few words; the first one where there is none. */
function choice<Word extends string>(name: string, ...words: readonly [Word, Word]): Word {
  const word = words.find((known) => known === (query.get(name) ?? words[0]));
  if (!word) throw new Error(`hereabouts-sw.js: ${name} is ${words.join(' or ')}, if anything`);
  return word;
}

const server = query.get('server');
if (!server) {
  throw new Error('hereabouts-sw.js: name the server, as in hereabouts-sw.js?server=/geo/');
}
const intervalS = query.has('intervalS') ? Number(query.get('intervalS')) : undefined;
if (intervalS !== undefined && !(intervalS > 0)) {
  throw new Error('hereabouts-sw.js: intervalS is a number of seconds, if anything');
}
const geocoder = keepGeocoder({
  server,
  apiKey: text('apiKey'),
  publicKey: text('publicKey'),
  countries: list('countries'),
  storageName: text('storageName'),
  metered: choice('metered', 'wait', 'allow'),
  wasm: text('wasm'),
});
answerPlaceKit(geocoder, {
  hosts: list('hosts'),
  defaultCountry: text('defaultCountry'),
  requireKey: choice('requireKey', 'false', 'true') === 'true',
});
syncInBackground(geocoder, { intervalS });
const files = list('files');
if (files) precache({ version: worker.location.search, files });

// Every answer stands alone, so that pages can change workers at any time.
worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
