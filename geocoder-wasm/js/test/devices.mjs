// What tests of a left-alone geocoder share: a server, geocoders that are closed again, and waiting.

import { afterEach } from 'node:test';
import { Geocoder } from 'hereabouts';
import { baseOf, otherMonaco } from './generations.mjs';
import { ProtocolServer } from './protocol-server.mjs';

export const SERVER = 'https://geo.example/';
export const AT = { lat: 43.73, lng: 7.42 };
export const mc = baseOf('mc');
export const newMc = otherMonaco();

const opened = [];
afterEach(() => {
  for (const geocoder of opened.splice(0)) geocoder.close();
});

/** Opens a geocoder of Monaco, until the test ends. */
export async function open(server, options = {}) {
  const geocoder = await Geocoder.open({
    server: SERVER,
    countries: ['mc'],
    fetch: server.fetch,
    ...options,
  });
  opened.push(geocoder);
  return geocoder;
}

/** Makes a server of Monaco. */
export function newServer(options = {}) {
  const server = Object.assign(new ProtocolServer(), options);
  server.publish('mc', mc, { feed: !server.isStatic });
  return server;
}

/** Puts something in place of a global; returns what undoes it. */
export function standFor(name, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, name, before);
    else delete globalThis[name];
  };
}

/** Waits for an event that passes. */
export function hears(geocoder, type, passes = () => true) {
  return new Promise((resolve) => {
    const end = geocoder.on(type, (detail) => {
      if (!passes(detail)) return;
      end();
      resolve(detail);
    });
  });
}

/** Whether a place is found by its name. */
export async function finds(geocoder, query) {
  const { results } = await geocoder.search(query, { maxResults: 1 });
  return results[0]?.name === query;
}

/**
 * A storage that lives on between geocoders, as a browser's does, and that
 * several may share; `fail` breaks its writes.
 */
export function keptStorage() {
  const files = new Map();
  const storage = {
    kind: 'kept',
    files,
    fail: () => undefined,
    list: async () => [...files].map(([name, { length }]) => ({ name, sizeBytes: length })),
    read: async (name) => files.get(name)?.slice(),
    write: async (name, bytes) => {
      const error = storage.fail(name);
      if (error) throw error;
      files.set(name, bytes.slice());
    },
    remove: async (name) => void files.delete(name),
  };
  return storage;
}
