//! Blocks of an overlay: what corrections made of streets and points, as searches see it.

use std::sync::Arc;

use super::RecordRef;
use super::draft::{DraftName, PlaceNames, RecordDraft};
use super::key_index::KeyIndex;
use super::terms::{AddedTerms, NumberedName, TermCollector};
use crate::error::Result;
use crate::geo::{BBox, LonLat, hilbert_index};
use crate::record::RecordType;
use crate::shard::{
    Block, BlockSummary, HouseLists, HousesTable, LineLists, Name, NameLists, Places, Record,
    RecordsEntry, Role, StoredHouse, Suffix, UNITS_PER_DEGREE, binary_digits, decimal_digits,
    length, point,
};
use crate::sort::sort_by;

/// Most records of a block.
const MAX_RECORDS: usize = 32;
/// Blocks that share an entry of the directory.
pub(crate) const GROUP_BLOCKS: usize = 64;
/// Bits of the grid on which records are ordered, a side.
const CURVE_BITS: u32 = 16;

/// A block of the overlay, decoded for good.
#[derive(Debug)]
pub(crate) struct AddedBlock {
    pub(crate) place: u32,
    pub(crate) records: Arc<Block>,
    /// Names of the records as they are shown, by number.
    names: Vec<Vec<(Role, String)>>,
    pub(crate) houses: Arc<HouseLists>,
    pub(crate) lines: Arc<LineLists>,
    /// Box around everything in the block.
    pub(crate) bbox: BBox,
    /// What each record stands for.
    pub(super) sources: Vec<RecordRef>,
    /// Houses that stand for others than their number says, by record, number and suffix.
    pub(super) house_sources: Vec<(u32, u32, String, RecordRef)>,
}

impl AddedBlock {
    /// Returns the names of a record of the block, as text.
    pub(crate) fn names(&self, record: &Record) -> Vec<Name> {
        let names = self.names.get(record.names_at as usize);
        names.into_iter().flatten().map(|(role, text)| Name::of_text(*role, text.clone())).collect()
    }
}

/// All blocks, with what else follows from them.
pub(super) struct Cut {
    pub(super) blocks: Vec<AddedBlock>,
    /// Numbers of the blocks along a curve: those of an entry of the directory are neighbours.
    pub(super) by_curve: Vec<u32>,
    pub(super) terms: AddedTerms,
    pub(super) suffixes: HousesTable,
}

/// Place of a record, its position on the curve, and its number.
type Ordered = (u32, u64, usize);

/// Orders records by place and within it along a curve, and cuts them into groups; returns these,
/// and where on the curve the middle of each is.
fn groups(drafts: Vec<RecordDraft>) -> (Vec<Vec<RecordDraft>>, Vec<u64>) {
    let mut order: Vec<Ordered> = Vec::with_capacity(drafts.len());
    for (number, draft) in drafts.iter().enumerate() {
        order.push((draft.place, curve(draft), number));
    }
    sort_by(&mut order, |(place, at, number), (other, beside, further)| {
        (place, at).cmp(&(other, beside)).then_with(|| {
            let source = |number: &usize| drafts.get(*number).map(|draft| &draft.source);
            source(number).cmp(&source(further))
        })
    });
    let mut drafts: Vec<Option<RecordDraft>> = drafts.into_iter().map(Some).collect();
    let mut take = |(_, _, number): &Ordered| drafts.get_mut(*number)?.take();
    let (mut groups, mut middles) = (Vec::new(), Vec::new());
    for of_place in order.chunk_by(|(a, ..), (b, ..)| a == b) {
        for range in of_place.chunks(MAX_RECORDS) {
            middles.push(range.get(range.len() / 2).map_or(0, |(_, at, _)| *at));
            groups.push(range.iter().filter_map(&mut take).collect());
        }
    }
    (groups, middles)
}

