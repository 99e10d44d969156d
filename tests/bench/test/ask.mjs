// Asks a server many questions, several at a time.

const PARALLEL = 4;

/** Posts requests and returns the bodies of the answers, in the order of the requests. */
export async function ask(server, route, requests) {
  const bodies = new Array(requests.length);
  let next = 0;
  const work = async () => {
    while (next < requests.length) {
      const at = next;
      next += 1;
      const response = await fetch(`${server.origin}/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-placekit-api-key': server.privateKey },
        body: JSON.stringify(requests[at]),
      });
      bodies[at] = await response.text();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return bodies;
}
