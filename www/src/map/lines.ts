// Layer of the lines that the loaded shards give: boundaries of places from afar, streets near.

import type { Geocoder, MapLines } from 'hereabouts';
import type { Frame, MapLayer } from './layer.js';
import { type Camera, type Point, project, toScreen, visibleBox, worldSize } from './projection.js';

/** From which zoom on boundaries are drawn, and streets with them. */
export const BOUNDARY_ZOOM = 7.5;
const STREET_ZOOM = 12.5;

/** Width of a street in pixels by zoom; between the steps it grows evenly. */
const STREET_WIDTH: readonly (readonly [zoom: number, widthPx: number])[] = [
  [12.5, 1],
  [14, 2.2],
  [16, 5],
  [18, 10],
  [20, 22],
];

/** Lines ready to draw. */
interface Drawing {
  /** Point that the paths count from, in world units: numbers near zero keep their precision. */
  readonly origin: Point;
  /** Width of the world in the units of the paths. */
  readonly size: number;
  readonly streets: Path2D;
  readonly boundaries: Path2D;
}

/** Asks the geocoder for the lines in view, and draws them until the next answer. */
export class LineLayer implements MapLayer {
  readonly #geocoder: Geocoder;
  #drawing: Drawing | null = null;
  #round = 0;

  constructor(geocoder: Geocoder) {
    this.#geocoder = geocoder;
  }

  /** Asks for what is in view; answers whether there is anything new to draw. */
  async refresh(camera: Camera): Promise<boolean> {
    const round = ++this.#round;
    if (camera.zoom < BOUNDARY_ZOOM) {
      const had = this.#drawing !== null;
      this.#drawing = null;
      return had;
    }
    const [west, south, east, north] = visibleBox(camera);
    // Half a map more on each side, so that panning does not run into the void at once.
    const [marginX, marginY] = [(east - west) / 2, (north - south) / 2];
    const { streets, boundaries } = await this.#geocoder.features({
      bbox: [west - marginX, south - marginY, east + marginX, north + marginY],
      streets: camera.zoom >= STREET_ZOOM,
    });
    if (round !== this.#round) return false;
    const origin = camera.center;
    const size = worldSize(camera.zoom);
    this.#drawing = {
      origin,
      size,
      streets: toPath(streets, origin, size),
      boundaries: toPath(boundaries, origin, size),
    };
    return true;
  }

  draw({ context, camera, theme }: Frame): void {
    if (!this.#drawing || camera.zoom < BOUNDARY_ZOOM) return;
    const { origin, size, streets, boundaries } = this.#drawing;
    const { x, y } = toScreen(camera, origin);
    const scale = worldSize(camera.zoom) / size;
    context.translate(x, y);
    context.scale(scale, scale);
    context.lineJoin = 'round';
    context.lineCap = 'round';
    if (camera.zoom >= STREET_ZOOM) {
      const width = streetWidth(camera.zoom);
      context.lineWidth = (width + 1.5) / scale;
      context.strokeStyle = theme.streetCasing;
      context.stroke(streets);
      if (width > 2) {
        context.lineWidth = width / scale;
        context.strokeStyle = theme.street;
        context.stroke(streets);
      }
    }
    context.lineWidth = 1.25 / scale;
    context.setLineDash([6 / scale, 4 / scale]);
    context.strokeStyle = theme.boundary;
    context.stroke(boundaries);
  }
}

function toPath({ coordinates, ends }: MapLines, origin: Point, size: number): Path2D {
  const path = new Path2D();
  let at = 0;
  for (const end of ends) {
    for (let first = true; at < end; at += 2, first = false) {
      const point = project({ lon: coordinates[at] ?? 0, lat: coordinates[at + 1] ?? 0 });
      const x = (point.x - origin.x) * size;
      const y = (point.y - origin.y) * size;
      if (first) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
  }
  return path;
}

function streetWidth(zoom: number): number {
  const above = STREET_WIDTH.findIndex(([from]) => from > zoom);
  const [lowZoom, low] = STREET_WIDTH.at(above === -1 ? -1 : Math.max(above - 1, 0)) ?? [0, 1];
  const [highZoom, high] = STREET_WIDTH.at(above === -1 ? -1 : above) ?? [0, 1];
  if (highZoom === lowZoom) return low;
  return low + ((high - low) * (zoom - lowZoom)) / (highZoom - lowZoom);
}
