// Layer of what the loaded shards know around the middle of the map: places from afar, addresses near.

import type { Geocoder, SearchResult, TypeFilter } from 'hereabouts';
import { drawLabel, type Frame, type MapLayer } from './layer.js';
import {
  type Camera,
  fromScreen,
  type LonLat,
  type Point,
  project,
  toScreen,
  unproject,
} from './projection.js';

/** From which zoom on streets are named, and houses numbered. */
const NAME_ZOOM = 14.5;
const NUMBER_ZOOM = 16.8;
/** From which zoom on which types are asked for and drawn. */
const LEVELS: readonly { readonly zoom: number; readonly types: readonly TypeFilter[] }[] = [
  { zoom: NAME_ZOOM, types: ['street'] },
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
    const labels = new LabelSpace(frame);
    const { zoom } = frame.camera;
    const isNear = this.#places.some(({ type }) => type === 'street');
    if (!isNear) {
      for (const place of this.#places) {
        const at = screenPoint(frame, place);
        drawDot(frame, at, 3.5, 0.85);
        labels.draw(place.name, at.x, at.y - 12, '600 12.5px');
      }
      return;
    }
    for (const [name, houses] of byStreet(this.#places)) {
      const points = houses.map((house) => screenPoint(frame, house));
      labels.draw(
        name,
        mean(points.map(({ x }) => x)),
        mean(points.map(({ y }) => y)),
        'italic 12px',
      );
    }
    if (zoom < NUMBER_ZOOM) return;
    for (const place of this.#places) {
      const { number = '', suffix = '' } = place.street ?? {};
      if (number === '') continue;
      const at = screenPoint(frame, place);
      drawDot(frame, at, 2.5, 0.55);
      labels.draw(number + suffix, at.x, at.y - 10, '500 11px');
    }
  }
}

/** Keeps labels from covering each other: the first one has the place. */
class LabelSpace {
  readonly #frame: Frame;
  readonly #taken: { left: number; top: number; right: number; bottom: number }[] = [];

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** Writes a text in the middle of a point, if there is room. */
  draw(text: string, x: number, y: number, font: string): void {
    const { context, camera, theme } = this.#frame;
    if (x < -50 || y < -20 || x > camera.width + 50 || y > camera.height + 20) return;
    context.font = `${font} ${theme.font}`;
    const half = context.measureText(text).width / 2 + 3;
    const box = { left: x - half, right: x + half, top: y - 9, bottom: y + 9 };
    const free = this.#taken.every(
      (other) =>
        box.right < other.left ||
        box.left > other.right ||
        box.bottom < other.top ||
        box.top > other.bottom,
    );
    if (!free) return;
    this.#taken.push(box);
    drawLabel(this.#frame, text, x, y, font);
  }
}

/** Groups houses by the street that they are in. */
function byStreet(places: readonly SearchResult[]): Map<string, SearchResult[]> {
  const streets = new Map<string, SearchResult[]>();
  for (const place of places) {
    const name = place.street?.name ?? '';
    if (name === '') continue;
    const houses = streets.get(name);
    if (houses) houses.push(place);
    else streets.set(name, [place]);
  }
  return streets;
}

function screenPoint({ camera }: Frame, { lng, lat }: SearchResult): Point {
  return toScreen(camera, project({ lon: lng, lat }));
}

function drawDot({ context, theme }: Frame, { x, y }: Point, radius: number, alpha: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = theme.label;
  context.globalAlpha = alpha;
  context.fill();
  context.globalAlpha = 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Points spread over the map: 20 answers around each cover what shows. */
function gridPoints(camera: Camera): LonLat[] {
  return [0.2, 0.5, 0.8].flatMap((fx) =>
    [0.25, 0.75].map((fy) =>
      unproject(fromScreen(camera, { x: camera.width * fx, y: camera.height * fy })),
    ),
  );
}
