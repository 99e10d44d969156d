// How figures are written.

/** Writes milliseconds down to microseconds. */
export function ms(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  // Less than the clock of a page can tell.
  if (value < 0.001) return '< 0.005';
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

/** Writes bytes in megabytes, small ones in kilobytes. */
export function size(bytes) {
  if (bytes === undefined) return '–';
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Writes a share as a percentage. */
export function percent(share) {
  return share === undefined ? '–' : `${(share * 100).toFixed(0)} %`;
}

/** Writes a number with commas between thousands. */
export function count(value) {
  return value.toLocaleString('en');
}

/** Writes how many times as long as ours a peer took. */
export function ratio(theirs, ours) {
  if (!theirs || !ours) return '–';
  const times = theirs / ours;
  return `${times >= 10 ? count(Math.round(times)) : times.toFixed(1)} ×`;
}
