// Chromium killed at seeded points of download, application and flip: the next start, without a
// network, answers from the old state or the new one, and the next synchronisation is clean.

import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { below, randomFrom } from '../harness/random.mjs';
import { Browser, withProfile } from './harness/browser.mjs';
import { converge, startedAt } from './harness/fault-run.mjs';
import { assertStored } from './harness/files.mjs';
import { JOURNEYS, journeys, SMALL_COMPACTION } from './harness/journeys.mjs';
import { TabKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';
import { runsOf } from './harness/runs.mjs';
import { Witness } from './harness/witness.mjs';

const KILLS = runsOf('HEREABOUTS_SOAK_KILLS', 20, 5);

const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION });
after(close);

test('a killed browser starts with the old state or the new one, never with both', async (t) => {
  await withProfile(async (profile) => {
    const session = new Session(profile);
    await session.start();
    try {
      t.diagnostic((await killOften(session)).join('; '));
    } finally {
      await session.kill();
    }
  });
});

/** Kills the browser on every journey; tells when, and what the next start answered from. */
async function killOften(session) {
  const witness = new Witness(office);
  const random = randomFrom(5);
  const ends = [];
  for await (const journey of journeys(office, witness, session)) {
    const course = await measure(session, journey);
    for (let kill = 0; kill < KILLS / JOURNEYS; kill += 1) {
      const files = await session.copy(journey.files);
      const label = await killOnce(session, journey, files, pointOf(course, kill, random));
      const at = await restart(session, witness, journey, files);
      ends.push(`${journey.name}: ${label} → ${at ?? 'nothing'}`);
      await session.discard(files);
    }
  }
  return ends;
}

/** Goes through a journey once; the requests that it takes, and the time after the last one. */
async function measure(session, journey) {
  const files = await session.copy(journey.files);
  let lastAt;
  proxy.begin(() => {
    lastAt = performance.now();
  });
  const device = await session.open(files);
  if (journey.from) await device.call('sync');
  const course = { requests: proxy.exchanges.length, applyMs: performance.now() - lastAt };
  await device.close();
  await session.discard(files);
  return course;
}

/** A point to kill at: each second one while what was downloaded is applied and made the state. */
function pointOf({ requests, applyMs }, kill, random) {
  return kill % 2 === 0
    ? { request: requests - 1, delayMs: random() * applyMs }
    : { request: below(random, requests), delayMs: random() * 20 };
}

/** Kills the browser while it synchronises; tells when. */
async function killOnce(session, journey, files, { request, delayMs }) {
  let killed;
  proxy.begin((index) => {
    if (index === request) killed ??= sleep(delayMs).then(() => session.kill());
  });
  const work = async () => {
    const device = await session.open(files);
    if (journey.from) await device.call('sync');
    // What is under way when all requests were answered ends as well.
    killed ??= sleep(delayMs).then(() => session.kill());
    await killed;
  };
  await work().catch(() => {});
  await killed;
  await session.start();
  return `killed ${delayMs.toFixed(0)} ms after request ${request}`;
}

async function restart(session, witness, journey, files) {
  proxy.begin();
  proxy.offline = true;
  const at = await startedAt(await session.open(files).catch(() => undefined), witness, journey);
  proxy.offline = false;
  const online = await session.open(files);
  await converge(online, witness, at ?? journey.to, journey.to);
  await online.close();
  assertStored(await session.describe(files), await office.head());
  return at;
}

/** A kit whose browser can be killed and started again. */
class Session {
  #profile;
  #browser;
  #kit;
  #names = 0;

  constructor(profile) {
    this.#profile = profile;
  }

  async start() {
    this.#browser = await Browser.start(this.#profile);
    this.#kit = new TabKit(await this.#browser.openTab(proxy.origin), { apiKey: office.deviceKey });
  }

  kill() {
    return this.#browser.kill();
  }

  fresh() {
    this.#names += 1;
    return `kept-${this.#names}`;
  }

  async copy(from) {
    const to = this.fresh();
    await this.#kit.copy(from, to);
    return to;
  }

  open(files) {
    return this.#kit.open(files);
  }

  describe(files) {
    return this.#kit.describe(files);
  }

  discard(files) {
    return this.#kit.discard(files);
  }
}
