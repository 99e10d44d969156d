// Entry of the module worker: answers requests in the order in which they arrive. Pages import it
// too, for the engine in their own thread, so that its bindings are downloaded once.

import { compileWasm, ENGINE_THREAD, workerScope } from '#platform';
import { abortedError, GeocoderError, toGeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import type { ResponseParts, WorkerRequest, WorkerResponse } from './protocol.js';

export { abortedError, GeocoderError, openLocalHost, toGeocoderError };

let host: EngineHost | undefined;

if (workerScope?.name === ENGINE_THREAD) {
  workerScope.onmessage = async ({ data: request }: MessageEvent<WorkerRequest>) => {
    const { id } = request;
    try {
      respond({ id, kind: 'result', result: await answer(request) });
    } catch (thrown) {
      const { code, message, errors } = toGeocoderError(thrown);
      respond({ id, kind: 'error', error: { code, message, errors } });
    }
  };
}

function respond(response: WorkerResponse): void {
  workerScope?.postMessage(response);
}

async function answer(request: WorkerRequest) {
  if (request.op === 'open') {
    host = await openLocalHost(() => compileWasm(request.args.wasm));
    return undefined;
  }
  if (!host) throw new Error('called before it was opened');
  switch (request.op) {
    case 'search':
      return host.search(request.args.query, request.args.options);
    case 'reverse':
      return host.reverse(request.args.options);
    case 'features':
      return host.features(request.args);
    case 'removeShard':
      return host.removeShard(request.args.country);
    case 'countries':
      return host.countries();
    case 'insertBytes':
      return host.insertBytes(request.args.bytes, request.args.checks, request.args.snapshot);
    case 'insertOverlay': {
      const { country, snapshot } = request.args;
      await host.insertOverlay(country, snapshot);
      return undefined;
    }
    case 'updateSnapshot': {
      const { snapshot, generation, deltas } = request.args;
      return host.updateSnapshot(snapshot, generation, deltas);
    }
    case 'sha256':
      return host.sha256(request.args.bytes);
    case 'insertResponse': {
      const { checks, progress } = request.args;
      const report = (receivedBytes: number) =>
        respond({ id: request.id, kind: 'progress', receivedBytes });
      return host.insertResponse(assemble(request.args), checks, progress ? report : undefined);
    }
  }
}

/** Puts a posted response together; a status that no constructor takes stands for a failure. */
function assemble({ body, status, headers }: ResponseParts): Response {
  return status < 200 ? Response.error() : new Response(body, { status, headers });
}
