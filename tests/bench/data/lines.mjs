// Reads text files line by line, plain or compressed with gzip or xz.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** Yields the lines of a file; fails when it cannot be unpacked. */
export async function* lines(path) {
  if (path.endsWith('.xz')) return yield* xzLines(path);
  const file = createReadStream(path);
  yield* createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file });
}

/** Node knows no xz, so its own program unpacks. */
async function* xzLines(path) {
  const xz = spawn('xz', ['--decompress', '--stdout', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  const failed = new Promise((_, reject) => {
    xz.once('error', () => reject(new Error('xz is missing: install it (xz-utils)')));
  });
  xz.stderr.on('data', (text) => said.push(text));
  const ended = Promise.race([once(xz, 'close'), failed]);
  ended.catch(() => {});
  yield* createInterface({ input: xz.stdout });
  const [code] = await ended;
  if (code !== 0) throw new Error(`xz cannot unpack ${path}: ${Buffer.concat(said)}`);
}

/** Yields the rows of a tab-separated file as arrays; the header is left to the caller. */
export async function* tabRows(path) {
  for await (const line of lines(path)) yield line.split('\t');
}

/** Yields the rows of a comma-separated file without line breaks in its fields. */
export async function* commaRows(path) {
  for await (const line of lines(path)) yield commaFields(line);
}

function commaFields(line) {
  if (!line.includes('"')) return line.split(',');
  const fields = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  return fields.map((field) =>
    field
      .replace(/,$/, '')
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  );
}
