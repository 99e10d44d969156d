// Random operations, publications, restorations and interruptions against a model in memory:
// whenever a device is synchronised, it has what the model has, and answers as the server does.
// HEREABOUTS_SOAK_MODEL asks for more histories than a test run has time for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, oneOf, randomFrom } from '../harness/random.mjs';
import { until } from '../harness/until.mjs';
import { isClean, settled } from './device/device.mjs';
import { randomFaults } from './harness/faults.mjs';
import { assertStored } from './harness/files.mjs';
import { generationName, MARK } from './harness/generations.mjs';
import { SMALL_COMPACTION } from './harness/journeys.mjs';
import { NodeKit } from './harness/kits.mjs';
import { startProxied } from './harness/proxied.mjs';
import { runsOf } from './harness/runs.mjs';

const SEEDS = runsOf('HEREABOUTS_SOAK_MODEL', 6, 2);
const STEPS = 60;
const CHECK_EVERY = 6;
const GENERATIONS = 3;
const SYLLABLES = ['ba', 'do', 'fe', 'gi', 'ku', 'lo', 'me', 'ni', 'pa', 'ro', 'su', 'ti', 'vo'];

/** A history: a server, a device, and what both must have. */
class History {
  #random;
  #office;
  #proxy;
  #close;
  #kit;
  #files;
  #device;
  /** Patches by id: name, whether it is approved, the base record that it corrects. */
  #patches = new Map();
  /** Names that records ever had. */
  #names = new Set();
  #backups = [];
  #generation = 1;
  #trail = [];

  static async start(seed) {
    const history = new History();
    history.#random = randomFrom(seed);
    const { office, proxy, close } = await startProxied({ options: SMALL_COMPACTION });
    history.#office = office;
    history.#proxy = proxy;
    history.#close = close;
    history.#kit = await NodeKit.make({ server: proxy.origin, apiKey: office.deviceKey });
    history.#files = history.#kit.fresh();
    history.#device = await history.#kit.open(history.#files);
    return history;
  }

  async close() {
    await this.#device.close();
    await this.#close();
  }

  /** What was done so far, for the message of a failure. */
  get trail() {
    return this.#trail.join(', ');
  }

