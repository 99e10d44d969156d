// The engine as its users have it: the built package and a shard, in this thread.

import { Geocoder } from 'hereabouts';

export const RESULTS = 5;

/** Opens the shard; `options` say where the engine runs. */
export async function open({ shard, wasmBytes }, options = { worker: false }) {
  const geocoder = await Geocoder.fromShards([shard], options);
  const limit = { maxResults: RESULTS };
  return {
    search: (text) => geocoder.search(text, limit),
    reverse: ([lat, lon]) => geocoder.reverse({ coordinates: `${lat},${lon}`, ...limit }),
    answers: ({ results }) => results.map(found),
    indexBytes: shard.byteLength,
    wasmBytes,
    close: () => geocoder.close(),
  };
}

function found({ name, city, county, administrative, country, street, lat, lng, distance, type }) {
  const label = [name, city, county, administrative, country].filter((part) => part).join(', ');
  return { label, street: street?.name, city, lat, lon: lng, distance, type };
}
