// Layer of what the loaded shards know around the middle of the map: places from afar, addresses near.

import type { Geocoder, SearchResult, TypeFilter } from 'hereabouts';
import { drawLabel, type Frame, type MapLayer } from './layer.js';
import {
  type Camera,
  fromScreen,
  type LonLat,
  project,
  toScreen,
  unproject,
} from './projection.js';

/** From which zoom on which types are asked for and drawn. */
const LEVELS: readonly { readonly zoom: number; readonly types: readonly TypeFilter[] }[] = [
  { zoom: 16.5, types: ['street'] },
  { zoom: 9, types: ['city'] },
];
const MAX_RESULTS = 20;

/** Asks the geocoder around a grid of points, and draws the answers as labelled dots. */
export class SurroundingsLayer implements MapLayer {
  readonly #geocoder: Geocoder;
  #places: readonly SearchResult[] = [];
  #round = 0;

  constructor(geocoder: Geocoder) {
    this.#geocoder = geocoder;
  }

  /** Asks for what is in view; answers whether there is anything new to draw. */
  async refresh(camera: Camera, language: string | undefined): Promise<boolean> {
    const round = ++this.#round;
    const level = LEVELS.find(({ zoom }) => camera.zoom >= zoom);
    if (!level) {
      const had = this.#places.length > 0;
      this.#places = [];
      return had;
    }
    const answers = await Promise.all(
      gridPoints(camera).map(({ lat, lon }) =>
        this.#geocoder.reverse({
          coordinates: `${lat},${lon}`,
          types: level.types,
          maxResults: MAX_RESULTS,
          language,
        }),
      ),
    );
    if (round !== this.#round) return false;
    const places = new Map<string, SearchResult>();
    for (const { results } of answers) {
      for (const result of results) places.set(`${result.name}|${result.coordinates}`, result);
    }
    this.#places = [...places.values()].sort((a, b) => b.population - a.population);
    return true;
  }

  draw(frame: Frame): void {
    const { context, camera, theme } = frame;
    const taken: { left: number; top: number; right: number; bottom: number }[] = [];
    for (const place of this.#places) {
      const { x, y } = toScreen(camera, project({ lon: place.lng, lat: place.lat }));
      if (x < -50 || y < -20 || x > camera.width + 50 || y > camera.height + 20) continue;
      const isStreet = place.type === 'street';
      const text = isStreet
        ? (place.street?.number ?? '') + (place.street?.suffix ?? '')
        : place.name;
      const half = 4 + text.length * 3.6;
      const box = { left: x - half, right: x + half, top: y - 22, bottom: y + 5 };
      const free = taken.every(
        (other) =>
          box.right < other.left ||
          box.left > other.right ||
          box.bottom < other.top ||
          box.top > other.bottom,
      );
      context.beginPath();
      context.arc(x, y, isStreet ? 2.5 : 3.5, 0, 2 * Math.PI);
      context.fillStyle = theme.label;
      context.globalAlpha = isStreet ? 0.55 : 0.85;
      context.fill();
      context.globalAlpha = 1;
      if (!free || text === '') continue;
      taken.push(box);
      drawLabel(frame, text, x, y - 12, isStreet ? '500 11px' : '600 12.5px');
    }
  }
}

/** Points spread over the map: 20 answers around each cover what shows. */
function gridPoints(camera: Camera): LonLat[] {
  return [0.2, 0.5, 0.8].flatMap((fx) =>
    [0.25, 0.75].map((fy) =>
      unproject(fromScreen(camera, { x: camera.width * fx, y: camera.height * fy })),
    ),
  );
}
