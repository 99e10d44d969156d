//! Cuts the streets, points and cities of every place into blocks, in spatial order.

use std::collections::HashMap;

use super::analysis::{NameDraft, analyze};
use super::order::Order;
use super::{Gazetteer, is_border, units};
use crate::gazetteer::{PointRecord, StreetRecord};
use crate::geo::{LonLat, hilbert_index};
use crate::record::RecordType;
use crate::shard::names::Role;
use crate::shard::records::{Grid, MAX_BLOCK_RECORDS};
use crate::shard::summary::{BlockSummary, binary_digits};

/// Fewest records of a block, but for the last of a city.
const MIN_BLOCK_RECORDS: usize = 16;
/// One name in so many may start a block.
const BLOCK_BORDER_MEAN: u64 = 48;

/// All blocks in the order of their numbers.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    /// Number of blocks of each place, by ordinal.
    pub(super) per_place: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Ordinal of the place.
    pub(super) place: u32,
    /// Number among the blocks of its place.
    pub(super) number: u32,
    pub(super) grid: Grid,
    pub(super) records: Vec<RecordDraft<'a>>,
}

/// A street, point or city about to be written.
#[derive(Debug)]
pub(super) struct RecordDraft<'a> {
    pub(super) kind: RecordType,
    pub(super) street: Option<&'a StreetRecord>,
    pub(super) coordinates: LonLat,
    pub(super) importance: u8,
    pub(super) population: u32,
    /// Numbers of the postcodes; `None` when they are the city's, or none of a city.
    pub(super) zipcodes: Option<Vec<u32>>,
    /// Number of postcodes that its houses may have: its own, or its city's.
    pub(super) n_zipcodes: usize,
    pub(super) names: Vec<NameDraft>,
    /// Names that are written apart.
    pub(super) alternates: Vec<NameDraft>,
    /// Cell on the curve and the rest inside it, latitude and longitude.
    pub(super) cell: u32,
    pub(super) rest: (i32, i32),
}

/// A record as it stands in the gazetteer.
enum Source<'a> {
    Street(&'a StreetRecord),
    Point(&'a PointRecord),
}

impl Source<'_> {
    fn coordinates(&self) -> LonLat {
        match self {
            Self::Street(street) => street.coordinates,
            Self::Point(point) => point.coordinates,
        }
    }
}

pub(super) fn cut<'a>(
    gazetteer: &'a Gazetteer,
    order: &Order,
    zipcodes: &[String],
    languages: &[String],
) -> Blocks<'a> {
    let mut by_place: Vec<Vec<Source<'a>>> = Vec::new();
    by_place.resize_with(order.places.len(), Vec::new);
    for street in &gazetteer.streets {
        by_place[order.ordinals[street.city] as usize].push(Source::Street(street));
    }
    for point in &gazetteer.points {
        by_place[order.ordinals[point.city] as usize].push(Source::Point(point));
    }
    let numbers: HashMap<&str, u32> =
        zipcodes.iter().zip(0..).map(|(code, number)| (code.as_str(), number)).collect();
    let mut blocks = Blocks { blocks: Vec::new(), per_place: vec![0; order.places.len()] };
    for (place, sources) in by_place.into_iter().enumerate() {
        let Some(city) = order.places[place] else { continue };
        let centre = gazetteer.places[city].coordinates;
        let city_zipcodes = &gazetteer.places[city].zipcodes;
        let offset = |point: LonLat| {
            (units(point.lat) - units(centre.lat), units(point.lon) - units(centre.lon))
        };
        let offsets = sources.iter().map(|source| offset(source.coordinates()));
        let Some(largest) = offsets.map(|(lat, lon)| lat.abs().max(lon.abs())).max() else {
            continue;
        };
        let grid = Grid::around(largest);
        let mut drafts: Vec<RecordDraft<'a>> = Vec::new();
        for source in sources {
            let (lat, lon) = offset(source.coordinates());
            let ((y, rest_lat), (x, rest_lon)) = (grid.locate(lat), grid.locate(lon));
            let (kind, names, codes, importance, population, street) = match source {
                Source::Street(street) => (
                    RecordType::Street,
                    &street.names,
                    &street.zipcodes,
                    street.importance,
                    0,
                    Some(street),
                ),
                Source::Point(point) => (
                    point.kind,
                    &point.names,
                    &point.zipcodes,
                    point.importance,
                    point.population,
                    None,
                ),
            };
            let inherited = kind != RecordType::City && codes == city_zipcodes;
            let own_codes = codes.iter().map(|code| numbers[code.as_str()]).collect();
            let mut names = analyze(names, languages);
            let apart =
                |name: &NameDraft| gazetteer.separate_alternates && name.role == Role::Alternate;
            let alternates = names.extract_if(.., |name| apart(name)).collect();
            drafts.push(RecordDraft {
                kind,
                street,
                coordinates: source.coordinates(),
                importance,
                population,
                zipcodes: (!codes.is_empty() && !inherited).then_some(own_codes),
                n_zipcodes: if codes.is_empty() { city_zipcodes.len() } else { codes.len() },
                names,
                alternates,
                cell: hilbert_index(grid.bits, x, y) as u32,
                rest: (rest_lat, rest_lon),
            });
        }
        let key = |draft: &RecordDraft<'_>| (draft.cell, draft.kind, draft.names[0].text.clone());
        drafts.sort_by_cached_key(|draft| (key(draft), draft.rest));
        blocks.per_place[place] = push_blocks(place as u32, grid, drafts, &mut blocks.blocks);
    }
    blocks
}

impl Block<'_> {
    /// What is known of the block before it is looked into.
    pub(super) fn summary(&self) -> BlockSummary {
        let mut summary = BlockSummary::default();
        for record in &self.records {
            // Importance is stored coarser: of streets in eight steps, of points in sixteen.
            let (digits, importance) = match record.kind {
                RecordType::City => (binary_digits(record.population), 0),
                RecordType::Street => (0, (record.importance >> 5) * 2),
                _ => (0, record.importance >> 4),
            };
            summary.add(record.kind, digits, importance);
            if record.zipcodes.is_some() {
                summary.add_own_zipcodes();
            }
        }
        summary
    }
}

fn push_blocks<'a>(
    place: u32,
    grid: Grid,
    drafts: Vec<RecordDraft<'a>>,
    blocks: &mut Vec<Block<'a>>,
) -> u32 {
    let mut number = 0;
    let mut records: Vec<RecordDraft<'a>> = Vec::new();
    for draft in drafts {
        let full = records.len() >= MAX_BLOCK_RECORDS;
        let border = is_border(draft.names[0].text.as_bytes(), BLOCK_BORDER_MEAN);
        if full || (border && records.len() >= MIN_BLOCK_RECORDS) {
            blocks.push(Block { place, number, grid, records: core::mem::take(&mut records) });
            number += 1;
        }
        records.push(draft);
    }
    blocks.push(Block { place, number, grid, records });
    number + 1
}
