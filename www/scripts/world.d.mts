// Types of world.mjs, for the unit tests.

/** Packs a parsed TopoJSON topology with an object `countries`. */
export function packWorld(topology: unknown): Uint8Array;
