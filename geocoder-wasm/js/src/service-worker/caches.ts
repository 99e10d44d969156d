// Caches that belong to one version of one worker.

import { worker } from './scope.js';

/** A cache that goes when a worker with another version of it takes over. */
export class VersionedCache {
  readonly #prefix: string;
  readonly #name: string;

  /** Names a cache; workers of other scopes of the origin have their own. */
  constructor(kind: string, version: string) {
    this.#prefix = `hereabouts-${kind} ${worker.registration.scope} `;
    this.#name = this.#prefix + version;
    worker.addEventListener('activate', (event) => event.waitUntil(this.#removeOthers()));
  }

  /** Opens the cache. */
  open(): Promise<Cache> {
    return caches.open(this.#name);
  }

  async #removeOthers(): Promise<void> {
    const others = (name: string) => name.startsWith(this.#prefix) && name !== this.#name;
    const stale = (await caches.keys()).filter(others);
    await Promise.all(stale.map((name) => caches.delete(name)));
  }
}
