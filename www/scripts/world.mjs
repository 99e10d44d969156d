// Packs the TopoJSON world outlines into a compact binary file; src/map/world.ts reads it.
//
// Layout, all numbers LEB128 (signed ones in zigzag): scale x, scale y, translate x, translate y
// in 1e-9 degree; number of arcs, each with its number of points and their deltas; number of
// countries, each with its name (length, UTF-8) and its rings (number, each with its number of
// arcs and their signed indices, TopoJSON's ~i for a reversed arc).

/** Packs a parsed TopoJSON topology with an object `countries`. */
export function packWorld(topology) {
  const out = [];
  const unsigned = (value) => {
    let rest = BigInt(value);
    while (rest > 127n) {
      out.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    out.push(Number(rest));
  };
  const signed = (value) => {
    const big = BigInt(value);
    unsigned(big < 0n ? -big * 2n - 1n : big * 2n);
  };
  const { scale, translate } = topology.transform;
  for (const number of [...scale, ...translate]) signed(Math.round(number * 1e9));
  unsigned(topology.arcs.length);
  for (const arc of topology.arcs) {
    unsigned(arc.length);
    for (const [dx, dy] of arc) {
      signed(dx);
      signed(dy);
    }
  }
  const { geometries } = topology.objects.countries;
  unsigned(geometries.length);
  for (const { type, arcs, properties } of geometries) {
    const name = new TextEncoder().encode(properties.name);
    unsigned(name.length);
    out.push(...name);
    const rings = type === 'Polygon' ? arcs : arcs.flat();
    unsigned(rings.length);
    for (const ring of rings) {
      unsigned(ring.length);
      ring.forEach(signed);
    }
  }
  return Uint8Array.from(out);
}
