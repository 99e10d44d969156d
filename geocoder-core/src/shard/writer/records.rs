//! Encodes blocks of records, their houses and their lines into chunks.

use super::blocks::{Block, Blocks, RecordDraft};
use super::dictionary::Terms;
use super::houses::{HouseWriter, encode_houses};
use super::places::write_population;
use super::{Sections, is_border, units};
use crate::geo::{BBox, LonLat};
use crate::record::RecordType;
use crate::shard::bits::{Adaptive, BitWriter, width};
use crate::shard::geometry::{LineModel, MAX_LINES, MAX_VERTICES, VERTEX_UNITS};
use crate::shard::names::{Name, NameCode, best_rice_parameter};
use crate::shard::places::expected_importance;
use crate::shard::records::{Grid, RECORD_TYPES, UNITS_PER_DEGREE, likely_after};

/// Fewest and most blocks of a chunk.
const MIN_CHUNK_BLOCKS: usize = 8;
const MAX_CHUNK_BLOCKS: usize = 64;
/// One block in so many may start a chunk.
const CHUNK_BORDER_MEAN: u64 = 16;

/// Chunks for the same blocks.
#[derive(Debug)]
pub(super) struct RecordChunks {
    pub(super) first_block: u32,
    pub(super) n_blocks: usize,
    pub(super) bbox: BBox,
    pub(super) records: Vec<u8>,
    pub(super) houses: Vec<u8>,
    pub(super) geometry: Vec<u8>,
}

pub(super) fn encode(
    blocks: &Blocks<'_>,
    terms: &Terms,
    languages: &[String],
    zipcodes: &[String],
    sections: &mut Sections,
) -> Vec<RecordChunks> {
    let mut chunks = Vec::new();
    let mut first = 0;
    for index in 1..=blocks.blocks.len() {
        let length = index - first;
        let border = blocks.blocks.get(index).is_none_or(|block| {
            let name = block.records[0].names[0].text.as_bytes();
            is_border(&[name, b"/"].concat(), CHUNK_BORDER_MEAN)
        });
        let last = index == blocks.blocks.len();
        if last || length >= MAX_CHUNK_BLOCKS || (border && length >= MIN_CHUNK_BLOCKS) {
            let group = &blocks.blocks[first..index];
            let context = Context { terms, languages, n_zipcodes: zipcodes.len() };
            chunks.push(context.encode(first as u32, group, sections));
            first = index;
        }
    }
    chunks
}

struct Context<'a> {
    terms: &'a Terms,
    languages: &'a [String],
    n_zipcodes: usize,
}

