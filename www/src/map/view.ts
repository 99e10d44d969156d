// The map: a canvas with a camera and layers, drawn once a frame when something changed.

import type { MapLayer, MapTheme } from './layer.js';
import {
  type BBox,
  type Camera,
  centered,
  fit,
  fromScreen,
  type LonLat,
  limit,
  type Padding,
  type Point,
  project,
  toScreen,
  unproject,
} from './projection.js';

/** Event of {@link MapView}: the camera came to rest. */
export const CAMERA_RESTED = 'rested';

const FLIGHT_MS = 650;
const REST_MS = 120;

/** Shows layers on a canvas. */
export class MapView extends EventTarget {
  /** The canvas, which takes the gestures. */
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #layers: readonly MapLayer[];
  #camera: Camera = { center: { x: 0.53, y: 0.36 }, zoom: 2, width: 1, height: 1 };
  #theme: MapTheme;
  #frame = 0;
  #flight: { from: Camera; to: Camera; startMs: number } | null = null;
  /** Whether a frame was drawn: before that, nobody sees anything to fly from. */
  #isDrawn = false;
  #restTimer = 0;

  /** What panels cover at the edges of the map, in pixels. */
  padding: Padding = { top: 0, right: 0, bottom: 0, left: 0 };

  constructor(canvas: HTMLCanvasElement, layers: readonly MapLayer[]) {
    super();
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser draws no canvas');
    // The map takes keys of its own, so assistive technology has to pass them through.
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', 'Map');
    canvas.setAttribute('aria-describedby', 'map-help');
    this.canvas = canvas;
    this.#context = context;
    this.#layers = layers;
    this.#theme = readTheme(canvas);
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.restyle());
    this.#resize();
  }

  /** What is shown now. */
  get camera(): Camera {
    return this.#camera;
  }

  /** Jumps to another camera, ending any flight. */
  moveTo(camera: Camera): void {
    this.#flight = null;
    this.#set(limit(camera));
  }

  /** Shows a box as large as fits, but no larger than the given zoom. */
  showBox(box: BBox, maxZoom = 17): void {
    this.#flyTo(fit(this.#camera, box, this.padding, maxZoom));
  }

  /** Shows a point at the given zoom. */
  showPoint(point: LonLat, zoom: number): void {
    this.#flyTo(centered(this.#camera, project(point), zoom, this.padding));
  }

  /** Whether a point is in the part of the map that no panel covers. */
  isInView(point: LonLat): boolean {
    const { x, y } = toScreen(this.#camera, project(point));
    const { top, right, bottom, left } = this.padding;
    const { width, height } = this.#camera;
    return x > left + 24 && x < width - right - 24 && y > top + 48 && y < height - bottom - 12;
  }

  /** Finds the place under a pixel. */
  lonLatAt(pixel: Point): LonLat {
    return unproject(fromScreen(this.#camera, pixel));
  }

  /** Finds the place in the middle of what is not covered. */
  middle(): LonLat {
    const { top, right, bottom, left } = this.padding;
    const { width, height } = this.#camera;
    return this.lonLatAt({ x: (left + width - right) / 2, y: (top + height - bottom) / 2 });
  }

  /** Draws again, because a layer changed. */
  redraw(): void {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  /** Reads the colours of the style sheet again. */
  restyle(): void {
    this.#theme = readTheme(this.canvas);
    this.redraw();
  }

  #flyTo(to: Camera): void {
    if (!this.#isDrawn || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.moveTo(to);
      return;
    }
    // The shorter way around the world.
    const x = to.center.x - Math.round(to.center.x - this.#camera.center.x);
    this.#flight = {
      from: this.#camera,
      to: { ...to, center: { ...to.center, x } },
      startMs: performance.now(),
    };
    this.redraw();
  }

  #set(camera: Camera): void {
    this.#camera = camera;
    this.redraw();
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.dispatchEvent(new Event(CAMERA_RESTED)), REST_MS);
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    // A flight goes on: it moves middle and zoom, and takes the size as it is.
    this.#set(limit({ ...this.#camera, width, height }));
  }

  #draw(nowMs: number): void {
    this.#frame = 0;
    this.#isDrawn = true;
    if (this.#flight) this.#fly(nowMs, this.#flight);
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.fillStyle = this.#theme.sea;
    context.fillRect(0, 0, this.#camera.width, this.#camera.height);
    const frame = { context, camera: this.#camera, padding: this.padding, theme: this.#theme };
    for (const layer of this.#layers) {
      context.save();
      layer.draw(frame);
      context.restore();
    }
  }

  #fly(nowMs: number, { from, to, startMs }: { from: Camera; to: Camera; startMs: number }): void {
    const linear = Math.min(Math.max((nowMs - startMs) / FLIGHT_MS, 0), 1);
    const t = 1 - (1 - linear) ** 3;
    const zoom = from.zoom + (to.zoom - from.zoom) * t;
    // Moving in proportion to the scale keeps the target still while the map zooms towards it.
    const [a, b, now] = [2 ** -from.zoom, 2 ** -to.zoom, 2 ** -zoom];
    const way = Math.abs(a - b) < 1e-12 ? t : (now - a) / (b - a);
    const center = {
      x: from.center.x + (to.center.x - from.center.x) * way,
      y: from.center.y + (to.center.y - from.center.y) * way,
    };
    if (linear === 1) this.#flight = null;
    this.#set(limit({ ...this.#camera, zoom, center }));
  }
}

function readTheme(element: Element): MapTheme {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--map-${name}`).trim();
  return {
    sea: color('sea'),
    land: color('land'),
    border: color('border'),
    graticule: color('graticule'),
    label: color('label'),
    labelHalo: color('label-halo'),
    coverage: color('coverage'),
    coverageLine: color('coverage-line'),
    marker: color('marker'),
    markerText: color('marker-text'),
    accent: color('accent'),
    boundary: color('boundary'),
    street: color('street'),
    streetCasing: color('street-casing'),
    font: style.fontFamily,
  };
}
