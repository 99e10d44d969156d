// Answers the requests of PlaceKit's clients on the device, and passes on what it cannot answer.

import { answer, COUNTRY_NOT_LOADED, type Request as PKRequest } from '../placekit/answer.js';
import { invalid } from '../placekit/refusal.js';
import type { PKError } from '../placekit/types.js';
import type { KeptGeocoder } from './kept.js';
import { passOn } from './pass-on.js';
import { refuse, reply } from './reply.js';
import { worker } from './scope.js';

/** Longest body of a search: that of the server. */
const MAX_BODY_BYTES = 65_536;

/** Options of {@link answerPlaceKit}. */
export interface AnswerOptions {
  /** Hosts whose API is answered. Default: `api.placekit.co`. */
  hosts?: readonly string[] | undefined;
  /**
   * ISO 3166-1 alpha-2 code of the country that is meant by searches without `countries` (unless
   * they are for cities or countries alone) and by `/reverse` without `coordinates`. Default:
   * none; searches are for all countries of this device, `/reverse` for the first one.
   */
  defaultCountry?: string | undefined;
  /** Whether requests without a key are refused (412), as the server does. Default: false. */
  requireKey?: boolean | undefined;
}

/**
 * Answers `https://api.placekit.co/*` for the pages of this worker, with their unchanged clients:
 * `POST /search` and `POST /reverse` on the device; everything else, and what this device has no
 * shard for, by the server.
 *
 * Where neither can answer, the response is a 503 that clients recover from.
 */
export function answerPlaceKit(geocoder: KeptGeocoder, options: AnswerOptions = {}): void {
  const { hosts = ['api.placekit.co'] } = options;
  const { host } = new URL(geocoder.options.server, worker.location.href);
  worker.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (!hosts.includes(url.host)) return;
    const asked = request.method === 'POST' && /^\/(search|reverse)$/.exec(url.pathname)?.[1];
    // The server's other routes need nobody in between.
    if (!asked && url.host === host) return;
    const resource = asked === 'search' || asked === 'reverse' ? asked : undefined;
    event.respondWith(respond(geocoder, options, request, resource));
  });
}

async function respond(
  geocoder: KeptGeocoder,
  { defaultCountry, requireKey }: AnswerOptions,
  request: Request,
  resource: 'search' | 'reverse' | undefined,
): Promise<Response> {
  const key = request.headers.get('x-placekit-api-key');
  // Without a key, the client sends this word.
  const missing = !key || key === 'undefined';
  if (requireKey && missing) {
    return refuse([412, 'Precondition Failed'], { message: 'Access denied missing credentials' });
  }
  const body = await request.text();
  const { pathname, search } = new URL(request.url);
  const read = { request, resource: pathname.slice(1) + search, body };
  const { apiKey } = geocoder.options;
  if (!resource) return passOn(read, geocoder.options, missing ? apiKey : undefined);
  const own = await onDevice(geocoder, resource, body, defaultCountry);
  return own ?? passOn(read, geocoder.options, apiKey);
}

/** Answers a request; nothing when this device has no shard for it. */
async function onDevice(
  geocoder: KeptGeocoder,
  resource: 'search' | 'reverse',
  body: string,
  defaultCountry: string | undefined,
): Promise<Response | undefined> {
  if (new Blob([body]).size > MAX_BODY_BYTES) {
    const message = `The request body is larger than ${MAX_BODY_BYTES} bytes`;
    return refuse([413, 'Payload Too Large'], { message });
  }
  const opened = await geocoder.stored();
  if (!opened) return undefined;
  try {
    return reply([200, 'OK'], await answer(opened, resource, parse(body), defaultCountry));
  } catch (error) {
    const { status, statusText = '', ...refusal } = error as Partial<PKError>;
    const { errors = [] } = refusal;
    const unloaded = errors.length > 0 && errors.every(({ msg }) => msg === COUNTRY_NOT_LOADED);
    // What fails here for no fault of the request need not fail there.
    if (status !== 422 || unloaded) return undefined;
    return refuse([status, statusText], refusal);
  }
}

/** Reads the options of a request, as the server does: of any content type, and without any. */
function parse(body: string): PKRequest {
  let reason = 'it does not start with {';
  try {
    const options = JSON.parse(body.trim() || '{}');
    if (typeof options === 'object' && options !== null && !Array.isArray(options)) {
      // The engine knows this one, which no request has.
      return { ...options, signal: undefined };
    }
  } catch (error) {
    reason = `${error}`;
  }
  const msg = `Must be a JSON object: ${reason}.`;
  throw invalid([{ value: '', msg, param: '', path: '', location: 'body' }]);
}
