// Gestures on the map: drag, pinch, wheel, double click and the keyboard; a still press is a click.

import { type Point, project, toScreen, zoomAround } from './projection.js';
import type { MapView } from './view.js';

/** Pixels that a finger may wander and still click. */
const CLICK_SLOP = 6;
/** Longest time between the two presses of a double click. */
const DOUBLE_CLICK_MS = 300;
const KEY_PAN = 90;

/** Lets the user move a map; `onClick` gets the pixel of a click or of Enter on the keyboard. */
export function attachGestures(map: MapView, onClick: (pixel: Point) => void): void {
  attachPointers(map, onClick);
  attachWheel(map);
  attachKeyboard(map, onClick);
}

/** Zooms by a step around the middle. */
export function zoomBy(map: MapView, by: number): void {
  const { camera } = map;
  const middle = { x: camera.width / 2, y: camera.height / 2 };
  map.moveTo(zoomAround(camera, middle, camera.zoom + by));
}

function attachPointers(map: MapView, onClick: (pixel: Point) => void): void {
  const { canvas } = map;
  const pointers = new Map<number, Point>();
  let still = false;
  let pressed: Point = { x: 0, y: 0 };
  // A click asks something only when it is known not to be half of a double click, which zooms.
  let click: ReturnType<typeof setTimeout> | undefined;

  canvas.addEventListener('pointerdown', (event) => {
    clearTimeout(click);
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, pixelOf(event));
    still = pointers.size === 1;
    pressed = pixelOf(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = pixelOf(event);
    if (still && distance(pressed, now) < CLICK_SLOP) return;
    still = false;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    pan(map, before.x - now.x, before.y - now.y, other ? 0.5 : 1);
    if (other) {
      const grown = Math.log2(
        Math.max(distance(now, other), 1) / Math.max(distance(before, other), 1),
      );
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      map.moveTo(zoomAround(map.camera, middle, map.camera.zoom + grown));
    }
  });
  const release = (event: PointerEvent) => {
    const known = pointers.delete(event.pointerId);
    if (known && still && event.type === 'pointerup') {
      const point = map.lonLatAt(pixelOf(event));
      // Meanwhile the map may be moved by the wheel or by keys.
      const now = () => toScreen(map.camera, project(point));
      click = setTimeout(() => onClick(now()), DOUBLE_CLICK_MS);
    }
    still = false;
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('dblclick', (event) => {
    event.preventDefault();
    clearTimeout(click);
    map.moveTo(zoomAround(map.camera, pixelOf(event), map.camera.zoom + 1));
  });
}

function attachWheel(map: MapView): void {
  map.canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      // A line of a mouse wheel is about 16 pixels; a trackpad's pinch comes with the control key.
      const pixels =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      const by = -pixels * (event.ctrlKey ? 0.012 : 0.0035);
      const step = Math.min(Math.max(by, -1), 1);
      map.moveTo(zoomAround(map.camera, pixelOf(event), map.camera.zoom + step));
    },
    { passive: false },
  );
}

function attachKeyboard(map: MapView, onClick: (pixel: Point) => void): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => pan(map, -KEY_PAN, 0, 1),
    ArrowRight: () => pan(map, KEY_PAN, 0, 1),
    ArrowUp: () => pan(map, 0, -KEY_PAN, 1),
    ArrowDown: () => pan(map, 0, KEY_PAN, 1),
    '+': () => zoomBy(map, 1),
    '=': () => zoomBy(map, 1),
    '-': () => zoomBy(map, -1),
    Enter: () => {
      const { camera, padding } = map;
      onClick({
        x: (padding.left + camera.width - padding.right) / 2,
        y: (padding.top + camera.height - padding.bottom) / 2,
      });
    },
  };
  map.canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function pan(map: MapView, dx: number, dy: number, share: number): void {
  const { camera } = map;
  const size = 256 * 2 ** camera.zoom;
  const center = {
    x: camera.center.x + (dx * share) / size,
    y: camera.center.y + (dy * share) / size,
  };
  map.moveTo({ ...camera, center });
}

function pixelOf({ offsetX, offsetY }: MouseEvent): Point {
  return { x: offsetX, y: offsetY };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
