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
  #options;

  /** Makes a kit for devices that are opened with options. */
  static async make(options) {
    const kit = new NodeKit();
    // The engine is compiled once for all devices.
    kit.#options = { ...options, wasm: await WebAssembly.compile(await readFile(ENGINE)) };
    return kit;
  }

  fresh() {
    return new Files();
  }

  open(files, options = {}) {
    return Device.open({ ...this.#options, storage: files, ...options });
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
  #options;
  #names = 0;

  /** Makes a kit for devices that are opened with options; the server is that of the page. */
  constructor(tab, options) {
    this.#tab = tab;
    this.#options = options;
  }

  fresh() {
    this.#names += 1;
    return `device-${this.#names}`;
  }

  open(storageName, options = {}) {
    return this.#tab.open({ ...this.#options, storage: 'opfs', storageName, ...options });
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
