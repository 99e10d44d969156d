// Passes requests on to a server with PlaceKit's API, as its own client does.

import { timeLimit } from './device.js';
import { refusal, timedOut } from './refusal.js';
import { address } from './shards.js';

/** Sends a request; an answer without a body is nothing, not an error. */
export async function askServer(
  server: string | URL | undefined,
  apiKey: string | undefined,
  method: string,
  resource: string,
  opts: Record<string, unknown> = {},
): Promise<unknown> {
  const path = resource.trim().replace(/^\/+/, '');
  const absolute = /^https?:/.test(path);
  if (!server && !absolute) {
    throw refusal(501, 'Not Implemented', {
      message: `${path} is answered by a server: name it in the option \`server\``,
    });
  }
  const { timeout, forwardIP, ...params } = opts;
  const url = absolute ? new URL(path) : address(server as string | URL, path);
  const bodyless = method === 'GET' || method === 'HEAD';
  if (bodyless) {
    for (const [name, value] of Object.entries(params)) {
      if (value !== undefined) url.searchParams.append(name, String(value));
    }
  }
  const response = await fetch(url, {
    method,
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      // The server answers clients of PlaceKit with records where the API says "no content".
      'User-Agent': 'PlaceKit/2.3.0 (Client=JavaScript) Hereabouts',
      'x-placekit-api-key': apiKey ?? '',
      ...(forwardIP ? { 'x-forwarded-for': String(forwardIP) } : {}),
    },
    signal: timeLimit(timeout) ?? null,
    body: bodyless ? null : JSON.stringify(params),
  }).catch((error) => {
    throw error?.name === 'TimeoutError' ? timedOut() : error;
  });
  const body = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(response.status, response.statusText, body ?? {});
  return body;
}
