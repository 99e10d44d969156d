// Line icons on a 24-unit grid, drawn as SVG nodes in the colour of the text around them.

import { isHouse } from '../lines.js';
import type { SearchResult } from '../types.js';

const AREA = 'M9 4 3.5 6v14L9 18l6 2 5.5-2V4L15 6zM9 4v14M15 6v14';
const PATHS = {
  house: 'M4 11l8-7 8 7v9a1 1 0 0 1-1 1h-4.5v-6h-5v6H5a1 1 0 0 1-1-1z',
  street: 'M8.5 3 5 21M15.5 3 19 21M12 4v3M12 10.5v3M12 17v3',
  city: 'M4 21V8l6-4v17M10 10h9v11M3 21h18M13 13.5h3M13 17h3M6.5 10.5h1M6.5 14h1M6.5 17.5h1',
  county: AREA,
  administrative: AREA,
  country: 'M5 21V4M5 4.5c4.5-2 9 2 14 0v9c-5 2-9.5-2-14 0',
  airport:
    'M10.5 14.5 4 12.5v-1.5l6.5-3V4.5a1.5 1.5 0 0 1 3 0V8l6.5 3v1.5l-6.5 2v4l2 1.3V21L12 20.2 8.5 21v-1.2l2-1.3z',
  bus: 'M5 6.5A2.5 2.5 0 0 1 7.5 4h9A2.5 2.5 0 0 1 19 6.5V17H5zM5 11.5h14M7.5 17v2.5M16.5 17v2.5M8 14.3h.01M16 14.3h.01',
  train:
    'M7.5 3.5h9A2 2 0 0 1 18.5 5.5V15a2.5 2.5 0 0 1-2.5 2.5H8A2.5 2.5 0 0 1 5.5 15V5.5a2 2 0 0 1 2-2zM5.5 11h13M9 14.2h.01M15 14.2h.01M8.5 17.5 6.5 21M15.5 17.5l2 3.5',
  tourism: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z',
  townhall: 'M3 21h18M4.5 18h15M6.5 18v-7M10.2 18v-7M13.8 18v-7M17.5 18v-7M3.5 10.5 12 4l8.5 6.5z',
  clear: 'M6 6l12 12M18 6 6 18',
  back: 'M11 5l-7 7 7 7M4 12h16',
} as const;

/** Name of a drawn icon. */
export type IconName = keyof typeof PATHS;

/** Kinds of results that have an icon of their own. */
export type ResultKind = SearchResult['type'] | 'house';

const SVG = 'http://www.w3.org/2000/svg';

/** Says what kind of thing a result is: houses are streets to the engine. */
export function kindOf(result: SearchResult): ResultKind {
  return isHouse(result) ? 'house' : result.type;
}

/** Draws an icon; a type that a newer engine knows has the one of places. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name] ?? PATHS.city);
  svg.append(path);
  return svg;
}
