// Entry of the module worker: answers requests in the order in which they arrive.

import { compileWasm, workerScope } from '#platform';
import { toGeocoderError } from './errors.js';
import type { EngineHost } from './host.js';
import { openLocalHost } from './local.js';
import type { ResponseParts, WorkerRequest, WorkerResponse } from './protocol.js';
import type { InsertOptions } from './types.js';

let host: EngineHost | undefined;
const downloads = new Map<number, AbortController>();

workerScope.onmessage = async ({ data: request }: MessageEvent<WorkerRequest>) => {
  const { id } = request;
  if (request.op === 'abort') {
    downloads.get(id)?.abort();
    return;
  }
  try {
    respond({ id, kind: 'result', result: await answer(request) });
  } catch (thrown) {
    const { code, message, errors } = toGeocoderError(thrown);
    respond({ id, kind: 'error', error: { code, message, errors } });
  } finally {
    downloads.delete(id);
  }
};

function respond(response: WorkerResponse): void {
  workerScope.postMessage(response);
}

async function answer(request: Exclude<WorkerRequest, { op: 'abort' }>) {
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
    case 'removeShard':
      return host.removeShard(request.args.country);
    case 'countries':
      return host.countries();
    case 'insertBytes':
      return host.insertShard(request.args.bytes, request.args);
    case 'insertBody': {
      const { sizeBytes, sha256, progress } = request.args;
      const controller = new AbortController();
      downloads.set(request.id, controller);
      const options: InsertOptions = { sizeBytes, sha256, signal: controller.signal };
      if (progress) {
        options.onProgress = (receivedBytes) =>
          respond({ id: request.id, kind: 'progress', receivedBytes });
      }
      return host.insertShard(assemble(request.args), options);
    }
  }
}

/** Puts a posted response together; a status that no constructor takes stands for a failure. */
function assemble({ body, status, headers }: ResponseParts): Response {
  return status < 200 ? Response.error() : new Response(body, { status, headers });
}