/// Cuts records into blocks, each of one place, and adds them to the directories of the places.
pub(super) fn cut(drafts: Vec<RecordDraft>, places: &mut Places, behind: usize) -> Result<Cut> {
    let (groups, middles) = groups(drafts);
    let mut by_curve: Vec<u32> = (0..length(groups.len())).collect();
    sort_by(&mut by_curve, |a, b| {
        let middle = |number: &u32| middles.get(*number as usize);
        (middle(a), a).cmp(&(middle(b), b))
    });
    let mut collector = TermCollector::default();
    let first = places.n_blocks;
    let mut numbered = Vec::new();
    for (number, group) in (first..).zip(&groups) {
        let summary = summary_of(group);
        for draft in group {
            let cities = summary.has(RecordType::City);
            let digits = if cities { binary_digits(draft.population) } else { u8::MAX };
            let names = draft.names.iter();
            numbered.push(names.map(|name| collector.add(name, number, digits)).collect());
        }
        places.blocks.push(summary);
        places.has_city_records |= summary.has(RecordType::City);
    }
    let terms = collector.finish(behind)?;
    let mut suffixes = SuffixCollector::default();
    let mut blocks = Vec::new();
    let mut names = numbered.into_iter();
    for group in groups {
        blocks.push(added_block(group, places, &terms, &mut names, &mut suffixes));
    }
    for (number, group) in (0u32..).zip(by_curve.chunks(GROUP_BLOCKS)) {
        let mut bbox = BBox::EMPTY;
        for block in group.iter().filter_map(|block: &u32| blocks.get(*block as usize)) {
            bbox.add(LonLat { lon: block.bbox.min_lon, lat: block.bbox.min_lat });
            bbox.add(LonLat { lon: block.bbox.max_lon, lat: block.bbox.max_lat });
        }
        let first_block = first.saturating_add(number * length(GROUP_BLOCKS));
        places.records.push(RecordsEntry { first_block, bbox });
    }
    places.added_blocks.extend(blocks.iter().map(|block| block.place));
    places.n_blocks = first.saturating_add(length(blocks.len()));
    Ok(Cut { blocks, by_curve, terms, suffixes: HousesTable::of_suffixes(suffixes.list) })
}

/// Returns a record's place on a Hilbert curve over the world.
fn curve(draft: &RecordDraft) -> u64 {
    let at = point(draft.lat, draft.lon);
    let side = f64::from((1u32 << CURVE_BITS) - 1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a side"
    )]
    let cell = |degrees: f64, span: f64| ((degrees + span) / (2.0 * span) * side).max(0.0) as u32;
    hilbert_index(CURVE_BITS, cell(at.lon, 180.0), cell(at.lat, 90.0))
}

fn summary_of(group: &[RecordDraft]) -> BlockSummary {
    let mut summary = BlockSummary::default();
    for draft in group {
        let city = draft.kind == RecordType::City;
        let digits = if city { binary_digits(draft.population) } else { 0 };
        let importance = if city { 0 } else { u8::try_from(draft.importance).unwrap_or(15) };
        summary.add(draft.kind, digits, importance);
        if draft.zipcodes.is_some() {
            summary.add_own_zipcodes();
        }
    }
    summary
}

/// Suffixes of all houses, each once.
#[derive(Default)]
struct SuffixCollector {
    list: Vec<String>,
    numbers: KeyIndex,
}

impl SuffixCollector {
    fn suffix(&mut self, text: &str) -> Suffix {
        if text.is_empty() {
            return Suffix::None;
        }
        let number = self.numbers.number(text.as_bytes());
        if number == self.list.len() {
            self.list.push(text.into());
        }
        Suffix::Other(length(number))
    }
}