  async step() {
    const action = oneOf(this.#random, ACTIONS);
    this.#trail.push(action.name);
    await action.call(this);
  }

  #name() {
    const word = () => Array.from({ length: 3 }, () => oneOf(this.#random, SYLLABLES)).join('');
    const name = `${MARK} ${word()} ${word()}`;
    this.#names.add(name);
    return name;
  }

  #coordinates() {
    const offset = () => below(this.#random, 1000) / 1e5;
    return `${47.13 + offset()},${9.51 + offset()}`;
  }

  #anyPatch(filter = () => true) {
    const ids = [...this.#patches].filter(([, patch]) => filter(patch)).map(([id]) => id);
    return ids.length > 0 ? oneOf(this.#random, ids) : undefined;
  }

  async add() {
    const name = this.#name();
    const approved = this.#random() < 0.8;
    const record = { name, coordinates: this.#coordinates() };
    const id = await this.#office.add(record, approved ? 'approved' : 'pending');
    this.#patches.set(id, { name, approved });
  }

  async addMany() {
    const names = Array.from({ length: 5 + below(this.#random, 30) }, () => this.#name());
    const ids = await this.#office.addAll(
      names.map((name) => ({ name, coordinates: this.#coordinates() })),
    );
    ids.forEach((id, at) => {
      this.#patches.set(id, { name: names[at], approved: true });
    });
  }

  async rename() {
    const id = this.#anyPatch(({ removes }) => !removes);
    if (!id) return;
    const name = this.#name();
    await this.#office.edit(id, { update: { name } });
    this.#patches.get(id).name = name;
  }

  async approveOrTakeBack() {
    const id = this.#anyPatch();
    if (!id) return;
    const patch = this.#patches.get(id);
    patch.approved = !patch.approved;
    await this.#office.edit(id, { status: patch.approved ? 'approved' : 'pending' });
  }

  async translate() {
    const id = this.#anyPatch(({ removes }) => !removes);
    if (!id) return;
    await this.#office.edit(id, { language: 'fr', update: { name: this.#name() } });
  }

  async delete() {
    const id = this.#anyPatch();
    if (!id) return;
    await this.#office.delete(id);
    this.#patches.delete(id);
  }

  /** Corrects or removes the record that all generations have, at another place in each. */
  async correctBase() {
    const [found] = await this.#office.search(`${MARK} Wanderer`);
    if (found?.name !== `${MARK} Wanderer`) return;
    const removes = this.#random() < 0.3;
    const name = removes ? found.name : this.#name();
    const update = removes ? undefined : { name };
    const id = await this.#office.correct(found, update, removes ? { remove: true } : {});
    this.#patches.set(id, { name, approved: true, removes });
  }

  async publish() {
    this.#generation = 1 + (this.#generation % GENERATIONS);
    await this.#office.publish(this.#generation);
  }

  async backUp() {
    const file = await this.#office.backup(`backup-${this.#backups.length}.db`);
    this.#backups.push({ file, patches: structuredClone(this.#patches) });
  }

  async restore() {
    if (this.#backups.length === 0) return;
    const { file, patches } = oneOf(this.#random, this.#backups);
    await this.#office.restore(file);
    this.#patches = structuredClone(patches);
  }

  async crashServer() {
    await this.#office.server.stop();
    await this.#office.open();
  }

  async synchronise() {
    this.#proxy.begin();
    const outcome = await settled(this.#device.geocoder.sync());
    assert.ok(isClean(outcome), JSON.stringify(outcome));
  }

  async synchroniseBadly() {
    const seed = below(this.#random, 2 ** 31);
    this.#proxy.begin(randomFaults(seed, { probability: 0.4, last: 12 }));
    await settled(this.#device.geocoder.sync());
    this.#proxy.begin();
  }

  /** Pulls the plug of the device at some change of its files. */
  async crashDevice() {
    const changes = below(this.#random, 12);
    this.#files.pullPlugAfter(changes);
    let isDone = false;
    settled(this.#device.geocoder.sync()).then(() => {
      isDone = true;
    });
    await until(() => isDone || this.#files.isPulled, 'the device ends or is done');
    await this.#restartDevice();
  }

  async #restartDevice() {
    await this.#device.close();
    this.#files = this.#files.copy();
    this.#device = await this.#kit.open(this.#files);
  }

  /** Asserts that device, server and model are one, also after a start without a network. */
  async check() {
    await this.synchronise();
    const head = await this.#office.head();
    assertStored(this.#files.describe(), head);
    await this.#restartDevice();
    const shown = new Set();
    for (const { name, approved, removes } of this.#patches.values()) {
      if (approved && !removes) shown.add(name);
    }
    const names = [...this.#names].filter(() => this.#random() < 20 / this.#names.size);
    for (const name of [...names, generationName(this.#generation), `${MARK} Wanderer`]) {
      const served = await this.#office.search(name);
      assert.deepEqual(await this.#device.search(name), served, name);
      const french = { language: 'fr' };
      assert.deepEqual(
        await this.#device.search(name, french),
        await this.#office.search(name, french),
        name,
      );
      if (!this.#names.has(name)) continue;
      const found = served.some((result) => result.name === name);
      assert.equal(found, shown.has(name), `${name} is ${found ? '' : 'not '}found`);
    }
    const [first] = await this.#device.search(generationName(this.#generation));
    assert.equal(first.name, generationName(this.#generation));
  }
}

const { prototype } = History;
/** What can happen, as often as it weighs. */
const ACTIONS = [
  [8, prototype.add],
  [2, prototype.addMany],
  [5, prototype.rename],
  [4, prototype.approveOrTakeBack],
  [2, prototype.translate],
  [4, prototype.delete],
  [3, prototype.correctBase],
  [1, prototype.publish],
  [1, prototype.backUp],
  [1, prototype.restore],
  [1, prototype.crashServer],
  [4, prototype.synchronise],
  [4, prototype.synchroniseBadly],
  [3, prototype.crashDevice],
].flatMap(([weight, action]) => new Array(weight).fill(action));

for (let seed = 1; seed <= SEEDS; seed += 1) {
  test(`history ${seed}: the device has what the model has whenever it is synchronised`, async () => {
    const history = await History.start(seed);
    try {
      for (let step = 1; step <= STEPS; step += 1) {
        await history.step();
        if (step % CHECK_EVERY === 0) await history.check();
      }
    } catch (error) {
      error.message = `${error.message} (after ${history.trail})`;
      throw error;
    } finally {
      await history.close();
    }
  });
}
