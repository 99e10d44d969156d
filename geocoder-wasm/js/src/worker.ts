// Entry of the module worker: answers requests in the order in which they arrive. Pages import it
// too, for the engine in their own thread, so that its bindings are downloaded once.

import { compileWasm, ENGINE_THREAD, workerScope } from '#platform';
import { abortedError, GeocoderError, toGeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import type {
  Calls,
  Op,
  PassedOp,
  ResponseParts,
  WorkerRequest,
  WorkerResponse,
} from './protocol.js';

export { abortedError, compileWasm, GeocoderError, openLocalHost, toGeocoderError };

/** The engine, which the geocoder opens before it asks anything. */
let host: EngineHost;

if (workerScope?.name === ENGINE_THREAD) {
  workerScope.onmessage = async ({ data: request }: MessageEvent<WorkerRequest>) => {
    const { id } = request;
    try {
      respond({ id, result: await answer(request) });
    } catch (thrown) {
      const { code, message, errors } = toGeocoderError(thrown);
      respond({ id, error: { code, message, errors } });
    }
  };
}

function respond(response: WorkerResponse): void {
  workerScope?.postMessage(response);
}

async function answer({ id, op, args }: WorkerRequest): Promise<Calls[Op]['result']> {
  if (op === 'open') {
    host = await openLocalHost(() => compileWasm(args[0]));
    return undefined;
  }
  if (op === 'insertResponse') {
    const [response, checks, progress] = args;
    const report = (receivedBytes: number) => respond({ id, receivedBytes });
    return host.insertResponse(assemble(response), checks, progress ? report : undefined);
  }
  return (host[op] as (...args: unknown[]) => Promise<Calls[PassedOp]['result']>)(...args);
}

/** Puts a posted response together; a status that no constructor takes stands for a failure. */
function assemble({ body, status, headers }: ResponseParts): Response {
  return status < 200 ? Response.error() : new Response(body, { status, headers });
}
