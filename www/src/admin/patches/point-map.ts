// A small map of the point before and the point after.

import { button, h } from '../../dom.js';
import { icon } from '../../icons.js';
import { attachGestures, zoomBy } from '../../map/gestures.js';
import { GraticuleLayer } from '../../map/graticule.js';
import type { Frame, MapLayer } from '../../map/layer.js';
import { MarkerLayer } from '../../map/markers.js';
import { OutlineLayer } from '../../map/outlines.js';
import { type BBox, type LonLat, metresPerPixel } from '../../map/projection.js';
import { scaleBar } from '../../map/scale.js';
import { MapView } from '../../map/view.js';
import { loadWorld } from '../../map/world.js';

/** Addresses of files whose names carry a hash; filled in by the build. */
declare const ASSETS: { readonly world: string };

const POINT_ZOOM = 15;
const MAX_ZOOM = 18;
/** What a pin needs above its point. */
const PIN_HEIGHT_PX = 30;
/** Degrees by which two points are too close to make a box. */
const SAME_DEGREES = 1e-6;

/** Number of maps so far, for the ids of their help. */
let maps = 0;

/** A map that waits for its place in the document. */
export class PointMap {
  /** What to put into the page. */
  readonly element: HTMLElement;
  readonly #canvas = h('canvas', { tabindex: 0 });
  readonly #markers = new MarkerLayer();
  readonly #onClick: ((point: LonLat) => void) | undefined;
  readonly #help: HTMLElement;
  #map: MapView | undefined;
  #points: { before: LonLat | null; after: LonLat | null };

  /** `onClick` gets the point that was clicked. */
  constructor(before: LonLat | null, after: LonLat | null, onClick?: (point: LonLat) => void) {
    this.#points = { before, after };
    this.#onClick = onClick;
    const choosing = onClick ? ' Enter takes the point in the middle.' : '';
    this.#help = h(
      'p',
      { class: 'visually-hidden', id: `map-help-${++maps}` },
      `Arrow keys move the map, plus and minus zoom.${choosing}`,
    );
    this.element = h(
      'div',
      { class: 'point-map' },
      this.#canvas,
      this.#help,
      h('div', { class: 'point-map-buttons' }, this.#zoom('plus', 1), this.#zoom('minus', -1)),
    );
  }

  /** Starts to draw; the element has to be in the document. */
  start(): void {
    const outlines = new OutlineLayer();
    const layers = [outlines, new GraticuleLayer(), this.#markers, new ScaleLayer()];
    const map = new MapView(this.#canvas, layers);
    // A dialog has a map of its own over that of the page.
    this.#canvas.setAttribute('aria-describedby', this.#help.id);
    map.padding = { top: PIN_HEIGHT_PX, right: 0, bottom: 0, left: 0 };
    this.#map = map;
    attachGestures(map, (pixel) => this.#onClick?.(map.lonLatAt(pixel)));
    this.show(this.#points.before, this.#points.after);
    // The points are told in the table besides, so a map without outlines is no failure.
    loadWorld(ASSETS.world).then(
      (world) => {
        outlines.setWorld(world);
        map.redraw();
      },
      (error: unknown) => console.warn('the map has no outlines:', error),
    );
  }

  /** Shows other points. */
  show(before: LonLat | null, after: LonLat | null, isFitted = true): void {
    this.#points = { before, after };
    this.#markers.set({ asked: before, selected: after });
    if (isFitted) this.#fit(before, after);
    this.#map?.redraw();
  }

  #fit(before: LonLat | null, after: LonLat | null): void {
    const point = after ?? before;
    if (!point) return;
    const other = before ?? point;
    const box: BBox = [
      Math.min(point.lon, other.lon),
      Math.min(point.lat, other.lat),
      Math.max(point.lon, other.lon),
      Math.max(point.lat, other.lat),
    ];
    if (box[2] - box[0] < SAME_DEGREES && box[3] - box[1] < SAME_DEGREES) {
      this.#map?.showPoint(point, POINT_ZOOM);
    } else {
      this.#map?.showBox(box, MAX_ZOOM);
    }
  }

  #zoom(name: 'plus' | 'minus', by: number): HTMLElement {
    const label = name === 'plus' ? 'Zoom in' : 'Zoom out';
    return button(
      { class: 'map-zoom', 'aria-label': label },
      () => this.#map && zoomBy(this.#map, by),
      icon(name),
    );
  }
}

/** Draws the scale into the corner. */
class ScaleLayer implements MapLayer {
  draw({ context, camera, theme }: Frame): void {
    const { label, widthPx } = scaleBar(metresPerPixel(camera), 110);
    const y = camera.height - 12;
    context.strokeStyle = theme.label;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(12, y - 5);
    context.lineTo(12, y);
    context.lineTo(12 + widthPx, y);
    context.lineTo(12 + widthPx, y - 5);
    context.stroke();
    context.fillStyle = theme.label;
    context.font = `500 12px ${theme.font}`;
    context.textBaseline = 'bottom';
    context.fillText(label, 16, y - 2);
  }
}
