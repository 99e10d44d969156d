// Answers a corpus with the built package: JSON lines in, JSON lines out, as `shard-builder` does.
//
//   node run-corpus.mjs SHARD... < requests.jsonl > responses.jsonl            forward search
//   node run-corpus.mjs --reverse SHARD... < requests.jsonl > responses.jsonl  reverse
//
// A request is an object of options, with `query` for searches. A refused one is answered by an
// object with `message`, `code` and `errors`. `--worker` runs the engine in a worker.

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Geocoder, GeocoderError } from '../dist/node.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { reverse: { type: 'boolean' }, worker: { type: 'boolean' } },
});
const shards = await Promise.all(positionals.map((path) => readFile(path)));
const geocoder = await Geocoder.fromShards(shards, { worker: values.worker });

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
geocoder.close();

async function answer(request) {
  try {
    return values.reverse
      ? await geocoder.reverse(request)
      : await geocoder.search(request.query, request);
  } catch (error) {
    if (!(error instanceof GeocoderError)) throw error;
    const { message, code, errors } = error;
    return { message, code, errors };
  }
}
