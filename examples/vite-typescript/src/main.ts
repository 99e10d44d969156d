// Search while typing, and what is here, with a list of the page's own.

import { Geocoder, GeocoderError, LatestSearch, type SearchResult } from 'hereabouts';

function find<T extends Element>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (!element) throw new Error(`the page lacks ${selector}`);
  return element;
}
const input = find<HTMLInputElement>('input');
const list = find<HTMLOListElement>('ol');
const button = find<HTMLButtonElement>('button');

const geocoder = await Geocoder.fromShards([]);
const country = await geocoder.insertShard(await fetch('/li.shard'), {
  onProgress: (receivedBytes) => {
    input.placeholder = `${Math.round(receivedBytes / 1000)} kB`;
  },
});
input.placeholder = `Search in ${country.name}`;
input.disabled = false;

function show(results: readonly SearchResult[]): void {
  const lines = results.map(({ name, city, precision, distance }) => {
    const away = distance === undefined ? '' : `, ${distance} m away`;
    return Object.assign(document.createElement('li'), {
      textContent: `${name}, ${city} (${precision}${away})`,
    });
  });
  list.replaceChildren(...lines);
}

const latest = new LatestSearch(geocoder, {
  answered: ({ results }) => show(results),
  failed: (error) => {
    list.textContent = error instanceof GeocoderError ? error.message : `${error}`;
  },
});
input.addEventListener('input', () => latest.ask(input.value, { maxResults: 8 }));

button.addEventListener('click', () => {
  navigator.geolocation.getCurrentPosition(async ({ coords: { latitude, longitude } }) => {
    const { results } = await geocoder.reverse({ coordinates: `${latitude},${longitude}` });
    show(results);
  });
});
