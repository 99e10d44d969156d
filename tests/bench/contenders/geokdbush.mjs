// The nearest points on the sphere: kdbush with geokdbush.

import { around } from 'geokdbush';
import KDBush from 'kdbush';

/** Indexes the points. */
export function open({ records }) {
  const index = new KDBush(records.length);
  for (const { lat, lon } of records) index.add(lon, lat);
  index.finish();
  const ids = Uint32Array.from(records, ({ id }) => id);
  return {
    reverse: ([lat, lon]) => around(index, lon, lat, 5),
    answers: (found) => found.map((at) => ({ record: ids[at] })),
    indexBytes: index.data.byteLength,
  };
}