impl Context<'_> {
    fn encode(
        &self,
        first_block: u32,
        blocks: &[Block<'_>],
        sections: &mut Sections,
    ) -> RecordChunks {
        let names: Vec<Vec<Vec<Name>>> = blocks
            .iter()
            .map(|block| {
                let records = block.records.iter();
                records
                    .map(|r| r.names.iter().map(|name| self.terms.name(name)).collect())
                    .collect()
            })
            .collect();
        let code = self.terms.code(names.iter().flatten().flatten(), self.languages);
        let boxes: Vec<BBox> = blocks.iter().map(block_box).collect();
        let bbox = outer_box(&boxes);
        let encoded: Vec<Vec<u8>> = blocks
            .iter()
            .zip(&names)
            .map(|(block, names)| self.encode_block(block, names, &code, sections))
            .collect();
        let mut header = BitWriter::default();
        header.gamma0(blocks.len() as u32);
        code.write(&mut header);
        for (block, bytes) in boxes.iter().zip(&encoded) {
            header.rice(bytes.len() as u32, 8);
            for part in box_parts(block, &bbox) {
                header.bits(part, 8);
            }
        }
        let house_writer = HouseWriter::new(blocks);
        let houses: Vec<Vec<u8>> =
            blocks.iter().map(|block| encode_houses(&house_writer, block)).collect();
        let houses = house_writer.chunk(&houses);
        let geometry: Vec<Vec<u8>> = blocks.iter().map(encode_lines).collect();
        let mut geometry_header = BitWriter::default();
        geometry_header.gamma0(blocks.len() as u32);
        for bytes in &geometry {
            geometry_header.rice(bytes.len() as u32, 8);
        }
        let geometry = with_header(geometry_header, &geometry);
        sections.add("houses", houses.len());
        sections.add("street geometry", geometry.len());
        let records = with_header(header, &encoded);
        RecordChunks { first_block, n_blocks: blocks.len(), bbox, records, houses, geometry }
    }

    fn encode_block(
        &self,
        block: &Block<'_>,
        names: &[Vec<Name>],
        code: &NameCode,
        sections: &mut Sections,
    ) -> Vec<u8> {
        let mut steps = Vec::new();
        let mut before = 0;
        for record in &block.records {
            steps.push(record.cell - before);
            before = record.cell;
        }
        let expected = 1u32 << best_rice_parameter(&steps).min(24);
        let mut writer = BitWriter::default();
        writer.gamma(block.records.len() as u32);
        writer.bits(block.grid.bits, 5);
        writer.bits(block.grid.shift, 4);
        writer.gamma0(expected);
        let mut context = Adaptive::new(expected);
        let mut kind = RecordType::Street;
        let mut importance_before = 0;
        let mut zipcodes_before: Option<&Vec<u32>> = None;
        for ((record, step), names) in block.records.iter().zip(steps).zip(names) {
            let start = writer.position();
            let street = record.kind == RecordType::Street;
            writer.bit(record.kind == kind);
            if record.kind != kind {
                let number = RECORD_TYPES.iter().position(|kind| *kind == record.kind);
                writer.bits(number.unwrap_or_default() as u32, 3);
            }
            kind = likely_after(record.kind);
            writer.unsigned(step, &mut context);
            if !street {
                let (lat, lon) = point_parts(record, block.grid);
                writer.bits(lat, block.grid.point_bits(record.kind));
                writer.bits(lon, block.grid.point_bits(record.kind));
            }
            let city = record.kind == RecordType::City;
            if street {
                let importance = record.importance >> 5;
                writer.bit(importance == importance_before);
                if importance != importance_before {
                    writer.bits(u32::from(importance), 3);
                }
                importance_before = importance;
            } else if city {
                write_population(record.population, &mut writer);
                let importance = u32::from(record.importance);
                let expected = importance == expected_importance(record.population);
                writer.bit(expected);
                if !expected {
                    writer.bits(importance, 8);
                }
            } else {
                writer.bits(u32::from(record.importance >> 4), 4);
            }
            writer.bit(record.zipcodes.is_none());
            if let Some(zipcodes) = &record.zipcodes {
                let same = zipcodes_before == Some(zipcodes);
                writer.bit(same);
                if !same {
                    writer.gamma(zipcodes.len() as u32);
                    for zipcode in zipcodes {
                        writer.bits(*zipcode, width(self.n_zipcodes));
                    }
                }
                zipcodes_before = Some(zipcodes);
            }
            code.write_names(names, &mut writer);
            let bits = (writer.position() - start) as f64;
            let section = match record.kind {
                RecordType::Street => "streets",
                RecordType::City => "cities",
                _ => "points",
            };
            sections.add_bits(section, bits);
        }
        writer.finish()
    }
}

/// Returns in which part of its cell a point lies.
fn point_parts(record: &RecordDraft<'_>, grid: Grid) -> (u32, u32) {
    let cell = grid.cell_units();
    let parts = 1 << grid.point_bits(record.kind);
    let part = |rest: i32| (rest * parts / cell).clamp(0, parts - 1) as u32;
    (part(record.rest.0), part(record.rest.1))
}

/// Puts a header with the offset of the first block in front of the blocks.
pub(super) fn with_header(header: BitWriter, blocks: &[Vec<u8>]) -> Vec<u8> {
    let header = header.finish();
    let mut bytes = ((header.len() + 4) as u32).to_le_bytes().to_vec();
    bytes.extend_from_slice(&header);
    for block in blocks {
        bytes.extend_from_slice(block);
    }
    bytes
}

/// Returns the box around everything in a block, with room for rounded coordinates.
fn block_box(block: &Block<'_>) -> BBox {
    let mut bbox = BBox::EMPTY;
    for record in &block.records {
        bbox.add(record.coordinates);
        if let Some(street) = record.street {
            street.houses.iter().for_each(|house| bbox.add(house.coordinates));
            street.geometry.iter().flatten().for_each(|vertex| bbox.add(*vertex));
        }
    }
    let margin = f64::from(block.grid.cell_units()) / UNITS_PER_DEGREE;
    BBox {
        min_lon: bbox.min_lon - margin,
        min_lat: bbox.min_lat - margin,
        max_lon: bbox.max_lon + margin,
        max_lat: bbox.max_lat + margin,
    }
}