fn added_block(
    group: Vec<RecordDraft>,
    places: &Places,
    terms: &AddedTerms,
    numbered: &mut impl Iterator<Item = Vec<NumberedName>>,
    suffixes: &mut SuffixCollector,
) -> AddedBlock {
    let place = group.first().map_or(0, |draft| draft.place);
    let city_zipcodes = places.get(place).map_or(&[][..], |city| places.zipcodes_of(city));
    let mut block = Block::default();
    let (mut houses, mut lines) = (HouseLists::default(), LineLists::default());
    let (mut names, mut sources) = (Vec::new(), Vec::new());
    let mut house_sources = Vec::new();
    let mut bbox = BBox::EMPTY;
    for (number, draft) in (0u32..).zip(group) {
        let listed = draft.zipcodes.as_deref().unwrap_or(city_zipcodes);
        bbox.add(point(draft.lat, draft.lon));
        for house in &draft.houses {
            let zipcode =
                house.zipcode.and_then(|zipcode| listed.iter().position(|z| *z == zipcode));
            houses.houses.push(StoredHouse {
                number: house.number,
                suffix: suffixes.suffix(&house.suffix),
                lat: house.lat,
                lon: house.lon,
                zipcode: zipcode.map_or(0, |index| length(index) + 1),
            });
            bbox.add(point(house.lat, house.lon));
            if let Some(source) = &house.source {
                let (suffix, source) = (house.suffix.clone(), source.clone());
                house_sources.push((number, house.number, suffix, source));
            }
        }
        houses.ends.push(houses.houses.len());
        for line in &draft.lines {
            line.iter().for_each(|(lat, lon)| bbox.add(point(*lat, *lon)));
            lines.push_line(line);
        }
        lines.end_street();
        let zipcodes = draft.zipcodes.as_ref().map(|own| {
            let start = length(block.zipcodes.len());
            block.zipcodes.extend_from_slice(own);
            (start, length(block.zipcodes.len()))
        });
        let population = draft.population;
        block.records.push(Record {
            kind: draft.kind,
            lat: draft.lat,
            lon: draft.lon,
            importance: draft.importance,
            population,
            digits: if population > 0 { decimal_digits(population) } else { 0.0 },
            zipcodes,
            names_at: number,
        });
        terms.add_names(&numbered.next().unwrap_or_default(), &mut block.names);
        names.push(shown(&draft.names));
        sources.push(draft.source);
    }
    // Sums of degrees are rounded: a unit more on every side holds everything for certain.
    let margin = 1.0 / UNITS_PER_DEGREE;
    bbox.min_lon -= margin;
    bbox.min_lat -= margin;
    bbox.max_lon += margin;
    bbox.max_lat += margin;
    let (houses, lines) = (Arc::new(houses), Arc::new(lines));
    let records = Arc::new(block);
    AddedBlock { place, records, names, houses, lines, bbox, sources, house_sources }
}

/// Returns names as they are shown, without those that never are.
fn shown(names: &[DraftName]) -> Vec<(Role, String)> {
    let shown = names.iter().filter(|name| name.role != Role::Alternate);
    shown.map(|name| (name.role, name.text.clone())).collect()
}

/// Gives places their names; returns these with their terms.
pub(super) fn names_of_places(
    names: Vec<(u32, Vec<DraftName>)>,
    places: &mut Places,
    behind: usize,
) -> Result<(Vec<PlaceNames>, AddedTerms)> {
    let mut collector = TermCollector::default();
    let mut numbered: Vec<Vec<NumberedName>> = Vec::new();
    for (ordinal, names) in &names {
        let names = names.iter();
        numbered.push(names.map(|name| collector.add(name, *ordinal, u8::MAX)).collect());
    }
    let terms = collector.finish(behind)?;
    let mut all = Vec::new();
    for ((ordinal, names), numbered) in names.into_iter().zip(numbered) {
        let mut lists = NameLists::default();
        terms.add_names(&numbered, &mut lists);
        all.push(PlaceNames { shown: shown(&names), terms: lists });
        if let Some(place) = places.places.get_mut(ordinal as usize) {
            place.replaced_names = length(all.len());
        }
    }
    Ok((all, terms))
}
