// World outlines: reads the packed file that scripts/world.mjs makes of Natural Earth's data.

import { type BBox, type Point, project } from './projection.js';

/** One country of the outlines. */
export interface Outline {
  /** Name to write on the map. */
  readonly name: string;
  /** Rings in world units. */
  readonly rings: readonly (readonly Point[])[];
  /** Where the name stands, in world units: the middle of the largest ring's box. */
  readonly label: Point;
  /** Width of the largest ring in world units, which says from which zoom the name fits. */
  readonly labelWidth: number;
  /** Box of all rings in world units. */
  readonly box: BBox;
}

/** All outlines, and the arcs that make up every border once. */
export interface World {
  readonly outlines: readonly Outline[];
  readonly borders: readonly (readonly Point[])[];
}

/** Fetches and reads the outlines. */
export async function loadWorld(url: string): Promise<World> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the world outlines answered with status ${response.status}`);
  return unpackWorld(new Uint8Array(await response.arrayBuffer()));
}

/** Reads the packed outlines. */
export function unpackWorld(bytes: Uint8Array): World {
  const reader = new Reader(bytes);
  const [scaleX, scaleY, translateX, translateY] = [0, 0, 0, 0].map(() => reader.signed() / 1e9);
  const borders: Point[][] = repeat(reader.unsigned(), () => {
    let x = 0;
    let y = 0;
    const points = repeat(reader.unsigned(), () => {
      x += reader.signed();
      y += reader.signed();
      return project({
        lon: x * (scaleX ?? 0) + (translateX ?? 0),
        lat: y * (scaleY ?? 0) + (translateY ?? 0),
      });
    });
    return unwrap(points);
  });
  const outlines = repeat(reader.unsigned(), () => {
    const name = reader.text(reader.unsigned());
    const rings = repeat(reader.unsigned(), () => {
      const arcs = repeat(reader.unsigned(), () => reader.signed());
      return unwrap(
        arcs.flatMap((arc) => {
          const points = borders[arc < 0 ? ~arc : arc] ?? [];
          return arc < 0 ? points.toReversed() : points;
        }),
      );
    });
    return outline(name, rings);
  });
  return { outlines, borders };
}

/** Lets a line that crosses the antimeridian run on past the edge instead of jumping back. */
function unwrap(points: readonly Point[]): Point[] {
  let shift = 0;
  let before: Point | undefined;
  return points.map((point) => {
    // Antarctica's line along the edge of the map is meant to span the world.
    if (before && point.y < 0.999) {
      const jump = point.x + shift - before.x;
      if (Math.abs(jump) > 0.5) shift -= Math.round(jump);
    }
    before = { x: point.x + shift, y: point.y };
    return before;
  });
}

function outline(name: string, rings: Point[][]): Outline {
  const boxes = rings.map(boxOf);
  const largest = boxes.reduce((best, box) => (area(box) > area(best) ? box : best));
  return {
    name,
    rings,
    label: { x: (largest[0] + largest[2]) / 2, y: (largest[1] + largest[3]) / 2 },
    labelWidth: largest[2] - largest[0],
    box: boxes.reduce((a, b) => [
      Math.min(a[0], b[0]),
      Math.min(a[1], b[1]),
      Math.max(a[2], b[2]),
      Math.max(a[3], b[3]),
    ]),
  };
}

function boxOf(ring: readonly Point[]): BBox {
  const xs = ring.map(({ x }) => x);
  const ys = ring.map(({ y }) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function area(box: BBox): number {
  return (box[2] - box[0]) * (box[3] - box[1]);
}

function repeat<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  unsigned(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error('the world outlines are cut short');
      value += (byte & 127) * weight;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(length: number): string {
    this.#at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - length, this.#at));
  }
}
