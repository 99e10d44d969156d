// Shards as callers give them: bytes of any kind, or responses that can be stopped.

import { GeocoderError } from './errors.js';
import { onAbort } from './signals.js';
import type { ShardSource } from './types.js';

/** Returns the bytes of a shard that is given as such, of any realm; nothing for a response. */
export function bytesOf(source: ShardSource): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]') {
    return new Uint8Array(source as ArrayBuffer);
  }
  if (typeof source === 'object' && source !== null && 'body' in source) return undefined;
  throw new GeocoderError('not_a_shard', 'a shard must be given as bytes or as a response');
}

/**
 * Ties the body of a response to a signal, whatever the signal of its fetch was; its transfer then
 * ends even when the worker that reads it has gone.
 */
export function stoppable(response: Response, signal: AbortSignal): Response {
  // What cannot be read is left to the engine, which says why.
  if (!response.ok || !response.body || response.body.locked) return response;
  const reader = response.body.getReader();
  // Not `pipeThrough` with a signal: it would wait for a reader that may have gone.
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      onAbort(signal, () => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, response);
}
