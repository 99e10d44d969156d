// The nearest points in the plane of degrees: flatbush.

import Flatbush from 'flatbush';

/** Indexes the points. */
export function open({ records }) {
  const index = new Flatbush(records.length);
  for (const { lat, lon } of records) index.add(lon, lat);
  index.finish();
  const ids = Uint32Array.from(records, ({ id }) => id);
  return {
    reverse: ([lat, lon]) => index.neighbors(lon, lat, 5),
    answers: (found) => found.map((at) => ({ record: ids[at] })),
    indexBytes: index.data.byteLength,
  };
}
