// Responses as PlaceKit's clients can read them: always JSON, and never one that breaks the client.

const HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-store',
  'content-type': 'application/json',
};

/** Makes a response. */
export function reply(
  [status, statusText]: [status: number, statusText: string],
  body: object,
  headers: Record<string, string> = {},
): Response {
  const init = { status, statusText, headers: { ...HEADERS, ...headers } };
  return new Response(JSON.stringify(body), init);
}

/**
 * Makes a response that refuses a request.
 *
 * After a 5xx PlaceKit's client would not ask again, ever, unless the body has a `status` that is
 * none.
 */
export function refuse(
  status: [status: number, statusText: string],
  body: { message?: string },
): Response {
  return reply(status, status[0] < 500 ? body : { ...body, status: null });
}
