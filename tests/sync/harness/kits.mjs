// How tests handle devices and their files, in Node and in a browser's tab alike.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Device } from '../device/device.mjs';
import { Files } from './files.mjs';

const ENGINE = fileURLToPath(
  new URL('../../../geocoder-wasm/js/dist/hereabouts.wasm', import.meta.url),
);

/** Devices in this process, their files in memory. */
export class NodeKit {
  #server;
  #apiKey;
  #engine;

  /** Makes a kit for devices that ask a server with a key. */
  static async make(server, apiKey) {
    const kit = new NodeKit();
    kit.#server = server;
    kit.#apiKey = apiKey;
    // Compiled once for all devices.
    kit.#engine = await WebAssembly.compile(await readFile(ENGINE));
    return kit;
  }

  fresh() {
    return new Files();
  }

  open(files, options = {}) {
    return Device.open({
      server: this.#server,
      apiKey: this.#apiKey,
      wasm: this.#engine,
      storage: files,
      ...options,
    });
  }

  async copy(files) {
    return files.copy();
  }

  async describe(files) {
    return files.describe();
  }

  async discard() {}
}

/** Devices in a tab, their files in the origin private file system. */
export class TabKit {
  #tab;
  #apiKey;
  #names = 0;

  constructor(tab, apiKey) {
    this.#tab = tab;
    this.#apiKey = apiKey;
  }

  fresh() {
    this.#names += 1;
    return `device-${this.#names}`;
  }

  open(storageName, options = {}) {
    return this.#tab.open({ apiKey: this.#apiKey, storage: 'opfs', storageName, ...options });
  }

  async copy(storageName, copy = this.fresh()) {
    await this.#tab.copyFiles(storageName, copy);
    return copy;
  }

  describe(storageName) {
    return this.#tab.describeFiles(storageName);
  }

  discard(storageName) {
    return this.#tab.removeFiles(storageName);
  }
}
