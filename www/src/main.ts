// Starts the page: the engine, the stored shards, the app over them, and its offline copy.

import { Geocoder } from 'hereabouts';
import { App } from './app.js';
import { byId } from './dom.js';
import { icon } from './icons.js';
import { showMessage } from './messages.js';
import { register } from './offline/registration.js';
import { explainError, ShardError } from './shards/errors.js';
import { ShardLibrary } from './shards/library.js';
import { openStore } from './shards/store.js';

/** Addresses of files whose names carry a hash; filled in by the build. */
declare const ASSETS: { readonly worker: string; readonly wasm: string; readonly world: string };

async function start(): Promise<void> {
  byId('brand-icon', HTMLElement).append(icon('pin'));
  watchConnection();
  if (!isSecureContext) {
    throw new ShardError('insecure', 'the page is in no secure context');
  }
  const [geocoder, store] = await Promise.all([
    Geocoder.fromShards([], {
      workerUrl: new URL(ASSETS.worker, location.href),
      wasm: new URL(ASSETS.wasm, location.href),
    }),
    openStore(),
  ]);
  Object.assign(globalThis, { geocoder });
  const library = new ShardLibrary(geocoder, store);
  library.addEventListener('damaged', (event) => {
    const name = (event as CustomEvent<string>).detail;
    showMessage('damaged', 'error', `The stored data of ${name} was damaged and is not used.`);
  });
  library.addEventListener('repaired', (event) => {
    const name = (event as CustomEvent<string>).detail;
    showMessage(
      'damaged',
      'success',
      `The data of ${name} was damaged and has been downloaded again.`,
    );
  });
  await library.loadStored();
  const app = new App(geocoder, library);
  await Promise.all([app.start(ASSETS.world), synchronize(library)]);
  addEventListener('online', () => void synchronize(library));
}

async function synchronize(library: ShardLibrary): Promise<void> {
  await library.refreshOffer();
  showConnection(library.offer !== 'offline');
  await library.repair();
}

function watchConnection(): void {
  addEventListener('offline', () => showConnection(false));
}

function showConnection(online: boolean): void {
  const badge = byId('offline-badge', HTMLElement);
  badge.hidden = online;
  badge.replaceChildren(icon('offline'), 'Offline');
  badge.title = 'The server cannot be reached; searches are answered on this device.';
}

start().catch((error: unknown) => showMessage('start', 'error', explainError(error)));

register({
  ready: () => document.documentElement.setAttribute('data-offline-ready', ''),
  updateWaiting: (apply) =>
    showMessage('update', 'news', 'A new version of the app is ready.', {
      label: 'Reload',
      run: apply,
    }),
}).catch((error: unknown) => {
  // Without it everything works as long as the server can be reached.
  console.warn('the app cannot be kept for offline use:', error);
});
