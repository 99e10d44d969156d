// `hereabouts/maplibre`: the geocoder that `@maplibre/maplibre-gl-geocoder` takes.

import { type Box, boxOf, wrapped } from './extent.js';
import type { Geocoder } from './geocoder.js';
import { escapeText, parseHighlight } from './highlight.js';
import { oneLine, secondLine } from './lines.js';
import type { RecordType, SearchOptions, SearchResult, TypeFilter } from './types.js';

/** Codes as the control is given them, comma separated, and as it hands them over, a list. */
export type Codes = string | readonly string[];

/** Query of the control and its settings, as the control hands them over. */
export interface GeocodeConfig {
  /** Text, or longitude and latitude to reverse. */
  query?: string | number[];
  /** ISO 639-1 codes, of which the first counts. */
  language?: Codes;
  /** ISO 3166-1 alpha-2 codes. */
  countries?: Codes;
  /** Types of records. */
  types?: Codes;
  /** Number of results. */
  limit?: number;
  /** Longitude and latitude near which results are preferred. */
  proximity?: number[];
  /** West, south, east, north in degrees: results outside are left out. */
  bbox?: number[];
}

/** A result as the control shows it. */
export interface PlaceFeature {
  /** GeoJSON type. */
  type: 'Feature';
  /** Type, name and coordinates: results have no identifiers. */
  id: string;
  /** Longitude and latitude. */
  geometry: { type: 'Point'; coordinates: [number, number] };
  /** All fields of the result. */
  properties: SearchResult;
  /** Name. */
  text: string;
  /** Whole address in one line. */
  place_name: string;
  /** Type of the record. */
  place_type: [RecordType];
  /** Longitude and latitude. */
  center: [number, number];
  /** Part of the map to show, estimated from the type and the number of people. */
  bbox: Box;
}

/** Answer to the control. */
export interface PlaceFeatures {
  /** GeoJSON type. */
  type: 'FeatureCollection';
  /** Results, best or nearest first. */
  features: PlaceFeature[];
}

/** Texts that the control lists instead of results. */
export interface Suggestions {
  /** Best first. */
  suggestions: { text: string; placeId: string }[];
}

/** The object that the control's constructor takes first. */
export interface MaplibreGeocoderApi {
  /** Answers a text. */
  forwardGeocode(config: GeocodeConfig): Promise<PlaceFeatures>;
  /** Answers a point, with the control's option `reverseGeocode`. */
  reverseGeocode(config: GeocodeConfig): Promise<PlaceFeatures>;
  /** Lists texts while the user types; with the option `suggestions`. */
  getSuggestions?(config: GeocodeConfig): Promise<Suggestions>;
  /** Gives the result behind a text of the list; with the option `suggestions`. */
  searchByPlaceId?(config: GeocodeConfig): Promise<{ place: PlaceFeature[] }>;
}

/** Options of {@link maplibreGeocoder}. */
export interface MaplibreGeocoderOptions extends SearchOptions {
  /**
   * Whether the control lists texts and asks for their place afterwards. Default: false, it lists
   * results, with their markers on the map.
   */
  suggestions?: boolean | undefined;
}

/** Most results that the engine gives. */
const MAX_RESULTS = 20;

/**
 * Makes the geocoder of a MapLibre control; `options` hold for every request in which the control
 * does not say otherwise.
 *
 * @example
 * ```ts
 * map.addControl(
 *   new MaplibreGeocoder(maplibreGeocoder(geocoder), { maplibregl, showResultsWhileTyping: true }),
 * );
 * ```
 */
