// The official clients pointed at the server under test: they know one host only.

const OFFICIAL_HOST = 'api.placekit.co';

/** Sends requests to PlaceKit's host to another one; returns what undoes it. */
export function redirect(origin) {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.host !== OFFICIAL_HOST) return real(input, init);
    return real(new URL(url.pathname + url.search, origin), init);
  };
  return () => {
    globalThis.fetch = real;
  };
}
