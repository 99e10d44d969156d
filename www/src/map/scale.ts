// The scale bar: a round length and how many pixels it takes.

const ROUND = [1, 2, 5];

/** A length to show, with its width on the map. */
export interface ScaleBar {
  readonly label: string;
  readonly widthPx: number;
}

/** Picks the longest round length that fits into the given width. */
export function scaleBar(metresPerPixel: number, maxWidthPx: number): ScaleBar {
  const maxM = metresPerPixel * maxWidthPx;
  const power = 10 ** Math.floor(Math.log10(maxM));
  const lengthM = power * (ROUND.toReversed().find((digit) => digit * power <= maxM) ?? 1);
  return { label: formatDistance(lengthM), widthPx: lengthM / metresPerPixel };
}

/** Writes a distance in metres or kilometres, with no more digits than it deserves. */
export function formatDistance(distanceM: number): string {
  if (distanceM < 1) return distanceM === 0 ? '0 m' : 'less than 1 m';
  if (distanceM < 999.5) return `${Math.round(distanceM)} m`;
  const km = distanceM / 1000;
  return `${km < 9.95 ? Number(km.toFixed(1)) : Math.round(km).toLocaleString('en')} km`;
}