export function maplibreGeocoder(
  geocoder: Geocoder | PromiseLike<Geocoder>,
  { suggestions = false, ...options }: MaplibreGeocoderOptions = {},
): MaplibreGeocoderApi {
  const forwardGeocode = async (config: GeocodeConfig) => {
    const { query = '', bbox, proximity } = config;
    const request = requestOf(config, options);
    const shown = request.maxResults ?? 5;
    if (proximity) request.coordinates = latLng(proximity);
    // A box takes results away, so that more are asked for than are shown.
    if (bbox) request.maxResults = MAX_RESULTS;
    const { results } = await (await geocoder).search(String(query), request);
    const inside = bbox ? results.filter((result) => contains(bbox, result)) : results;
    return collection(await Promise.all(inside.slice(0, shown).map(toFeature)));
  };
  const toFeature = async (result: SearchResult) =>
    feature(result, await boxOf(await geocoder, result));
  const api: MaplibreGeocoderApi = {
    forwardGeocode,
    async reverseGeocode(config) {
      const point = Array.isArray(config.query) ? config.query : [];
      const request = { ...requestOf(config, options), coordinates: latLng(point) };
      const { results } = await (await geocoder).reverse(request);
      return collection(await Promise.all(results.map(toFeature)));
    },
  };
  if (!suggestions) return api;
  let listed: PlaceFeature[] = [];
  return {
    ...api,
    async getSuggestions(config) {
      listed = (await forwardGeocode(config)).features;
      return {
        suggestions: listed.map(({ place_name: text, id: placeId }) => ({ text, placeId })),
      };
    },
    async searchByPlaceId({ query }) {
      return { place: listed.filter(({ id }) => id === query) };
    },
  };
}

/**
 * Draws a result or a text for the control's options `render` and `popupRender`, with the matched
 * words marked and everything else escaped; what the control draws by itself is not escaped.
 */
export function renderPlace({ text, properties }: { text: string; properties?: unknown }): string {
  const result = isResult(properties) ? properties : undefined;
  const parts = parseHighlight(result?.highlight || escapeText(text));
  const name = parts.map(({ text, marked }) =>
    marked ? `<mark>${escapeText(text)}</mark>` : escapeText(text),
  );
  const part = 'maplibregl-ctrl-geocoder--result';
  const under = result ? escapeText(secondLine(result)) : '';
  return (
    `<div class="${part}"><div><div class="${part}-title">${name.join('')}</div>` +
    `<div class="${part}-address">${under}</div></div></div>`
  );
}

/** Whether a feature is a result of ours; those of other geocoders in the control have others. */
function isResult(properties: unknown): properties is SearchResult {
  const { highlight, zipcode } = Object(properties);
  return typeof highlight === 'string' && Array.isArray(zipcode);
}

function requestOf(config: GeocodeConfig, options: SearchOptions): SearchOptions {
  const request: SearchOptions = { ...options };
  if (config.limit) request.maxResults = Math.min(config.limit, MAX_RESULTS);
  const [language] = list(config.language);
  // The control names a language as browsers do, such as `de-CH`.
  if (language) request.language = language.slice(0, 2).toLowerCase();
  if (config.countries) request.countries = list(config.countries);
  if (config.types) request.types = list(config.types) as TypeFilter[];
  return request;
}

function list(codes: Codes = ''): string[] {
  const items = typeof codes === 'string' ? codes.split(/[\s,]+/) : codes;
  return items.filter((item) => item !== '');
}

function latLng([lng, lat]: readonly number[]): string {
  return `${lat},${wrapped(Number(lng))}`;
}

/** Whether a box holds a result; its west lies east of its east where it crosses 180°. */
function contains([west, south, east, north]: readonly number[], { lat, lng }: SearchResult) {
  if (west === undefined || south === undefined || east === undefined || north === undefined) {
    return true;
  }
  const between = west <= east ? lng >= west && lng <= east : lng >= west || lng <= east;
  return between && lat >= south && lat <= north;
}

function collection(features: PlaceFeature[]): PlaceFeatures {
  return { type: 'FeatureCollection', features };
}

function feature(result: SearchResult, bbox: Box): PlaceFeature {
  const center: [number, number] = [result.lng, result.lat];
  return {
    type: 'Feature',
    id: `${result.type} ${result.name} ${result.coordinates}`,
    geometry: { type: 'Point', coordinates: center },
    properties: result,
    text: result.name,
    place_name: oneLine(result),
    place_type: [result.type],
    center,
    bbox,
  };
}
