// `hereabouts/leaflet`: the geocoder that leaflet-control-geocoder takes.

import { boxOf, wrapped } from './extent.js';
import type { Geocoder } from './geocoder.js';
import { escapeText } from './highlight.js';
import { oneLine, secondLine } from './lines.js';
import type { SearchOptions, SearchResult } from './types.js';

/** As much of Leaflet as is used here; `L` itself fits. */
export interface LeafletLike<Point, Bounds> {
  /** Makes a point. */
  latLng(lat: number, lng: number): Point;
  /** Makes a box of two corners. */
  latLngBounds(corner: Point, opposite: Point): Bounds;
}

/** A result as the control shows it. */
export interface LeafletResult<Point, Bounds> {
  /** Whole address in one line. */
  name: string;
  /** Name with the matched words marked, and the line under it; everything else is escaped. */
  html: string;
  /** Where it is. */
  center: Point;
  /** Part of the map to show, estimated from the type and the number of people. */
  bbox: Bounds;
  /** All fields of the result. */
  properties: SearchResult;
}

/** The object that the control's option `geocoder` takes. */
export interface LeafletGeocoder<Point, Bounds> {
  /** Answers a submitted text. */
  geocode(query: string, context?: MapContext): Promise<LeafletResult<Point, Bounds>[]>;
  /** Answers a text while the user types. */
  suggest(query: string, context?: MapContext): Promise<LeafletResult<Point, Bounds>[]>;
  /** Answers a point. */
  reverse(location: { lat: number; lng: number }): Promise<LeafletResult<Point, Bounds>[]>;
}

/** The map from which the control asks: results near its middle are preferred. */
export interface MapContext {
  /** A map of Leaflet. */
  map: { getCenter(): { lat: number; lng: number } };
}

/**
 * Makes the geocoder of a Leaflet control; `options` hold for every request.
 *
 * @example
 * ```ts
 * new Geocoder({ geocoder: leafletGeocoder(L, geocoder), defaultMarkGeocode: true }).addTo(map);
 * ```
 */
export function leafletGeocoder<Point, Bounds>(
  leaflet: LeafletLike<Point, Bounds>,
  geocoder: Geocoder | PromiseLike<Geocoder>,
  options: SearchOptions = {},
): LeafletGeocoder<Point, Bounds> {
  const toResult = async (result: SearchResult): Promise<LeafletResult<Point, Bounds>> => {
    const { lat, lng, name, highlight } = result;
    const [west, south, east, north] = await boxOf(await geocoder, result);
    const title = highlight || escapeText(name);
    const under = escapeText(secondLine(result));
    return {
      name: oneLine(result),
      html: under ? `${title}<br><small>${under}</small>` : title,
      center: leaflet.latLng(lat, lng),
      bbox: leaflet.latLngBounds(leaflet.latLng(south, west), leaflet.latLng(north, east)),
      properties: result,
    };
  };
  const geocode = async (query: string, context?: MapContext) => {
    const center = context?.map.getCenter();
    const near = center ? { coordinates: `${center.lat},${wrapped(center.lng)}` } : {};
    const { results } = await (await geocoder).search(query, { ...near, ...options });
    return Promise.all(results.map(toResult));
  };
  return {
    geocode,
    suggest: geocode,
    async reverse({ lat, lng }) {
      const request = { ...options, coordinates: `${lat},${wrapped(lng)}` };
      const { results } = await (await geocoder).reverse(request);
      return Promise.all(results.map(toResult));
    },
  };
}
