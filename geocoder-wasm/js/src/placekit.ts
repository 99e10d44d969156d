// `hereabouts/placekit`: PlaceKit's JavaScript client, with its answers from this device.

import { Device } from './placekit/device.js';
import { askServer } from './placekit/server.js';
import type {
  PKClient,
  PKExtension,
  PKKeys,
  PKOptions,
  PKPatches,
  PKRequest,
  PKSearchResponse,
  PKSources,
} from './placekit/types.js';

export type {
  PKClient,
  PKError,
  PKExtension,
  PKKeys,
  PKKeysOptions,
  PKKeysResult,
  PKOptions,
  PKPatches,
  PKPatchListOptions,
  PKPatchListResponse,
  PKPatchResult,
  PKPatchStatus,
  PKPatchUpdate,
  PKPatchUpdateOptions,
  PKRequest,
  PKResult,
  PKSearchResponse,
  PKSources,
  PKType,
  PKTypeFilter,
} from './placekit/types.js';

const extensions = new Map<string, PKExtension>();

/**
 * Makes a client with the methods of `@placekit/client-js`: `search` and `reverse` are answered on
 * the device, `patch` and `keys` by the server.
 *
 * Calls reject with {@link PKError}, a plain object; wrong arguments throw an `Error` at once, and
 * a `timeout` rejects with an `AbortError`.
 *
 * @example
 * ```ts
 * const pk = placekit('pk_…', { server: 'https://geo.example.org', countries: ['li'] });
 * const { results } = await pk.search('Städtle 43 Vad');
 * ```
 */
function placekit(apiKey?: string, options: PKOptions & PKSources = {}): PKClient {
  if (!['string', 'undefined'].includes(typeof apiKey)) {
    throw Error('PlaceKit: `apiKey` argument is invalid, expected a string.');
  }
  if (!apiKey) console.warn('PlaceKit: missing or empty `apiKey` argument.');
  checkObject(options, 'PlaceKit.configure');
  const { server, shards: _, geocoder: __, engine: ___, defaultCountry: ____, ...rest } = options;
  const device = new Device(apiKey, options);
  const globalOptions: PKOptions = { maxResults: 5 };
  if (typeof window !== 'undefined' && navigator.language) {
    globalOptions.language = navigator.language.slice(0, 2);
  }
  const request: PKRequest = (method, resource, opts = {}) =>
    method === 'POST' && (resource === 'search' || resource === 'reverse')
      ? device.answer(resource, opts)
      : askServer(server, apiKey, method, resource, opts);
  let hasGeolocation = false;
  const client = {
    get options() {
      return globalOptions;
    },
    get hasGeolocation() {
      return hasGeolocation;
    },
    configure(opts: PKOptions = {}) {
      checkObject(opts, 'PlaceKit.configure');
      Object.assign(globalOptions, opts);
    },
    requestGeolocation(opts: PositionOptions = {}) {
      checkObject(opts, 'PlaceKit.requestGeolocation');
      return locate(opts).then(
        (position) => {
          hasGeolocation = true;
          const { latitude, longitude } = position.coords;
          globalOptions.coordinates = `${latitude},${longitude}`;
          return position;
        },
        (error) => {
          client.clearGeolocation();
          throw error;
        },
      );
    },
    clearGeolocation() {
      hasGeolocation = false;
      delete globalOptions.coordinates;
    },
    geocoder: () => device.geocoder(),
  } as PKClient;
  for (const [resource, init] of extensions) {
    if (resource in client) {
      throw Error(`PlaceKit extend: \`client.${resource}\` already exists.`);
    }
    Object.assign(client, { [resource]: init(request, client) });
  }
  client.configure(rest);
  return client;
}

/** Adds a member to every client that is made from then on; one of the same name is replaced. */
placekit.extend = (resource: string, init: PKExtension): void => {
  if (typeof init !== 'function') {
    throw Error('PlaceKit extend: `init` argument is invalid, expected a function.');
  }
  extensions.set(resource, init);
};

placekit.extend('search', (request, client) => (query?: string, opts: PKOptions = {}) => {
  if (!['string', 'undefined'].includes(typeof query)) {
    throw Error('PlaceKit `client.search`: `query` argument is invalid, expected a string.');
  }
  checkObject(opts, 'PlaceKit.search');
  const body = { ...client.options, ...opts, query };
  return request('POST', 'search', body) as Promise<PKSearchResponse>;
});

