// One generated corpus, three hosts: the npm package, the server and the command line give the
// same bytes. HEREABOUTS_QUERIES_PER_KIND asks for more queries than a test run does.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { oneOf, randomFrom } from '../../harness/random.mjs';
import { SyncServer } from '../../harness/server.mjs';
import { availableSets } from '../data/sets.mjs';
import { shardOf } from '../data/shards.mjs';
import { readTable } from '../data/table.mjs';
import { generate } from '../query/generate.mjs';
import { withTypo } from '../query/typo.mjs';
import { binary, DEMO_DATA, REPOSITORY } from '../workspace.mjs';
import { ask } from './ask.mjs';

const SEED = 11;
const QUERIES_PER_KIND = Number(process.env.HEREABOUTS_QUERIES_PER_KIND ?? 100);
const COUNTRIES = ['is', 'li', 'mc', 'zz'];
const POINTS = ['47.14,9.52', '43.735,7.42', '64.14,-21.93', '35.68,139.76', '0,180'];
const OPTIONS = {
  countries: [['li'], ['is'], ['mc', 'is'], ['li', 'mc', 'is']],
  language: ['en', 'de', 'fr', 'ja', 'ar', 'is'],
  types: [['street'], ['city', 'county'], ['country'], ['-bus', '-tourism'], ['airport']],
  coordinates: POINTS,
  maxResults: [1, 10, 20],
  explain: [true],
};
const HOSTILE = [
  '',
  ' ',
  '\0',
  'a\0b',
  '👩‍👩‍👧🏠',
  'شارع الملك',
  '\u200b\u200d',
  '%_*"\'',
  '0'.repeat(10_000),
];

let requests;
let server;
before(async () => {
  requests = await makeRequests();
  server = await SyncServer.start({ options: ['--rate-limit', '1000000/1'] });
});
after(() => server?.stop());

test('package, server and command line answer thousands of generated requests alike', async () => {
  const searches = requests.filter(({ query }) => query !== undefined);
  const reverses = requests.filter(({ query }) => query === undefined);
  assert.ok(searches.length > 1500 && reverses.length > 200);
  for (const [kind, list] of [
    ['search', searches],
    ['reverse', reverses],
  ]) {
    const lines = list.map((request) => `${JSON.stringify(request)}\n`).join('');
    const shards = COUNTRIES.map((country) => shardOf({ data: DEMO_DATA, country }).path);
    const script = join(REPOSITORY, 'geocoder-wasm/js/scripts/run-corpus.mjs');
    const reverse = kind === 'reverse' ? ['--reverse'] : [];
    const [packaged, told, served] = await Promise.all([
      answersOf(process.execPath, [script, ...reverse, ...shards], lines),
      answersOf(binary('shard-builder'), [kind, ...shards], lines),
      ask(server, kind, list),
    ]);
    assert.equal(packaged.length, list.length);
    assert.equal(told.length, list.length);
    let found = 0;
    list.forEach((request, at) => {
      const what = JSON.stringify(request).slice(0, 200);
      const answer = comparable(packaged[at]);
      assert.equal(comparable(told[at]), answer, `command line: ${what}`);
      assert.equal(comparable(served[at]), answer, `server: ${what}`);
      if (JSON.parse(answer).resultsCount > 0) found += 1;
    });
    assert.ok(found > list.length / 2, `only ${found} of ${list.length} found anything`);
  }
});

/** An answer as text, in which the order of fields counts; of a refusal what all hosts tell. */
function comparable(line) {
  const answer = JSON.parse(line);
  return JSON.stringify(answer.errors === undefined ? answer : { errors: answer.errors }, single);
}

/** Scores have 32 bits, which native JSON writes with fewer digits than JavaScript's numbers. */
function single(key, value) {
  if (key !== 'explain') return value;
  const terms = value.terms.map(([name, points]) => [name, Math.fround(points)]);
  return { score: Math.fround(value.score), terms };
}

/** Runs a program that answers lines by lines. */
async function answersOf(program, options, lines) {
  const child = execFile(program, options, { maxBuffer: 2 ** 30 });
  const output = [];
  child.stdout.on('data', (text) => output.push(text));
  child.stdin.end(lines);
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${program} failed`);
  return output.join('').trimEnd().split('\n');
}

/** Queries of every kind for the demo's countries, a third of them with options at random. */
async function makeRequests() {
  const plain = HOSTILE.map((query) => ({ query }));
  for (const set of availableSets().sets.filter(({ build }) => !build)) {
    const kinds = generate(set, await readTable(set), QUERIES_PER_KIND, SEED);
    for (const { text, point } of Object.values(kinds).flat()) {
      plain.push(point ? { coordinates: point.join() } : { query: text });
    }
  }
  const random = randomFrom(SEED);
  const corpus = readFileSync(join(REPOSITORY, 'tests/corpus/li-mc.jsonl'), 'utf8');
  for (const line of corpus.trim().split('\n')) {
    const { expect, ...request } = JSON.parse(line);
    plain.push(request);
    if (typeof request.query === 'string') plain.push(...variants(request, random));
  }
  return plain.map((request) => (random() < 1 / 3 ? withOptions(request, random) : request));
}

/** The same as it is typed letter by letter, and with an error. */
function variants(request, random) {
  const letters = [...request.query];
  const cuts = [1, 3, 5, 8, 12].filter((length) => length < letters.length);
  const typed = cuts.map((length) => letters.slice(0, length).join(''));
  const wrong = withTypo(request.query, random);
  return [...typed, wrong ?? request.query.toUpperCase()].map((query) => ({ ...request, query }));
}

function withOptions(request, random) {
  const name = oneOf(random, Object.keys(OPTIONS));
  const isSearch = request.query !== undefined;
  if (!isSearch && (name === 'coordinates' || name === 'explain')) return request;
  return { ...request, [name]: oneOf(random, OPTIONS[name]) };
}
