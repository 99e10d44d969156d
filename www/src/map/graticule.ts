// Layer of meridians and parallels at a round distance, labelled at the edges.

import type { Frame, MapLayer } from './layer.js';
import { project, toScreen, visibleBox } from './projection.js';

const STEPS_DEG = [
  30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005,
];

/** Draws the grid of latitude and longitude. */
export class GraticuleLayer implements MapLayer {
  draw({ context, camera, padding, theme }: Frame): void {
    const [west, south, east, north] = visibleBox(camera);
    const step = stepFor((east - west) / camera.width);
    const bottom = camera.height - padding.bottom - 30;
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    context.save();
    context.lineWidth = 1;
    context.strokeStyle = theme.graticule;
    context.fillStyle = theme.label;
    context.globalAlpha = 0.9;
    context.font = `10px ${theme.font}`;
    context.beginPath();
    const labels: [string, number, number][] = [];
    for (let i = Math.ceil(west / step); i * step <= east; i++) {
      const x = camera.width / 2 + ((i * step - mid(west, east)) / (east - west)) * camera.width;
      context.moveTo(Math.round(x) + 0.5, 0);
      context.lineTo(Math.round(x) + 0.5, camera.height);
      // The bottom right corner belongs to the controls.
      const free = x > padding.left && x < camera.width - 200;
      if (free) labels.push([degrees(wrap(i * step), digits, 'E', 'W'), x + 4, bottom]);
    }
    for (let i = Math.ceil(south / step); i * step <= north; i++) {
      const { y } = toScreen(camera, project({ lon: 0, lat: i * step }));
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(camera.width, Math.round(y) + 0.5);
      const free = y > padding.top + 16 && y < bottom - 150;
      if (free) labels.push([degrees(i * step, digits, 'N', 'S'), camera.width - 6, y - 4]);
    }
    context.stroke();
    context.globalAlpha = 0.55;
    for (const [text, x, y] of labels) {
      context.textAlign = x > camera.width - 10 ? 'right' : 'left';
      context.fillText(text, x, y);
    }
    context.restore();
  }
}

/** Picks the smallest round step that keeps lines at least 110 pixels apart. */
export function stepFor(degreesPerPixel: number): number {
  const wanted = degreesPerPixel * 110;
  return STEPS_DEG.toReversed().find((step) => step >= wanted) ?? 30;
}

function degrees(value: number, digits: number, positive: string, negative: string): string {
  const side = value === 0 ? '' : value > 0 ? positive : negative;
  return `${Math.abs(value).toFixed(digits)}°${side}`;
}

function wrap(lon: number): number {
  return lon - 360 * Math.round(lon / 360);
}

function mid(a: number, b: number): number {
  return (a + b) / 2;
}
