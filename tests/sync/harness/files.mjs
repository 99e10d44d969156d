// Storage of a device in Node that can be copied, and pulled like a plug at any write.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

/** Files in memory, as `SyncStorage` asks for them. */
export class Files {
  kind = 'files';
  /** Writes and removals so far. */
  changes = 0;
  #files;
  #changesLeft = Number.POSITIVE_INFINITY;

  constructor(files = new Map()) {
    this.#files = files;
  }

  /** The same files on another device. */
  copy() {
    return new Files(new Map(this.#files));
  }

  /** Lets some more changes happen, then none: calls are never answered again, as after a crash. */
  pullPlugAfter(changes) {
    this.#changesLeft = changes;
  }

  get isPulled() {
    return this.#changesLeft < 0;
  }

  async list() {
    await this.#turn(false);
    return [...this.#files].map(([name, { length }]) => ({ name, sizeBytes: length }));
  }

  async read(name) {
    await this.#turn(false);
    return this.#files.get(name)?.slice();
  }

  async write(name, bytes) {
    await this.#turn(true);
    this.#files.set(name, bytes.slice());
  }

  async remove(name) {
    await this.#turn(true);
    this.#files.delete(name);
  }

  /** Name and SHA-256 of each file, and the text of the state. */
  describe() {
    return [...this.#files].map(([name, bytes]) => describe(name, bytes));
  }

  /** Changes the bytes of a file behind the client's back. */
  damage(pattern, change) {
    for (const [name, bytes] of this.#files) {
      if (pattern.test(name)) this.#files.set(name, change(bytes.slice()));
    }
  }

  async #turn(isChange) {
    if (isChange) {
      this.changes += 1;
      this.#changesLeft -= 1;
    }
    if (this.isPulled) await new Promise(() => {});
  }
}

function describe(name, bytes) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, sha256, text: name === 'state.json' ? Buffer.from(bytes).toString() : undefined };
}

/** Asserts that all that a device has on disk is what its names say, and that the state is there. */
export function assertStored(described, { generation, head, state_sha256: state }) {
  const byName = new Map(described.map((file) => [file.name, file]));
  for (const { name, sha256 } of described) {
    const promised = /^(?:base|overlay)-([0-9a-f]{64})$/.exec(name)?.[1];
    if (promised) assert.equal(sha256, promised, `the content of ${name}`);
  }
  const { current } = JSON.parse(byName.get('state.json').text).countries.li;
  assert.deepEqual([current.generation, current.head, current.state], [generation, head, state]);
  assert.ok(byName.has(`base-${current.sha256}`), 'the base is stored');
  assert.ok(current.state === null || byName.has(`overlay-${current.state}`), 'so is the overlay');
}
