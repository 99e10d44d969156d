// Layer that shows where the countries on offer are, since small ones have no outline.

import { drawLabel, type Frame, type MapLayer } from './layer.js';
import { BOUNDARY_ZOOM } from './lines.js';
import { type BBox, project, toScreen } from './projection.js';

/** A country to mark. */
export interface Covered {
  readonly name: string;
  /** Whether it is downloaded; others are only on offer. */
  readonly loaded: boolean;
  readonly bbox: BBox;
}

/** Draws a box around each country, or a dot where the box is tiny. */
export class CoverageLayer implements MapLayer {
  #covered: readonly Covered[] = [];

  /** Takes the countries to show. */
  set(covered: readonly Covered[]): void {
    this.#covered = covered;
  }

  draw(frame: Frame): void {
    const { context, camera, theme } = frame;
    for (const { name, loaded, bbox } of this.#covered) {
      const [west, south, east, north] = bbox;
      // A box around most of the globe would say nothing, and cross itself.
      if (east - west > 180) continue;
      const a = toScreen(camera, project({ lon: west, lat: north }));
      const b = toScreen(camera, project({ lon: east, lat: south }));
      const [width, height] = [b.x - a.x, b.y - a.y];
      // Nearer, a downloaded country shows its own boundaries.
      if (loaded && camera.zoom >= BOUNDARY_ZOOM) continue;
      context.save();
      context.lineWidth = 1.5;
      context.strokeStyle = theme.coverageLine;
      context.fillStyle = theme.coverage;
      context.globalAlpha = loaded ? 1 : 0.9;
      context.beginPath();
      if (Math.max(width, height) < 14) {
        context.arc(a.x + width / 2, a.y + height / 2, 6, 0, 2 * Math.PI);
        context.fillStyle = loaded ? theme.coverageLine : theme.land;
        context.fill();
        context.stroke();
        drawLabel(frame, name, a.x + width / 2, a.y + height / 2 - 15, '600 12px');
      } else {
        context.roundRect(a.x - 6, a.y - 6, width + 12, height + 12, 10);
        context.fill();
        context.setLineDash([5, 4]);
        context.stroke();
        drawLabel(frame, name, a.x + width / 2, a.y - 18, '600 12px');
      }
      context.restore();
    }
  }
}
