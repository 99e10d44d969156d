// The address of a shown place in the URL's hash, so that it can be shared: `#q=…&at=lat,lng`.

import type { LonLat } from './map/projection.js';

/** A place to show: the point, and the text that finds it. */
export interface PlaceLink {
  readonly at: LonLat;
  readonly query: string;
}

/** Writes a place as the hash of a URL. */
export function formatLink({ at, query }: PlaceLink): string {
  const parameters = new URLSearchParams({ at: `${round(at.lat)},${round(at.lon)}` });
  if (query !== '') parameters.set('q', query);
  return `#${parameters.toString().replaceAll('%2C', ',')}`;
}

/** Reads the hash of a URL; null when it names no place. */
export function parseLink(hash: string): PlaceLink | null {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const match = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)$/.exec(parameters.get('at') ?? '');
  if (!match) return null;
  const [lat, lon] = [Number(match[1]), Number(match[2])];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return { at: { lat, lon }, query: (parameters.get('q') ?? '').slice(0, 512) };
}

/**
 * Writes what is shown, or that nothing is, into the address: as a new entry of the history, or in
 * place of the present one. An address that says so already is left alone.
 */
export function writeAddress(link: PlaceLink | null, entry: 'push' | 'replace'): void {
  const before = parseLink(location.hash);
  const hash = link ? formatLink(link) : '';
  if (hash === (before ? formatLink(before) : '')) return;
  const url = hash || location.pathname;
  if (entry === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
}

/** Whether the address names a part of the page itself, such as the search box to skip to. */
export function isAnchor(hash: string): boolean {
  return document.getElementById(hash.slice(1)) !== null;
}

/** Five decimals are about a metre. */
function round(degrees: number): number {
  return Number(degrees.toFixed(5));
}
