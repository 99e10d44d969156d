// The shards under test: Liechtenstein and Monaco, as `make data` builds them.

import { readFileSync } from 'node:fs';
import { GeocoderError } from 'hereabouts';

const DATA = new URL('../../../demo-data/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', DATA), 'utf8'));

/** Describes and returns the shard of a country. */
export function shardOf(country) {
  const { size, sha256 } = manifest.countries[country].base;
  return {
    sizeBytes: size,
    sha256,
    bytes: new Uint8Array(readFileSync(new URL(`blobs/${sha256}`, DATA))),
  };
}

/** Wraps bytes into a response whose body arrives in pieces. */
export function responseOf(bytes, init) {
  let offset = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + 10_000));
      offset += 10_000;
    },
  });
  return new Response(body, init);
}

/** Makes an assertion that an error has a code, for `assert.rejects`. */
export function withCode(code) {
  return (error) => {
    if (!(error instanceof GeocoderError)) throw error;
    if (error.code !== code) throw new Error(`code ${error.code} (${error.message}), not ${code}`);
    return true;
  };
}
