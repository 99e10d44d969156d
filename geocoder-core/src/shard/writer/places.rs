//! Encodes the places core: table, names, terms of places, postcodes and directories.

use std::collections::HashMap;

use super::analysis::{NameDraft, analyze_place};
use super::blocks::Blocks;
use super::boundaries::BoundariesChunk;
use super::dictionary::{Terms, of_places};
use super::order::Order;
use super::records::RecordChunks;
use super::{Gazetteer, Sections, units};
use crate::gazetteer::PlaceRecord;
use crate::geo::BBox;
use crate::record::RecordType;
use crate::shard::bits::{Adaptive, BitWriter, width};
use crate::shard::names::{Name, NameCode};
use crate::shard::places::{NAME_SIZE_RICE, PLACE_KINDS, VACANT_KIND, expected_importance};
use crate::shard::{NO_PARENT, UNITS_PER_DEGREE};

/// What the core is made of.
pub(super) struct Input<'a> {
    pub(super) gazetteer: &'a Gazetteer,
    pub(super) order: &'a Order,
    pub(super) languages: &'a [String],
    pub(super) zipcodes: &'a [String],
    pub(super) blocks: &'a Blocks<'a>,
    pub(super) record_terms: &'a Terms,
    /// Terms of alternates, when they are apart.
    pub(super) alternate_terms: Option<&'a Terms>,
    pub(super) records: &'a [RecordChunks],
    pub(super) boundaries: &'a [BoundariesChunk],
}

