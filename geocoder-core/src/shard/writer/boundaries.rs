//! Encodes the boundaries of places; a chunk holds every arc that its places need.

use std::collections::BTreeMap;

use super::order::Order;
use super::{Gazetteer, Sections, is_border};
use crate::geo::{BBox, LonLat};
use crate::shard::UNITS_PER_DEGREE;
use crate::shard::bits::{BitWriter, width};
use crate::shard::boundaries::{ARC_UNITS, ArcModel, MAX_ARCS};

/// Fewest and most places of a chunk.
const MIN_CHUNK_PLACES: usize = 32;
const MAX_CHUNK_PLACES: usize = 512;
/// One place in so many may start a chunk.
const CHUNK_BORDER_MEAN: u64 = 64;

/// An encoded chunk and what the directory says about it.
#[derive(Debug)]
pub(super) struct BoundariesChunk {
    pub(super) first_place: u32,
    pub(super) bbox: BBox,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn encode(
    gazetteer: &Gazetteer,
    order: &Order,
    sections: &mut Sections,
) -> Vec<BoundariesChunk> {
    if gazetteer.places.iter().all(|place| place.boundary.is_empty()) {
        return Vec::new();
    }
    let mut chunks = Vec::new();
    let mut first = 0;
    for index in 1..=order.places.len() {
        let length = index - first;
        let border = order.places.get(index).is_none_or(|place| {
            let name = place.map_or("", |place| &gazetteer.places[place].names.default);
            is_border(name.as_bytes(), CHUNK_BORDER_MEAN)
        });
        let last = index == order.places.len();
        if last || length >= MAX_CHUNK_PLACES || (border && length >= MIN_CHUNK_PLACES) {
            let chunk = encode_chunk(gazetteer, first as u32, &order.places[first..index]);
            sections.add("boundaries", chunk.bytes.len());
            chunks.push(chunk);
            first = index;
        }
    }
    chunks
}

fn encode_chunk(
    gazetteer: &Gazetteer,
    first_place: u32,
    places: &[Option<usize>],
) -> BoundariesChunk {
    let boundary = |place: &Option<usize>| -> &[usize] {
        place.map_or(&[], |place| &gazetteer.places[place].boundary)
    };
    // Numbered by first use, so that neighbours' arcs stand close to one another.
    let (mut numbers, mut arcs) = (BTreeMap::new(), Vec::new());
    for arc in places.iter().flat_map(boundary) {
        if gazetteer.arcs[*arc].len() >= 2 && !numbers.contains_key(arc) {
            numbers.insert(*arc, arcs.len() as u32);
            arcs.push(&gazetteer.arcs[*arc]);
        }
    }
    let mut writer = BitWriter::default();
    let mut model = ArcModel::default();
    writer.gamma0(places.len() as u32);
    writer.gamma0(arcs.len() as u32);
    let mut bbox = BBox::EMPTY;
    let (mut y, mut x) = (0, 0);
    for arc in &arcs {
        let vertices = on_arc_grid(arc);
        writer.unsigned(vertices.len() as u32 - 2, &mut model.vertices);
        for (index, (lat, lon)) in vertices.iter().enumerate() {
            let contexts = if index == 0 { &mut model.anchor } else { &mut model.steps };
            writer.signed(lat - y, &mut contexts.0);
            writer.signed(lon - x, &mut contexts.1);
            (y, x) = (*lat, *lon);
        }
        arc.iter().for_each(|vertex| bbox.add(*vertex));
    }
    for place in places {
        let own: Vec<u32> =
            boundary(place).iter().filter_map(|arc| numbers.get(arc).copied()).collect();
        writer.gamma0(own.len() as u32);
        for number in own {
            writer.bits(number, width(arcs.len()));
        }
    }
    BoundariesChunk { first_place, bbox, bytes: writer.finish() }
}

/// Returns an arc in arc units; its ends are kept apart from nothing but themselves.
fn on_arc_grid(arc: &[LonLat]) -> Vec<(i32, i32)> {
    let unit = f64::from(ARC_UNITS);
    let round = |degrees: f64| (degrees * UNITS_PER_DEGREE / unit).round() as i32;
    let mut vertices: Vec<(i32, i32)> =
        arc.iter().map(|vertex| (round(vertex.lat), round(vertex.lon))).collect();
    vertices.dedup();
    if vertices.len() == 1 {
        vertices.push(vertices[0]);
    }
    vertices.truncate(MAX_ARCS as usize);
    vertices
}
