// What tests call in a page: devices by number, and the files that they keep.

import { Device } from './device.mjs';

const devices = new Map();

/** Calls a method of a device, or opens it. */
globalThis.callDevice = async (number, method, ...args) => {
  if (method === 'open') {
    devices.set(number, await Device.open({ server: location.origin, ...args[0] }));
    return undefined;
  }
  const device = devices.get(number);
  if (method === 'close') devices.delete(number);
  if (method === 'events') return device.events;
  return await (method in device ? device[method](...args) : device.geocoder[method](...args));
};

/** Name and SHA-256 of each file below a name, and the text of the state. */
globalThis.describeFiles = async (storageName) => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(storageName);
  const files = [];
  for await (const handle of folder.values()) {
    const bytes = await (await handle.getFile()).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const text = handle.name === 'state.json' ? new TextDecoder().decode(bytes) : undefined;
    files.push({ name: handle.name, sha256, text });
  }
  return files;
};

/** Copies the files below a name to another one, so that both devices go on from there. */
globalThis.copyFiles = async (from, to) => {
  const root = await navigator.storage.getDirectory();
  const source = await root.getDirectoryHandle(from, { create: true });
  const target = await root.getDirectoryHandle(to, { create: true });
  for await (const handle of source.values()) {
    const copy = await target.getFileHandle(handle.name, { create: true });
    const writable = await copy.createWritable();
    await writable.write(await handle.getFile());
    await writable.close();
  }
};

globalThis.removeFiles = async (storageName) => {
  const root = await navigator.storage.getDirectory();
  // A file that a closed device was writing is locked until the browser has given it up.
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await root.removeEntry(storageName, { recursive: true });
    } catch (error) {
      if (error.name !== 'NoModificationAllowedError' || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};
globalThis.isReady = true;