pub(super) fn encode(input: &Input<'_>) -> Vec<u8> {
    let terms = of_places(input.gazetteer, input.order, input.languages);
    let pieces =
        terms.encode(input.order.places.len(), &input.blocks.per_place, &mut Sections::default());
    let names = place_names(input, &terms);
    let code = terms.code(names.iter().flatten(), input.languages);

    let mut table = BitWriter::default();
    write_directories(input, &mut table);
    code.write(&mut table);
    let codes = codes(input.gazetteer);
    let name_bytes = write_places(input, &names, &code, &codes, &mut table);

    let table = table.finish();
    let texts = format!("{}\0{}", input.zipcodes.join("\n"), codes.join("\n"));
    let mut bytes = Vec::new();
    for size in [table.len(), name_bytes.len(), texts.len(), pieces.len()] {
        bytes.extend_from_slice(&(size as u32).to_le_bytes());
    }
    for piece in &pieces {
        bytes.extend_from_slice(&(piece.len() as u32).to_le_bytes());
    }
    bytes.extend_from_slice(&table);
    bytes.extend_from_slice(&name_bytes);
    bytes.extend_from_slice(texts.as_bytes());
    for piece in pieces {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

fn place_names(input: &Input<'_>, terms: &Terms) -> Vec<Vec<Name>> {
    let places = input.order.places.iter().map(|place| {
        let drafts: Vec<NameDraft> = place.map_or_else(Vec::new, |place| {
            analyze_place(&input.gazetteer.places[place], input.languages)
        });
        drafts.iter().map(|draft| terms.name(draft)).collect()
    });
    places.collect()
}

fn write_directories(input: &Input<'_>, table: &mut BitWriter) {
    let text = |table: &mut BitWriter, text: &str| {
        table.gamma0(text.len() as u32);
        for byte in text.bytes() {
            table.bits(u32::from(byte), 8);
        }
    };
    table.gamma0(input.languages.len() as u32);
    for language in input.languages {
        text(table, language);
    }
    table.gamma0(input.records.len() as u32);
    let mut before = 0;
    for chunk in input.records {
        table.gamma0(chunk.first_block - before);
        before = chunk.first_block;
        write_bbox(&chunk.bbox, table);
    }
    table.gamma0(input.boundaries.len() as u32);
    let mut before = 0;
    for chunk in input.boundaries {
        table.gamma0(chunk.first_place - before);
        before = chunk.first_place;
        write_bbox(&chunk.bbox, table);
    }
    table.gamma0(input.record_terms.n_pieces() as u32);
    for term in input.record_terms.first_terms() {
        text(table, term);
    }
    let mut stop_terms = input.record_terms.refs_of(&input.gazetteer.lexicon.stop_words);
    table.bit(input.alternate_terms.is_some());
    if let Some(terms) = input.alternate_terms {
        table.gamma0(terms.n_pieces() as u32);
        for term in terms.first_terms() {
            text(table, term);
        }
        let behind = input.record_terms.n_pieces();
        let alternate = terms.refs_of(&input.gazetteer.lexicon.stop_words);
        stop_terms.extend(alternate.into_iter().map(|term| term.behind_pieces(behind)));
    }
    table.gamma0(stop_terms.len() as u32);
    for term in stop_terms {
        table.bits(term.0, 32);
    }
    let cities = input.gazetteer.points.iter().any(|point| point.kind == RecordType::City);
    table.bit(cities);
    if cities {
        table.gamma0(input.blocks.blocks.len() as u32);
        for block in &input.blocks.blocks {
            table.bits(u32::from(block.city_digits()), 5);
        }
    }
}

fn write_bbox(bbox: &BBox, table: &mut BitWriter) {
    let floor = |degrees: f64| (degrees * UNITS_PER_DEGREE + 1e-6).floor() as i32;
    let ceil = |degrees: f64| (degrees * UNITS_PER_DEGREE - 1e-6).ceil() as i32;
    for unit in [floor(bbox.min_lon), floor(bbox.min_lat), ceil(bbox.max_lon), ceil(bbox.max_lat)] {
        table.bits(unit as u32, 32);
    }
}

/// Returns the distinct official codes, ascending.
fn codes(gazetteer: &Gazetteer) -> Vec<String> {
    let codes = gazetteer.places.iter().map(|place| &place.code).filter(|code| !code.is_empty());
    let codes: std::collections::BTreeSet<&String> = codes.collect();
    codes.into_iter().cloned().collect()
}

fn write_places(
    input: &Input<'_>,
    names: &[Vec<Name>],
    code: &NameCode,
    codes: &[String],
    table: &mut BitWriter,
) -> Vec<u8> {
    let numbers: HashMap<&str, u32> =
        input.zipcodes.iter().zip(0..).map(|(code, number)| (code.as_str(), number)).collect();
    let mut state = State {
        lats: Adaptive::new(5000),
        lons: Adaptive::new(8000),
        parents: Adaptive::new(8),
        blocks: Adaptive::new(1),
        zips: Adaptive::new(1),
        before: (0, 0, NO_PARENT),
        zipcode: 0,
    };
    let mut name_writer = BitWriter::default();
    table.gamma0(input.order.places.len() as u32);
    for (ordinal, names) in (0u32..).zip(names) {
        let start = name_writer.position();
        let place = input.order.place(ordinal).map(|place| &input.gazetteer.places[place]);
        let parent = place.and_then(|place| place.parent);
        let parent = parent.map_or(NO_PARENT, |parent| input.order.ordinals[parent]);
        state.write_place(ordinal, parent, place, table);
        let n_blocks = input.blocks.per_place[ordinal as usize];
        table.unsigned(n_blocks, &mut state.blocks);
        let zipcodes = place.map_or(&[][..], |place| &place.zipcodes);
        table.gamma0(zipcodes.len() as u32);
        for zipcode in zipcodes {
            let number = numbers[zipcode.as_str()];
            table.signed(number as i32 - state.zipcode as i32, &mut state.zips);
            state.zipcode = number;
        }
        let official = place.and_then(|place| codes.binary_search(&place.code).ok());
        table.bit(official.is_some());
        if let Some(number) = official {
            table.bits(number as u32, width(codes.len()));
        }
        if !names.is_empty() {
            code.write_names(names, &mut name_writer);
        }
        table.rice((name_writer.position() - start) as u32, NAME_SIZE_RICE);
    }
    name_writer.finish()
}

/// Writes a number of inhabitants: its length in binary digits and those behind the first.
pub(super) fn write_population(population: u32, writer: &mut BitWriter) {
    let digits = u32::BITS - population.leading_zeros();
    writer.bits(digits, 5);
    if digits > 0 {
        writer.bits(population & !(1 << (digits - 1)), digits - 1);
    }
}

struct State {
    lats: Adaptive,
    lons: Adaptive,
    parents: Adaptive,
    blocks: Adaptive,
    zips: Adaptive,
    /// Latitude, longitude and parent of the place before.
    before: (i32, i32, u32),
    zipcode: u32,
}

impl State {
    fn write_place(
        &mut self,
        ordinal: u32,
        parent: u32,
        place: Option<&PlaceRecord>,
        table: &mut BitWriter,
    ) {
        let kind = place.and_then(|place| PLACE_KINDS.iter().position(|kind| *kind == place.kind));
        table.bits(kind.map_or(VACANT_KIND, |kind| kind as u32), 3);
        let before = ordinal.wrapping_sub(1);
        if parent == self.before.2 {
            table.bits(0, 2);
        } else if parent == before {
            table.bits(1, 2);
        } else if parent == NO_PARENT {
            table.bits(3, 2);
        } else {
            table.bits(2, 2);
            table.unsigned(before - parent, &mut self.parents);
        }
        let (lat, lon) = place.map_or((self.before.0, self.before.1), |place| {
            (units(place.coordinates.lat), units(place.coordinates.lon))
        });
        table.signed(lat - self.before.0, &mut self.lats);
        table.signed(lon - self.before.1, &mut self.lons);
        self.before = (lat, lon, parent);
        let population = place.map_or(0, |place| place.population);
        write_population(population, table);
        let importance = place.map_or(0, |place| u32::from(place.importance));
        let expected = importance == expected_importance(population);
        table.bit(expected);
        if !expected {
            table.bits(importance, 8);
        }
        table.bit(place.is_some_and(|place| place.located));
    }
}
