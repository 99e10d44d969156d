// Layer of the world outlines: land, borders and country names, fading out where they get coarse.

import { drawLabel, type Frame, type MapLayer } from './layer.js';
import { type BBox, type Camera, type Point, worldSize } from './projection.js';
import type { World } from './world.js';

/** Zoom at which the outlines begin to fade, and at which they are gone. */
const FADE = { from: 7.5, to: 9.5 };

/** Draws Natural Earth's countries. */
export class OutlineLayer implements MapLayer {
  #paths: { path: Path2D; box: BBox }[] = [];
  #borders: Path2D | null = null;
  #world: World | null = null;

  /** Takes the outlines once they are loaded. */
  setWorld(world: World): void {
    this.#world = world;
    this.#paths = world.outlines.map(({ rings, box }) => {
      const path = new Path2D();
      for (const ring of rings) trace(path, ring);
      return { path, box };
    });
    this.#borders = new Path2D();
    for (const border of world.borders) trace(this.#borders, border);
  }

  draw(frame: Frame): void {
    const { context, camera, theme } = frame;
    if (!this.#world || !this.#borders) return;
    const opacity = 1 - smooth((camera.zoom - FADE.from) / (FADE.to - FADE.from));
    // Outlines at 1:110 million are kilometres off: nearer, everything is drawn as land.
    if (opacity < 1) {
      context.fillStyle = theme.land;
      context.fillRect(0, 0, camera.width, camera.height);
    }
    if (opacity === 0) return;
    const size = worldSize(camera.zoom);
    for (const copy of worldCopies(camera)) {
      context.save();
      context.globalAlpha = opacity;
      if (opacity < 1) {
        context.fillStyle = theme.sea;
        context.fillRect(0, 0, camera.width, camera.height);
      }
      context.translate(
        camera.width / 2 + (copy - camera.center.x) * size,
        camera.height / 2 - camera.center.y * size,
      );
      context.scale(size, size);
      context.fillStyle = theme.land;
      for (const { path, box } of this.#paths) {
        if (isVisible(camera, box, copy)) context.fill(path);
      }
      context.lineWidth = 1 / size;
      context.lineJoin = 'round';
      context.strokeStyle = theme.border;
      context.stroke(this.#borders);
      context.restore();
    }
    this.#drawNames(frame, opacity);
  }

  #drawNames(frame: Frame, opacity: number): void {
    const { context, camera } = frame;
    const size = worldSize(camera.zoom);
    context.save();
    context.globalAlpha = opacity;
    for (const { name, label, labelWidth } of this.#world?.outlines ?? []) {
      // Seven pixels a letter is about what the font takes.
      if (labelWidth * size < name.length * 7 + 8) continue;
      for (const copy of worldCopies(camera)) {
        const x = camera.width / 2 + (label.x + copy - camera.center.x) * size;
        const y = camera.height / 2 + (label.y - camera.center.y) * size;
        if (x > -80 && x < camera.width + 80) drawLabel(frame, name, x, y, '500 12px');
      }
    }
    context.restore();
  }
}

/** Lists the copies of the world that show, as offsets in world units. */
export function worldCopies(camera: Camera): number[] {
  const half = camera.width / 2 / worldSize(camera.zoom);
  // Countries that cross the antimeridian reach into the next copy.
  const first = Math.floor(camera.center.x - half) - 1;
  const last = Math.floor(camera.center.x + half) + 1;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function isVisible(camera: Camera, [left, top, right, bottom]: BBox, copy: number): boolean {
  const size = worldSize(camera.zoom);
  const halfX = camera.width / 2 / size;
  const halfY = camera.height / 2 / size;
  return (
    right + copy >= camera.center.x - halfX &&
    left + copy <= camera.center.x + halfX &&
    bottom >= camera.center.y - halfY &&
    top <= camera.center.y + halfY
  );
}

function trace(path: Path2D, points: readonly Point[]): void {
  points.forEach(({ x, y }, index) => {
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
}

function smooth(value: number): number {
  const t = Math.min(Math.max(value, 0), 1);
  return t * t * (3 - 2 * t);
}
