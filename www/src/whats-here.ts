// Answers a click on the map: the nearest address, points of interest close by, the areas around.

import type { Geocoder, SearchResult, TypeFilter } from 'hereabouts';
import type { LonLat } from './map/projection.js';

/** What is at a point. */
export interface WhatsHere {
  /** The nearest address, or the smallest area where there is none; null where nothing is known. */
  readonly nearest: SearchResult | null;
  /** Other places there, nearest first. */
  readonly others: readonly SearchResult[];
}

/** One question about a point: which types, how many, and how far is still "here". */
interface Question {
  readonly types: readonly TypeFilter[];
  readonly maxResults: number;
  readonly maxDistanceM: number;
}

const QUESTIONS: readonly Question[] = [
  { types: ['street'], maxResults: 3, maxDistanceM: 1_000 },
  {
    types: ['airport', 'bus', 'tourism', 'townhall', 'train'],
    maxResults: 3,
    maxDistanceM: 300,
  },
  { types: ['city', 'county', 'administrative', 'country'], maxResults: 4, maxDistanceM: 20_000 },
];

/** Asks what is at a point. */
export async function whatsHere(
  geocoder: Pick<Geocoder, 'reverse'>,
  { lat, lon }: LonLat,
  language: string | undefined,
): Promise<WhatsHere> {
  const coordinates = `${lat.toFixed(7)},${lon.toFixed(7)}`;
  const answers = await Promise.all(
    QUESTIONS.map(async ({ types, maxResults, maxDistanceM }) => {
      const { results } = await geocoder.reverse({ coordinates, types, maxResults, language });
      return results.filter(({ distance = 0 }) => distance <= maxDistanceM);
    }),
  );
  const [nearest, ...others] = answers.flat();
  return { nearest: nearest ?? null, others };
}