placekit.extend('reverse', (request, client) => (opts: PKOptions = {}) => {
  checkObject(opts, 'PlaceKit.reverse');
  const body = { ...client.options, ...opts };
  return request('POST', 'reverse', body) as Promise<PKSearchResponse>;
});

placekit.extend('patch', (request) => {
  const patches = {
    list(opts = {}) {
      checkObject(opts, 'PlaceKit.patch.list');
      return request('POST', 'patch/search', { ...opts });
    },
    create(update: unknown, opts: Record<string, unknown> = {}, origin?: unknown) {
      checkObject(opts, 'PlaceKit.patch.create');
      const { status, language } = opts;
      return origin === undefined
        ? request('POST', 'patch', { record: update, status, language })
        : request('PUT', 'patch', { origin, update, status, language });
    },
    get(id: string, language?: string): Promise<unknown> {
      checkId(id, 'PlaceKit.patch.get');
      if (!['string', 'undefined'].includes(typeof language)) {
        throw Error('PlaceKit.patch.get: `language` argument is invalid, expected a string.');
      }
      return request('GET', `patch/${id}`, { language });
    },
    update(id: string, update?: unknown, opts: Record<string, unknown> = {}) {
      checkId(id, 'PlaceKit.patch.update');
      checkObject(opts, 'PlaceKit.patch.update');
      const { status, language } = opts;
      const patched = request('PATCH', `patch/${id}`, { update, status, language });
      // A server that says "no content" is asked for the record that callers expect.
      return patched.then((record) => record ?? patches.get(id, language as string | undefined));
    },
    delete(id: string) {
      checkId(id, 'PlaceKit.patch.delete');
      return request('DELETE', `patch/${id}`);
    },
    deleteLang(id: string, language: string) {
      checkId(id, 'PlaceKit.patch.deleteLang');
      if (typeof language !== 'string' || !language) {
        throw Error(
          'PlaceKit.patch.deleteLang: `language` argument is invalid, expected a string.',
        );
      }
      return request('DELETE', `patch/${id}/language/${language}`);
    },
  };
  return patches as unknown as PKPatches;
});

placekit.extend('keys', (request) => {
  const keys = {
    list: () => request('GET', 'keys'),
    create(role: string, opts: Record<string, unknown> = {}) {
      if (!['public', 'private'].includes(role)) {
        throw Error(
          'PlaceKit.keys.create: `role` argument is invalid, expected either "public" or "private".',
        );
      }
      checkObject(opts, 'PlaceKit.keys.create');
      return request('POST', 'keys', { role, domains: opts['domains'] });
    },
    get(id: string) {
      checkId(id, 'PlaceKit.keys.get');
      return request('GET', `keys/${id}`);
    },
    update(id: string, opts: Record<string, unknown> = {}) {
      checkId(id, 'PlaceKit.keys.update');
      checkObject(opts, 'PlaceKit.keys.update');
      return request('PATCH', `keys/${id}`, { domains: opts['domains'] });
    },
    delete(id: string) {
      checkId(id, 'PlaceKit.keys.delete');
      return request('DELETE', `keys/${id}`);
    },
  };
  return keys as unknown as PKKeys;
});

function locate(options: PositionOptions): Promise<GeolocationPosition> {
  const where = 'PlaceKit.requestGeolocation';
  if (typeof window === 'undefined' || !navigator.geolocation) {
    return Promise.reject(Error(`${where}: geolocation is only available in the browser.`));
  }
  return new Promise((resolve, reject) => {
    const failed = ({ code, message }: GeolocationPositionError) =>
      reject(Error(`${where}: (${code}) ${message}`));
    navigator.geolocation.getCurrentPosition(resolve, failed, options);
  });
}

function checkObject(value: unknown, where: string): void {
  if (typeof value !== 'object' || Array.isArray(value) || value === null) {
    throw Error(`${where}: \`opts\` argument is invalid, expected an object.`);
  }
}

function checkId(id: unknown, where: string): void {
  if (typeof id !== 'string' || !id) {
    throw Error(`${where}: \`id\` argument is invalid, expected a string.`);
  }
}

export default placekit;
