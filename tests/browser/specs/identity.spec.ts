// One corpus, three hosts: the page without a server, the REST server and the command line agree.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Geocoder, ReverseOptions, SearchOptions, SearchResult } from 'hereabouts';
import { expect, test } from '../harness/test.js';
import { binary, DATA, REPOSITORY } from '../harness/workspace.js';

/** A request, as its JSON line, and what must come first. */
type CorpusRequest = Record<string, unknown> & { query?: string; expect?: Expectation };

interface Expectation {
  name?: string;
  number?: string;
  suffix?: string;
  street?: string;
  city?: string;
}

const REQUESTS: readonly CorpusRequest[] = readFileSync(
  `${REPOSITORY}tests/corpus/li-mc.jsonl`,
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

/** Files of the shards that the server offers. */
function shardFiles(): string[] {
  const manifest = JSON.parse(readFileSync(`${DATA}/manifest.json`, 'utf8')) as {
    countries: Record<string, { base: { sha256: string } }>;
  };
  return Object.values(manifest.countries).map(({ base }) => `${DATA}/blobs/${base.sha256}`);
}

/** Runs requests through the command line, which answers line by line. */
function askCommandLine(
  command: 'search' | 'reverse',
  requests: readonly CorpusRequest[],
): unknown[] {
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const output = execFileSync(binary('shard-builder'), [command, ...shardFiles()], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Asks the REST server, with the key of its page. */
async function askServer(origin: string, apiKey: string, request: CorpusRequest): Promise<unknown> {
  const path = request.query === undefined ? 'reverse' : 'search';
  let answer: unknown;
  // The whole corpus at once may be more than the key's limit of requests a second.
  await expect(async () => {
    const response = await fetch(`${origin}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-placekit-api-key': apiKey },
      body: JSON.stringify(request),
    });
    answer = await response.json();
    expect(response.status).not.toBe(429);
  }).toPass({ intervals: [1000], timeout: 30_000 });
  return answer;
}

/** An answer, or of a refusal what all hosts tell: which options are wrong and why. */
function comparable(answer: unknown): unknown {
  const { errors } = answer as { errors?: unknown };
  return errors === undefined ? answer : { errors };
}

function sameFirst(what: string, expected: Expectation, result: SearchResult | undefined): void {
  expect.soft(result, what).toBeDefined();
  const { name, number, suffix, street, city } = expected;
  if (name !== undefined) expect.soft(result?.name, what).toContain(name);
  if (number !== undefined) expect.soft(result?.street?.number, what).toBe(number);
  if (suffix !== undefined) expect.soft(result?.street?.suffix, what).toBe(suffix);
  if (street !== undefined) expect.soft(result?.street?.name, what).toBe(street);
  if (city !== undefined) expect.soft(result?.city, what).toBe(city);
}

test('page, server and command line answer the corpus alike, the page without a server', async ({
  app,
}) => {
  const searches = REQUESTS.filter(({ query }) => query !== undefined);
  const reverses = REQUESTS.filter(({ query }) => query === undefined);
  const told = new Map<CorpusRequest, unknown>();
  for (const [requests, command] of [
    [searches, 'search'],
    [reverses, 'reverse'],
  ] as const) {
    const answers = askCommandLine(command, requests);
    expect(answers).toHaveLength(requests.length);
    requests.forEach((request, index) => void told.set(request, answers[index]));
  }
  const { origin } = app.server;
  const { apiKey } = await (await fetch(`${origin}/config.json`)).json();
  const served = await Promise.all(REQUESTS.map((request) => askServer(origin, apiKey, request)));

  await app.open();
  await app.download('li', 'Liechtenstein');
  await app.download('mc', 'Monaco');
  await app.goOffline();
  await app.showCountries();
  await expect(app.country('li')).toHaveAttribute('data-state', 'ready');
  await expect(app.country('mc')).toHaveAttribute('data-state', 'ready');
  const shown = await app.page.evaluate(async (requests) => {
    const { geocoder } = globalThis as unknown as { geocoder: Geocoder };
    const answers: string[] = [];
    for (const request of requests) {
      const { query, ...options } = request as { query?: string };
      const answer =
        query === undefined
          ? geocoder.reverse(options as ReverseOptions)
          : geocoder.search(query, options as SearchOptions);
      answers.push(
        JSON.stringify(
          await answer.catch(({ message, errors }: { message: string; errors: unknown }) => ({
            message,
            errors,
          })),
        ),
      );
    }
    return answers;
  }, REQUESTS);

  REQUESTS.forEach((request, index) => {
    const page = comparable(JSON.parse(shown[index] ?? 'null'));
    // Compared as text: the order of the fields counts too.
    const text = JSON.stringify(page, null, 1);
    const what = JSON.stringify(request).slice(0, 200);
    expect.soft(text, `server: ${what}`).toBe(JSON.stringify(comparable(served[index]), null, 1));
    expect
      .soft(text, `command line: ${what}`)
      .toBe(JSON.stringify(comparable(told.get(request)), null, 1));
    if (request.expect) {
      expect.soft(page, what).toHaveProperty('results');
      sameFirst(what, request.expect, (page as { results?: SearchResult[] }).results?.[0]);
    }
  });
});
