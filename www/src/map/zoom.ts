// How near a place is shown: a house from close by, larger things from further away.

import type { SearchResult } from 'hereabouts';

const ZOOM_BY_PRECISION = { exact: 17.5, range: 17.5, interpolated: 17.5, street: 16 } as const;
const ZOOM_BY_TYPE: Readonly<Record<string, number>> = {
  airport: 14,
  city: 13.5,
  county: 10,
  administrative: 9,
  country: 6,
};
/** Zoom of areas that have none of their own. */
const AREA_ZOOM = 14;

/** Gives the zoom at which a place is seen whole. */
export function zoomOf({ type, precision }: SearchResult): number {
  const zoom = ZOOM_BY_TYPE[type];
  if (zoom !== undefined) return zoom;
  return precision === 'area' ? AREA_ZOOM : ZOOM_BY_PRECISION[precision];
}
