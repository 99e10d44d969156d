// Each request of a device's life spoilt once, in every way: it ends where the server is, and never
// answers from anything that no server said.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Geocoder } from 'hereabouts';
import { addition } from './corrections.mjs';
import { baseOf, otherMonaco } from './generations.mjs';
import { ProtocolServer } from './protocol-server.mjs';

const AT = { lat: 43.73, lng: 7.42 };
const NAMES = ['Quixotopia', 'Zanzibarella', 'Ubiquitania', 'Pfefferminzia'];
const BASES = [baseOf('mc'), otherMonaco()];

/** Ways to spoil an answer, by what a network does. */
const FAULTS = {
  drop: () => {
    throw new TypeError('fetch failed');
  },
  refuse: () => new Response('busy', { status: 503, headers: { 'retry-after': '1' } }),
  html: () => new Response('<!doctype html>sign in to the café', { status: 200 }),
  empty: () => new Response(new Uint8Array()),
  truncate: (bytes) => {
    let sent = false;
    const body = new ReadableStream({
      pull(controller) {
        if (sent) controller.error(new TypeError('terminated'));
        else controller.enqueue(bytes.slice(0, bytes.length / 2));
        sent = true;
      },
    });
    return new Response(body);
  },
  cut: (bytes, { headers }) => new Response(bytes.slice(0, bytes.length - 3), { headers }),
  flip: (bytes, { headers }, random) => {
    const flipped = bytes.slice();
    flipped[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
    return new Response(flipped, { headers });
  },
  old: (_, __, ___, former) => former?.clone(),
};

/** A small generator of numbers, so that a failure can be repeated. */
function randomFrom(seed) {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the server offers after each step. */
const STEPS = [
  () => {},
  (server) => server.approve('mc', addition(1, NAMES[0], AT), addition(2, NAMES[1], AT)),
  (server) => {
    server.approve('mc', addition(3, NAMES[2], AT), { id: addition(1, '', AT).id });
    server.compact('mc');
  },
  (server) => server.publish('mc', BASES[1]),
  (server) => {
    server.approve('mc', addition(4, NAMES[3], AT));
    server.epoch = 'e2';
  },
];

/** Lives through the steps with one request spoilt; answers how many requests there were. */
async function live(fault, at, digests) {
  const server = Object.assign(new ProtocolServer(), { digests });
  server.publish('mc', BASES[0]);
  const random = randomFrom(at + 1);
  const former = new Map();
  let count = 0;
  const fetch = async (url, init) => {
    const { pathname } = new URL(url);
    const answer = await server.answer(url, init);
    count += 1;
    const before = former.get(pathname);
    former.set(pathname, answer.clone());
    if (count !== at || !answer.ok) return answer;
    const bytes = new Uint8Array(await answer.clone().arrayBuffer());
    return FAULTS[fault](bytes, answer, random, before) ?? answer;
  };
  let geocoder;
  const options = { server: 'https://geo.example', countries: ['mc'], updates: 'manual', fetch };
  const states = [];
  for (const step of STEPS) {
    step(server);
    const names = server.corrections('mc').map(({ name }) => name);
    states.push(names.sort().join());
    for (let attempt = 0; ; attempt += 1) {
      let failed;
      try {
        if (geocoder) failed = (await geocoder.sync()).countries.find(({ error }) => error);
        else geocoder = await Geocoder.open(options);
      } catch (error) {
        failed = { error };
      }
      if (geocoder) {
        const found = [];
        for (const name of NAMES) {
          const { results } = await geocoder.search(name, { maxResults: 1 });
          if (results[0]?.name === name) found.push(name);
        }
        const answered = found.sort().join();
        assert.ok(states.includes(answered), `${fault} at ${at}: answers from ${answered}`);
        const { countries } = await geocoder.storage();
        const current = answered === states.at(-1) && countries[0].head === server.head('mc');
        if (current && countries[0].generation === server.countries.get('mc').generation) break;
      }
      if (failed) assert.ok(failed.error.code, `${fault} at ${at}: ${failed.error.stack}`);
      assert.ok(attempt < 4, `${fault} at ${at} ends with ${failed?.error?.message}`);
    }
  }
  geocoder.close();
  return count;
}

for (const digests of [true, false]) {
  describe(digests ? 'a server that sends digests' : 'a server that sends no digests', () => {
    for (const fault of Object.keys(FAULTS)) {
      test(`every request answered with fault ${fault}`, async () => {
        const requests = await live(fault, 0, digests);
        assert.ok(requests > 10, `${requests} requests`);
        for (let at = 1; at <= requests; at += 1) await live(fault, at, digests);
      });
    }
  });
}
