// The geocoder behind a client of PlaceKit's API, loaded when it is first needed.

import type { Geocoder, SearchResponse } from '../index.js';
import { answer } from './answer.js';
import { asRefusal, refusal, timedOut } from './refusal.js';
import { openFromServer } from './shards.js';
import type { PKOptions, PKSources } from './types.js';

/** The geocoder behind a client, loaded when it is first needed. */
export class Device {
  readonly #open: () => Promise<Geocoder>;
  readonly #defaultCountry: string | undefined;
  #geocoder: Promise<Geocoder> | undefined;

  constructor(apiKey: string | undefined, options: PKOptions & PKSources) {
    const { geocoder, server, engine, shards, countries } = options;
    this.#defaultCountry = options.defaultCountry;
    this.#open = async () => {
      if (geocoder) return geocoder;
      if (server) return openFromServer(server, apiKey, { shards, countries }, engine);
      throw refusal(503, 'Service Unavailable', {
        message: 'no data: name a sync server in the option `server`, or give a `geocoder`',
      });
    };
  }

  /** Gives the geocoder; one that could not be loaded is tried again by the next call. */
  geocoder(): Promise<Geocoder> {
    this.#geocoder ??= this.#open().catch((error) => {
      this.#geocoder = undefined;
      throw asRefusal(error);
    });
    return this.#geocoder;
  }

  /** Answers a request of PlaceKit's API; `timeout` counts from now, loading included. */
  async answer(
    resource: 'search' | 'reverse',
    { timeout, ...request }: PKOptions & { query?: string },
  ): Promise<SearchResponse> {
    const signal = timeLimit(timeout);
    const geocoder = await within(signal, this.geocoder());
    return answer(geocoder, resource, { ...request, signal }, this.#defaultCountry);
  }
}

/** Makes the signal of a time limit in milliseconds; none for what is no such limit. */
export function timeLimit(timeoutMs: unknown): AbortSignal | undefined {
  const valid = typeof timeoutMs === 'number' && timeoutMs >= 0;
  return valid ? AbortSignal.timeout(timeoutMs) : undefined;
}

function within<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(timedOut()), { once: true });
    promise.then(resolve, reject);
  });
}
