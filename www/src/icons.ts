// Line icons on a 24-unit grid, drawn as SVG nodes in the colour of the text around them.

const PATHS = {
  house: 'M4 11l8-7 8 7v9a1 1 0 0 1-1 1h-4.5v-6h-5v6H5a1 1 0 0 1-1-1z',
  street: 'M8.5 3 5 21M15.5 3 19 21M12 4v3M12 10.5v3M12 17v3',
  city: 'M4 21V8l6-4v17M10 10h9v11M3 21h18M13 13.5h3M13 17h3M6.5 10.5h1M6.5 14h1M6.5 17.5h1',
  county: 'M9 4 3.5 6v14L9 18l6 2 5.5-2V4L15 6zM9 4v14M15 6v14',
  administrative: 'M9 4 3.5 6v14L9 18l6 2 5.5-2V4L15 6zM9 4v14M15 6v14',
  country: 'M5 21V4M5 4.5c4.5-2 9 2 14 0v9c-5 2-9.5-2-14 0',
  airport:
    'M10.5 14.5 4 12.5v-1.5l6.5-3V4.5a1.5 1.5 0 0 1 3 0V8l6.5 3v1.5l-6.5 2v4l2 1.3V21L12 20.2 8.5 21v-1.2l2-1.3z',
  bus: 'M5 6.5A2.5 2.5 0 0 1 7.5 4h9A2.5 2.5 0 0 1 19 6.5V17H5zM5 11.5h14M7.5 17v2.5M16.5 17v2.5M8 14.3h.01M16 14.3h.01',
  train:
    'M7.5 3.5h9A2 2 0 0 1 18.5 5.5V15a2.5 2.5 0 0 1-2.5 2.5H8A2.5 2.5 0 0 1 5.5 15V5.5a2 2 0 0 1 2-2zM5.5 11h13M9 14.2h.01M15 14.2h.01M8.5 17.5 6.5 21M15.5 17.5l2 3.5',
  tourism: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z',
  townhall: 'M3 21h18M4.5 18h15M6.5 18v-7M10.2 18v-7M13.8 18v-7M17.5 18v-7M3.5 10.5 12 4l8.5 6.5z',
  pin: 'M12 21.5c-4.5-4.7-7-8.1-7-11.3a7 7 0 0 1 14 0c0 3.2-2.5 6.6-7 11.3zM12 12.7a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2z',
  search: 'M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM15.7 15.7 20.5 20.5',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  locate:
    'M12 18.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM12 2v3.5M12 18.5V22M2 12h3.5M18.5 12H22M12 12h.01',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.3 5 12.7 0 18M12 3c-5 5.3-5 12.7 0 18',
  sliders:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM9 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  copy: 'M9 8.5h9.5A1.5 1.5 0 0 1 20 10v9.5a1.5 1.5 0 0 1-1.5 1.5H9A1.5 1.5 0 0 1 7.5 19.5V10A1.5 1.5 0 0 1 9 8.5zM16.5 8.5V4.5A1.5 1.5 0 0 0 15 3H5.5A1.5 1.5 0 0 0 4 4.5V15a1.5 1.5 0 0 0 1.5 1.5h2',
  share:
    'M12 15V3.5M8 7l4-4 4 4M6 11.5H5A1.5 1.5 0 0 0 3.5 13v6.5A1.5 1.5 0 0 0 5 21h14a1.5 1.5 0 0 0 1.5-1.5V13a1.5 1.5 0 0 0-1.5-1.5h-1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  download: 'M12 3.5V15M7.5 11l4.5 4.5 4.5-4.5M4 20.5h16',
  trash: 'M4 6.5h16M9.5 6.5V4h5v2.5M6 6.5l1 14h10l1-14M10 11v5.5M14 11v5.5',
  refresh:
    'M20 5v5h-5M4 19v-5h5M5 9.5A7.5 7.5 0 0 1 18.5 8L20 10M19 14.5A7.5 7.5 0 0 1 5.5 16L4 14',
  offline:
    'M3 3l18 18M8.5 8.7a6 6 0 0 0-1 3.3A4 4 0 0 0 7 20h10.5M12 6.2A6 6 0 0 1 17.8 11 4.5 4.5 0 0 1 21 17.5',
  alert: 'M12 4 2.8 20h18.4zM12 10v4.5M12 17.3h.01',
  edit: 'M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17zM14.5 7.5l3 3',
  back: 'M11 5l-7 7 7 7M4 12h16',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.3l3.5 2',
} as const;

/** Name of a drawn icon. */
export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** Draws an icon; it is decoration, so assistive technology skips it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.appendChild(path);
  return svg;
}
