// Medians and percentiles.

/** Returns a percentile by the nearest rank. */
export function percentile(values, part) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
}

/** Returns the middle value. */
export function median(values) {
  return percentile(values, 0.5);
}
