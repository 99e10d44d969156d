// Layer of markers: the answers of a search, the selected place, the asked point, the own position.

import type { Frame, MapLayer } from './layer.js';
import { type LonLat, type Point, project, toScreen } from './projection.js';

/** What the markers show. */
export interface Markers {
  /** Answers in their order. */
  readonly results: readonly LonLat[];
  /** Index of the highlighted answer, or -1. */
  readonly active: number;
  /** The place whose card is shown. */
  readonly selected: LonLat | null;
  /** The point that was clicked. */
  readonly asked: LonLat | null;
  /** Where a correction that is being written puts the place. */
  readonly corrected: LonLat | null;
  /** Where the user is. */
  readonly position: LonLat | null;
}

/** Draws pins and dots. */
export class MarkerLayer implements MapLayer {
  #markers: Markers = {
    results: [],
    active: -1,
    selected: null,
    asked: null,
    corrected: null,
    position: null,
  };

  /** Changes some of the markers. */
  set(change: Partial<Markers>): void {
    this.#markers = { ...this.#markers, ...change };
  }

  draw(frame: Frame): void {
    const { results, active, selected, asked, corrected, position } = this.#markers;
    if (position) drawPosition(frame, at(frame, position));
    if (asked && selected) drawLink(frame, at(frame, asked), at(frame, selected));
    if (corrected && selected) drawLink(frame, at(frame, selected), at(frame, corrected));
    results.forEach((result, index) => {
      if (index !== active) drawDot(frame, at(frame, result), `${index + 1}`, false);
    });
    const highlighted = results[active];
    if (highlighted) drawDot(frame, at(frame, highlighted), `${active + 1}`, true);
    if (asked) drawAsked(frame, at(frame, asked));
    if (selected) drawPin(frame, at(frame, selected));
    if (corrected) drawAsked(frame, at(frame, corrected));
  }
}

function at({ camera }: Frame, point: LonLat): Point {
  return toScreen(camera, project(point));
}

function drawDot({ context, theme }: Frame, { x, y }: Point, text: string, active: boolean): void {
  const radius = active ? 14 : 11;
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = active ? theme.marker : theme.accent;
  context.shadowColor = 'rgb(0 0 0 / 35%)';
  context.shadowBlur = 5;
  context.shadowOffsetY = 1;
  context.fill();
  context.shadowColor = 'transparent';
  context.lineWidth = 2;
  context.strokeStyle = theme.markerText;
  context.stroke();
  context.fillStyle = theme.markerText;
  context.font = `600 ${active ? 13 : 11}px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y + 0.5);
  context.restore();
}

function drawPin({ context, theme }: Frame, { x, y }: Point): void {
  context.save();
  context.beginPath();
  context.ellipse(x, y, 7, 3, 0, 0, 2 * Math.PI);
  context.fillStyle = 'rgb(0 0 0 / 22%)';
  context.fill();
  context.beginPath();
  context.moveTo(x, y);
  context.bezierCurveTo(x - 4, y - 9, x - 14, y - 17, x - 14, y - 28);
  context.arc(x, y - 28, 14, Math.PI, 0);
  context.bezierCurveTo(x + 14, y - 17, x + 4, y - 9, x, y);
  context.fillStyle = theme.marker;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = theme.markerText;
  context.stroke();
  context.beginPath();
  context.arc(x, y - 28, 5, 0, 2 * Math.PI);
  context.fillStyle = theme.markerText;
  context.fill();
  context.restore();
}

function drawAsked({ context, theme }: Frame, { x, y }: Point): void {
  context.save();
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = theme.markerText;
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = theme.accent;
  context.stroke();
  context.restore();
}

function drawLink({ context, theme }: Frame, from: Point, to: Point): void {
  context.save();
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.lineWidth = 2;
  context.setLineDash([4, 4]);
  context.strokeStyle = theme.accent;
  context.stroke();
  context.restore();
}

function drawPosition({ context, theme }: Frame, { x, y }: Point): void {
  context.save();
  context.beginPath();
  context.arc(x, y, 16, 0, 2 * Math.PI);
  context.fillStyle = theme.coverage;
  context.fill();
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fillStyle = theme.accent;
  context.fill();
  context.lineWidth = 2.5;
  context.strokeStyle = theme.markerText;
  context.stroke();
  context.restore();
}
