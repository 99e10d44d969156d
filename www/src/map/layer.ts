// What a map layer is: something that draws itself for a camera.

import type { Camera, Padding } from './projection.js';

/** Colours of the map, from the page's style sheet. */
export interface MapTheme {
  readonly sea: string;
  readonly land: string;
  readonly border: string;
  readonly graticule: string;
  readonly label: string;
  readonly labelHalo: string;
  readonly coverage: string;
  readonly coverageLine: string;
  readonly marker: string;
  readonly markerText: string;
  readonly accent: string;
  readonly boundary: string;
  readonly street: string;
  readonly streetCasing: string;
  readonly font: string;
}

/** One frame to draw. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly camera: Camera;
  /** What panels cover at the edges. */
  readonly padding: Padding;
  readonly theme: MapTheme;
}

/** Draws one kind of thing; layers are drawn in the order in which the map lists them. */
export interface MapLayer {
  draw(frame: Frame): void;
}

/** Writes text with a halo, so that it reads on any ground. */
export function drawLabel(
  { context, theme }: Frame,
  text: string,
  x: number,
  y: number,
  font: string,
): void {
  context.font = `${font} ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = theme.labelHalo;
  context.strokeText(text, x, y);
  context.fillStyle = theme.label;
  context.fillText(text, x, y);
}
