// Passes requests on to the server, and makes what comes back readable for PlaceKit's clients.

import { address } from '../placekit/shards.js';
import type { KeepOptions } from './kept.js';
import { refuse, reply } from './reply.js';

/** Headers of requests that the server takes from pages of other origins. */
const HEADERS = [
  ...['accept', 'accept-language', 'authorization', 'content-type', 'idempotency-key', 'if-match'],
  ...['if-none-match', 'user-agent', 'x-forwarded-for', 'x-placekit-api-key'],
];

/** A request whose body has been read. */
export interface ReadRequest {
  readonly request: Request;
  /** Path below the host, with the query. */
  readonly resource: string;
  readonly body: string;
}

/** Sends a request to the server; `apiKey` stands in place of the request's own. */
export async function passOn(
  { request, resource, body }: ReadRequest,
  { server, fetch: ask = (...args) => fetch(...args) }: KeepOptions,
  apiKey: string | undefined,
): Promise<Response> {
  const { method, signal } = request;
  // Clients cannot read the empty answers that the API has for changes.
  const headers = new Headers({ prefer: 'return=representation' });
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (apiKey) headers.set('x-placekit-api-key', apiKey);
  const bodyless = method === 'GET' || method === 'HEAD';
  let response: Response;
  try {
    const url = address(server, resource);
    response = await ask(url, { method, headers, signal, body: bodyless ? null : body });
  } catch {
    const message = 'This device has no answer to this request, and the server cannot be reached';
    return refuse([503, 'Service Unavailable'], { message });
  }
  return readable(response);
}

/** Makes JSON of an answer that is none, such as that of a proxy or of a static host. */
async function readable(response: Response): Promise<Response> {
  const { status, statusText, ok } = response;
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text);
    const limits = ['ratelimit', 'ratelimit-policy', 'retry-after'].flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    return reply([status, statusText], body, Object.fromEntries(limits));
  } catch {
    if (ok && text.trim() === '') return reply([200, 'OK'], {});
    const message = `the server answered ${status} ${statusText}`.trim();
    return refuse(ok ? [502, 'Bad Gateway'] : [status, statusText], { message });
  }
}
