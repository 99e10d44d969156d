//! Boundaries of places as arcs: pieces of line that neighbours share.
//!
//! A place contains a point when a ray from the point crosses the place's arcs an odd number of
//! times; the order and direction of arcs play no role, so holes and exclaves need no care.

use super::bits::{Adaptive, BitReader, width};
use super::places::point;
use crate::error::{Error, Result};
use crate::geo::{BBox, LonLat};

/// Vertices are whole numbers of this many coordinate units: about 2 metres.
pub(crate) const ARC_UNITS: i32 = 2;
/// Largest number of arcs of a chunk and of vertices of an arc.
pub(crate) const MAX_ARCS: u32 = 1 << 20;

/// Decoded boundaries of some places.
#[derive(Debug)]
pub(crate) struct BoundariesChunk {
    arcs: Vec<Arc>,
    /// For each place the numbers of its arcs and the box around them.
    places: Vec<(Vec<u32>, BBox)>,
}

#[derive(Debug)]
struct Arc {
    vertices: Vec<LonLat>,
    bbox: BBox,
}

/// Running means of what is coded.
#[derive(Debug, Clone)]
pub(crate) struct ArcModel {
    pub(crate) vertices: Adaptive,
    pub(crate) anchor: (Adaptive, Adaptive),
    pub(crate) steps: (Adaptive, Adaptive),
}

impl Default for ArcModel {
    fn default() -> Self {
        Self {
            vertices: Adaptive::new(10),
            anchor: (Adaptive::new(800), Adaptive::new(1000)),
            steps: (Adaptive::new(50), Adaptive::new(70)),
        }
    }
}

impl BoundariesChunk {
    /// Decodes a chunk; its first vertex is given relative to the origin of coordinates.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let malformed = |what| Error::Malformed { section: "boundaries", what };
        let mut reader = BitReader::new(bytes, 0);
        let mut model = ArcModel::default();
        let (n_places, n_arcs) = (reader.gamma0(), reader.gamma0());
        if n_arcs > MAX_ARCS {
            return Err(malformed("too many arcs"));
        }
        let mut arcs = Vec::new();
        let (mut y, mut x) = (0i32, 0i32);
        for _ in 0..n_arcs {
            let n_vertices = reader.unsigned(&mut model.vertices).saturating_add(2);
            if n_vertices > MAX_ARCS {
                return Err(malformed("too many vertices in an arc"));
            }
            let (mut vertices, mut bbox) = (Vec::new(), BBox::EMPTY);
            for index in 0..n_vertices {
                let contexts = if index == 0 { &mut model.anchor } else { &mut model.steps };
                y = y.wrapping_add(reader.signed(&mut contexts.0).wrapping_mul(ARC_UNITS));
                x = x.wrapping_add(reader.signed(&mut contexts.1).wrapping_mul(ARC_UNITS));
                let vertex = point(y, x);
                bbox.add(vertex);
                vertices.push(vertex);
                if reader.overrun() {
                    return Err(malformed("arcs are cut"));
                }
            }
            arcs.push(Arc { vertices, bbox });
        }
        let mut places = Vec::new();
        for _ in 0..n_places {
            let (mut numbers, mut bbox) = (Vec::new(), BBox::EMPTY);
            for _ in 0..reader.gamma0() {
                let number = reader.bits(width(arcs.len()));
                if reader.overrun() {
                    return Err(malformed("arcs of places are cut"));
                }
                if let Some(arc) = arcs.get(number as usize) {
                    for corner in [
                        LonLat { lon: arc.bbox.min_lon, lat: arc.bbox.min_lat },
                        LonLat { lon: arc.bbox.max_lon, lat: arc.bbox.max_lat },
                    ] {
                        bbox.add(corner);
                    }
                    numbers.push(number);
                }
            }
            places.push((numbers, bbox));
        }
        Ok(Self { arcs, places })
    }

    /// Number of places the chunk covers, those without boundary included.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether a place, by its number in the chunk, contains a point.
    pub(crate) fn contains(&self, place: usize, at: LonLat) -> bool {
        let Some((numbers, bbox)) = self.places.get(place) else { return false };
        if !bbox.contains(at) {
            return false;
        }
        let arcs = numbers.iter().filter_map(|number| self.arcs.get(*number as usize));
        // A ray to the east meets only arcs whose latitudes include the point's.
        let crossed = arcs.filter(|arc| {
            (arc.bbox.min_lat..=arc.bbox.max_lat).contains(&at.lat) && arc.bbox.max_lon >= at.lon
        });
        crossed.map(|arc| crossings(&arc.vertices, at)).sum::<usize>() % 2 == 1
    }

    /// Calls `visit` with every arc.
    pub(crate) fn each_arc(&self, visit: impl FnMut(&[LonLat])) {
        self.arcs.iter().map(|arc| arc.vertices.as_slice()).for_each(visit);
    }
}

/// Counts the crossings of a line with the ray from a point to the east.
fn crossings(line: &[LonLat], at: LonLat) -> usize {
    let pairs = line.iter().zip(line.iter().skip(1));
    let crossed = pairs.filter(|(from, to)| {
        // A vertex on the ray belongs to the segment above it alone, so it counts once.
        (from.lat > at.lat) != (to.lat > at.lat)
            && at.lon < (to.lon - from.lon) * (at.lat - from.lat) / (to.lat - from.lat) + from.lon
    });
    crossed.count()
}
