// Starts the page: the geocoder over what this device keeps, the app over it, and its offline copy.

import { Geocoder } from 'hereabouts';
import { App } from './app.js';
import { placeOf } from './corrections/list.js';
import { Suggestions } from './corrections/suggestions.js';
import { Connection } from './device/connection.js';
import { Countries } from './device/countries.js';
import { explainError } from './device/errors.js';
import { byId } from './dom.js';
import { icon } from './icons.js';
import { showMessage, showNews } from './messages.js';
import { register } from './offline/registration.js';

/** Paths, in the page's folder, of files whose names carry a hash; filled in by the build. */
declare const ASSETS: { readonly worker: string; readonly wasm: string; readonly world: string };

async function start(): Promise<void> {
  byId('brand-icon', HTMLElement).append(icon('pin'));
  if (!isSecureContext) {
    const text =
      'Open this page over HTTPS or from localhost: only there can browsers keep data and verify it.';
    showMessage('start', 'error', text);
    return;
  }
  const connection = new Connection();
  const folder = new URL('./', document.baseURI);
  const geocoder = await Geocoder.open({
    server: folder,
    // Pages in other folders of the origin have other servers.
    storageName: ['hereabouts', ...folder.pathname.split('/').filter(Boolean)].join('-'),
    // Those that were added before; the page waits for none of them.
    countries: [],
    fetch: connection.fetch,
    workerUrl: new URL(ASSETS.worker, document.baseURI),
    wasm: new URL(ASSETS.wasm, document.baseURI),
  });
  Object.assign(globalThis, { geocoder });
  const countries = new Countries(geocoder);
  tellNews(countries);
  watchConnection(geocoder);
  await countries.refresh();
  const suggestions: Suggestions = new Suggestions(geocoder, {
    changed: () => app.suggestionsChanged(),
    decided: (proposal) => {
      const outcome = proposal.outcome === 'approved' ? 'accepted' : 'declined';
      const kind = proposal.outcome === 'approved' ? 'success' : 'news';
      const text = `Your suggestion for ${placeOf(proposal)} was ${outcome}.`;
      showMessage('suggestion', kind, text);
    },
  });
  const app = new App(geocoder, countries, suggestions);
  const ask = async () => {
    await countries.refreshOffers();
    if (await connection.askPermissions()) app.suggestionsChanged();
  };
  addEventListener('online', () => void Promise.all([ask(), suggestions.ask()]));
  countries.resume();
  await Promise.all([app.start(ASSETS.world), ask(), suggestions.refresh()]);
}

function tellNews(countries: Countries): void {
  countries.on('damaged', (name) => {
    showMessage('damaged', 'error', `The stored data of ${name} was damaged and is not used.`);
  });
  countries.on('repaired', (name) => {
    const text = `The data of ${name} was damaged and has been downloaded again.`;
    showMessage('damaged', 'success', text);
  });
  countries.on('updated', (name) => showNews('updated', `${name} was brought up to date.`));
  countries.on('corrected', (name) => showNews('corrected', `Corrections received for ${name}.`));
  countries.on('failed', (error) => showMessage('failed', 'error', explainError(error)));
}

/** Shows whether the server can be reached: what the geocoder found, and what the browser knows. */
function watchConnection(geocoder: Geocoder): void {
  const badge = byId('offline-badge', HTMLElement);
  badge.replaceChildren(icon('offline'), 'Offline');
  badge.title = 'The server cannot be reached; searches are answered on this device.';
  let isReached = true;
  const show = (reached: boolean) => {
    isReached = reached;
    badge.hidden = isReached && navigator.onLine;
  };
  geocoder.on('offline', () => show(false));
  geocoder.on('online', () => show(true));
  for (const type of ['online', 'offline']) addEventListener(type, () => show(isReached));
  show(isReached);
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
