// Finds the record of a shown place again: in another language, and as the data has it now.

import type { Geocoder, SearchResult } from 'hereabouts';
import type { LonLat } from './map/projection.js';

/** Most results that a question is answered with. */
const MAX_RESULTS = 20;
/** Links name points with five decimals. */
const SAME_POINT_DEG = 2e-5;

/** Tells a place in another language than the one that it is told in; nothing where it is gone. */
export async function inLanguage(
  geocoder: Pick<Geocoder, 'reverse'>,
  place: SearchResult,
  from: string | undefined,
  to: string | undefined,
): Promise<SearchResult | undefined> {
  const { coordinates, type } = place;
  const ask = async (language: string | undefined) => {
    const question = { coordinates, types: [type], maxResults: MAX_RESULTS, language };
    const { results } = await geocoder.reverse(question);
    return results.filter((other) => isAlike(other, place));
  };
  const [shown, wanted] = await Promise.all([ask(from), ask(to)]);
  // Records that differ by nothing but their names come in the same order in every language, but
  // those whose names are the same in one of them are told as one.
  const index = shown.findIndex((other) => isNamedAlike(other, place));
  if (index >= 0 && shown.length === wanted.length) return wanted[index];
  return wanted.find((other) => isNamedAlike(other, place));
}

/** Lists what a text finds at a point. */
export async function findAt(
  geocoder: Pick<Geocoder, 'search'>,
  query: string,
  at: LonLat,
  language: string | undefined,
): Promise<SearchResult[]> {
  if (query === '') return [];
  const coordinates = `${at.lat},${at.lon}`;
  const options = { coordinates, language, maxResults: MAX_RESULTS };
  const { results } = await geocoder.search(query, options);
  return results.filter(
    ({ lat, lng }) =>
      Math.abs(lat - at.lat) < SAME_POINT_DEG && Math.abs(lng - at.lon) < SAME_POINT_DEG,
  );
}

/** Finds a place among those at its point; one that is alone there may have another name by now. */
export function sameAmong(
  found: readonly SearchResult[],
  place: SearchResult,
): SearchResult | undefined {
  const alike = found.find((other) => other.type === place.type && isNamedAlike(other, place));
  return alike ?? (found.length === 1 ? found[0] : undefined);
}

/** Whether two places agree in all that no language changes. */
function isAlike(one: SearchResult, other: SearchResult): boolean {
  const facts = (place: SearchResult) => {
    const { lat, lng, countrycode, citycode, population, zipcode, street } = place;
    return `${[lat, lng, countrycode, citycode, population, zipcode, street?.number, street?.suffix]}`;
  };
  return facts(one) === facts(other);
}

function isNamedAlike(one: SearchResult, other: SearchResult): boolean {
  return (
    one.name === other.name && one.street?.name === other.street?.name && one.city === other.city
  );
}
