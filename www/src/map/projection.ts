// Web Mercator and the camera: between degrees, world units (0 to 1) and pixels of the map.

/** A point in degrees. */
export interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

/** A point in pixels of the map or in world units, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** West, south, east, north in degrees. */
export type BBox = readonly [west: number, south: number, east: number, north: number];

/** What part of the world is shown, and how large. */
export interface Camera {
  /** Middle of the map in world units; x wraps around. */
  readonly center: Point;
  /** Zoom: the world is 256 · 2^zoom pixels wide. */
  readonly zoom: number;
  /** Size of the map in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Nearest zoom: about five metres across a thumb. */
export const MAX_ZOOM = 20;

/** Latitude at which the Mercator world is cut to a square. */
export const MAX_LATITUDE = 85.05112878;

/** Space left around a box that is shown, for its label and the controls. */
const FIT_MARGIN_PX = 44;

const EARTH_CIRCUMFERENCE_M = 40_075_016.686;

/** Projects degrees to world units. */
export function project({ lon, lat }: LonLat): Point {
  const sine = Math.sin((clamp(lat, -MAX_LATITUDE, MAX_LATITUDE) * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

/** Turns world units back to degrees. */
export function unproject({ x, y }: Point): LonLat {
  const wrapped = x - Math.floor(x);
  const lat = (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
  return { lon: (wrapped - 0.5) * 360, lat };
}

/** Width of the world in pixels. */
export function worldSize(zoom: number): number {
  return 256 * 2 ** zoom;
}

/** Places world units on the map, in the copy of the world nearest to the middle. */
export function toScreen(camera: Camera, point: Point): Point {
  const size = worldSize(camera.zoom);
  let dx = point.x - camera.center.x;
  dx -= Math.round(dx);
  return {
    x: camera.width / 2 + dx * size,
    y: camera.height / 2 + (point.y - camera.center.y) * size,
  };
}

/** Finds the world units under a pixel of the map. */
export function fromScreen(camera: Camera, point: Point): Point {
  const size = worldSize(camera.zoom);
  return {
    x: camera.center.x + (point.x - camera.width / 2) / size,
    y: camera.center.y + (point.y - camera.height / 2) / size,
  };
}

/** Smallest zoom: the world at least as high as the map, so that no void shows. */
export function minZoom(camera: Pick<Camera, 'width' | 'height'>): number {
  return Math.max(0, Math.log2(Math.max(camera.height, camera.width / 2) / 256));
}

/** Keeps the camera in its limits. */
export function limit(camera: Camera): Camera {
  const zoom = clamp(camera.zoom, minZoom(camera), MAX_ZOOM);
  const half = camera.height / 2 / worldSize(zoom);
  const y = half >= 0.5 ? 0.5 : clamp(camera.center.y, half, 1 - half);
  return { ...camera, zoom, center: { x: camera.center.x - Math.floor(camera.center.x), y } };
}

/** Zooms so that the place under a pixel stays there. */
export function zoomAround(camera: Camera, pixel: Point, zoom: number): Camera {
  const to = clamp(zoom, minZoom(camera), MAX_ZOOM);
  const held = fromScreen(camera, pixel);
  const size = worldSize(to);
  const center = {
    x: held.x - (pixel.x - camera.width / 2) / size,
    y: held.y - (pixel.y - camera.height / 2) / size,
  };
  return limit({ ...camera, zoom: to, center });
}

/** Space around the part of the map that panels leave free, in pixels. */
export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Shows a box as large as fits inside the padding. */
export function fit(
  camera: Camera,
  [west, south, east, north]: BBox,
  padding: Padding,
  maxZoom: number,
): Camera {
  const a = project({ lon: west, lat: north });
  const b = project({ lon: east, lat: south });
  const width = Math.max(40, camera.width - padding.left - padding.right - 2 * FIT_MARGIN_PX);
  const height = Math.max(40, camera.height - padding.top - padding.bottom - 2 * FIT_MARGIN_PX);
  const zoom = Math.min(
    Math.log2(width / 256 / Math.max(b.x - a.x, 1e-9)),
    Math.log2(height / 256 / Math.max(b.y - a.y, 1e-9)),
    maxZoom,
  );
  return centered(camera, { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, zoom, padding);
}

/** Shows a point in the middle of what the padding leaves free. */
export function centered(camera: Camera, point: Point, zoom: number, padding: Padding): Camera {
  const to = clamp(zoom, minZoom(camera), MAX_ZOOM);
  const size = worldSize(to);
  const center = {
    x: point.x + (padding.right - padding.left) / 2 / size,
    y: point.y + (padding.bottom - padding.top) / 2 / size,
  };
  return limit({ ...camera, zoom: to, center });
}

/** Metres that a pixel spans at the middle of the map. */
export function metresPerPixel(camera: Camera): number {
  const { lat } = unproject(camera.center);
  return (EARTH_CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180)) / worldSize(camera.zoom);
}

/** Box of what is shown, in degrees; west may be below -180 and east above 180. */
export function visibleBox(camera: Camera): BBox {
  const a = fromScreen(camera, { x: 0, y: 0 });
  const b = fromScreen(camera, { x: camera.width, y: camera.height });
  const north = unproject({ x: 0.5, y: clamp(a.y, 0, 1) }).lat;
  const south = unproject({ x: 0.5, y: clamp(b.y, 0, 1) }).lat;
  return [(a.x - 0.5) * 360, south, (b.x - 0.5) * 360, north];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