/// Returns the box around boxes, on whole units so that it is stored exactly.
fn outer_box(boxes: &[BBox]) -> BBox {
    let mut outer = BBox::EMPTY;
    for bbox in boxes {
        outer.add(LonLat { lon: bbox.min_lon, lat: bbox.min_lat });
        outer.add(LonLat { lon: bbox.max_lon, lat: bbox.max_lat });
    }
    let down = |degrees: f64| (degrees * UNITS_PER_DEGREE).floor() / UNITS_PER_DEGREE;
    let up = |degrees: f64| (degrees * UNITS_PER_DEGREE).ceil() / UNITS_PER_DEGREE;
    BBox {
        min_lon: down(outer.min_lon),
        min_lat: down(outer.min_lat),
        max_lon: up(outer.max_lon),
        max_lat: up(outer.max_lat),
    }
}

fn box_parts(bbox: &BBox, outer: &BBox) -> [u32; 4] {
    let width = outer.max_lon - outer.min_lon;
    let height = outer.max_lat - outer.min_lat;
    let low = |at: f64, span: f64| (at / span * 255.0).floor().clamp(0.0, 255.0) as u32;
    let high = |at: f64, span: f64| (at / span * 255.0).ceil().clamp(0.0, 255.0) as u32;
    [
        low(bbox.min_lon - outer.min_lon, width),
        low(bbox.min_lat - outer.min_lat, height),
        high(bbox.max_lon - outer.min_lon, width),
        high(bbox.max_lat - outer.min_lat, height),
    ]
}

/// Returns the position that readers will see for a street.
pub(super) fn street_anchor(record: &RecordDraft<'_>, grid: Grid) -> (i32, i32) {
    let cell = grid.cell_units();
    let lat = units(record.coordinates.lat) - record.rest.0 + cell / 2;
    let lon = units(record.coordinates.lon) - record.rest.1 + cell / 2;
    (lat, lon)
}

fn encode_lines(block: &Block<'_>) -> Vec<u8> {
    let mut writer = BitWriter::default();
    let mut model = LineModel::default();
    for record in &block.records {
        let Some(street) = record.street else { continue };
        let lines: Vec<Vec<(i32, i32)>> = {
            let anchor = street_anchor(record, block.grid);
            let lines = street.geometry.iter().map(|line| on_vertex_grid(line, anchor));
            let lines = lines.filter(|line| line.len() >= 2).take(MAX_LINES as usize);
            chained(lines.collect())
        };
        // Most streets are one line.
        writer.bit(lines.len() == 1);
        if lines.len() != 1 {
            writer.gamma0(lines.len() as u32);
        }
        let (mut y, mut x) = (0, 0);
        for line in lines {
            writer.unsigned(line.len() as u32 - 2, &mut model.vertices);
            for (index, (lat, lon)) in line.iter().enumerate() {
                let contexts = if index == 0 { &mut model.anchor } else { &mut model.steps };
                writer.signed(lat - y, &mut contexts.0);
                writer.signed(lon - x, &mut contexts.1);
                (y, x) = (*lat, *lon);
            }
        }
    }
    writer.finish()
}

/// Orders and turns lines so that each starts near the end of the one before, the first near
/// the anchor, which is the origin.
fn chained(mut lines: Vec<Vec<(i32, i32)>>) -> Vec<Vec<(i32, i32)>> {
    let mut chain: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut end = (0, 0);
    while !lines.is_empty() {
        let distance = |point: (i32, i32)| (point.0 - end.0).abs() + (point.1 - end.1).abs();
        let ends = lines.iter().enumerate().flat_map(|(number, line)| {
            [(distance(line[0]), number, false), (distance(line[line.len() - 1]), number, true)]
        });
        let Some((_, number, turned)) = ends.min() else { break };
        let mut line = lines.remove(number);
        if turned {
            line.reverse();
        }
        end = line[line.len() - 1];
        chain.push(line);
    }
    chain
}

/// Returns a line in vertex units from an anchor, without repeated vertices.
fn on_vertex_grid(line: &[LonLat], anchor: (i32, i32)) -> Vec<(i32, i32)> {
    let unit = f64::from(VERTEX_UNITS);
    let round = |degrees: f64, from: i32| {
        ((degrees * UNITS_PER_DEGREE - f64::from(from)) / unit).round() as i32
    };
    let mut vertices: Vec<(i32, i32)> =
        line.iter().map(|point| (round(point.lat, anchor.0), round(point.lon, anchor.1))).collect();
    // Two equal vertices are kept where a line would vanish otherwise.
    if vertices.len() > 2 {
        vertices.dedup();
    }
    if vertices.len() == 1 {
        vertices.push(vertices[0]);
    }
    vertices.truncate(MAX_VERTICES as usize);
    vertices
}
