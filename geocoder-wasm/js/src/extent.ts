// A box of the map around a result, for maps that fit themselves to what was found.

import type { Geocoder } from './geocoder.js';
import type { RecordType, SearchResult } from './types.js';

/** West, south, east, north in degrees. */
export type Box = [west: number, south: number, east: number, north: number];

/** Least distance from the middle to the sides, in metres. */
const LEAST_RADIUS_M: Readonly<Record<RecordType, number>> = {
  street: 200,
  bus: 200,
  tourism: 300,
  townhall: 300,
  train: 400,
  airport: 2_000,
  city: 1_500,
  county: 10_000,
  administrative: 20_000,
  country: 20_000,
};
/** Inhabitants per square kilometre: of built-up places, and of areas with their countryside. */
const DENSITY = { city: 2_000, area: 100 };
/** Metres of a degree of latitude, from the Earth's mean radius of 6,371,008.8 m. */
const DEGREE_M = 111_195;

/** Finds the box of a result: that of its shard for a country, an estimate for anything else. */
export async function boxOf(geocoder: Geocoder, result: SearchResult): Promise<Box> {
  const countries = result.type === 'country' ? await geocoder.countries() : [];
  const shard = countries.find(({ code }) => code === result.countrycode);
  return shard?.bbox ?? extentOf(result);
}

/** Brings a longitude of a map that was dragged around the world between -180 and 180. */
export function wrapped(lng: number): number {
  return ((((lng + 180) % 360) + 360) % 360) - 180;
}

/** Estimates the box from the type and, for areas, the number of people: results bring no box. */
function extentOf({ type, population, lat, lng }: SearchResult): Box {
  const density = { city: DENSITY.city, county: DENSITY.area, administrative: DENSITY.area };
  const people = density[type as keyof typeof density];
  const crowdM = people ? 1000 * Math.sqrt(population / people / Math.PI) : 0;
  const radius = Math.max(LEAST_RADIUS_M[type], crowdM) / DEGREE_M;
  // Meridians meet at the poles; a box is never wider than the world.
  const width = Math.min(radius / Math.max(Math.cos((lat * Math.PI) / 180), 0.01), 180);
  return [lng - width, Math.max(lat - radius, -90), lng + width, Math.min(lat + radius, 90)];
}
