//! The places core: hierarchy, postcodes and names of places, and directories of other chunks.
//!
//! Questions it answers alone: what places there are and what contains them, which places a
//! postcode belongs to, which chunks hold the streets, terms and boundaries of a place.

use super::bits::{Adaptive, BitReader, width};
use super::block::NameLists;
use super::container::u32_at;
use super::names::{Name, NameCode};
use super::records::UNITS_PER_DEGREE;
use super::summary::BlockSummary;
use super::terms::TermRef;
use crate::error::{Error, Result};
use crate::geo::{BBox, LonLat};
use crate::record::RecordType;

/// Kinds of places in the order of their numbers; one more number marks a vacant ordinal.
pub(crate) const PLACE_KINDS: [RecordType; 4] =
    [RecordType::Country, RecordType::Administrative, RecordType::County, RecordType::City];
/// Number of the kind of an ordinal whose place no longer exists.
#[cfg(feature = "build")]
pub(crate) const VACANT_KIND: u32 = 4;
/// Bytes of the header: sizes of four parts.
pub(crate) const PLACES_HEADER_BYTES: usize = 16;
/// Parent of the country.
pub(crate) const NO_PARENT: u32 = u32::MAX;
/// Most postcodes of one place.
const MAX_PLACE_ZIPCODES: u32 = 20_000;
/// Rice parameter of the sizes of names, in bits.
pub(crate) const NAME_SIZE_RICE: u32 = 6;

/// A place of the hierarchy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// `None` for an ordinal whose place no longer exists.
    pub(crate) kind: Option<RecordType>,
    /// Ordinal of the next larger place.
    pub(crate) parent: u32,
    /// Latitude and longitude in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    pub(crate) population: u32,
    pub(crate) importance: u32,
    pub(crate) located: bool,
    /// First block of its streets and points, and their number.
    pub(crate) first_block: u32,
    pub(crate) n_blocks: u32,
    /// Range in [`Places::place_zipcodes`].
    pub(crate) zipcodes: (u32, u32),
    /// Number of its official code, 0 for none.
    pub(crate) code: u32,
    /// Position of its names, in bits.
    pub(crate) names_at: usize,
    /// One more than the number of its names in the overlay, 0 where those of the base count.
    pub(crate) replaced_names: u32,
    /// Whether it can be a result; else it only says where others are.
    pub(crate) listed: bool,
}

impl Place {
    /// Returns the type that it has as a result, if it can be one.
    pub(crate) fn result_kind(&self) -> Option<RecordType> {
        self.kind.filter(|_| self.listed)
    }
}

/// Directory entry of a records chunk and its companions.
#[derive(Debug, Clone)]
pub(crate) struct RecordsEntry {
    pub(crate) first_block: u32,
    pub(crate) bbox: BBox,
}

/// Directory entry of a boundaries chunk.
#[derive(Debug, Clone)]
pub(crate) struct BoundariesEntry {
    pub(crate) first_place: u32,
    pub(crate) bbox: BBox,
}

/// The decoded core, as it is in the shard or after corrections.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) places: Vec<Place>,
    pub(crate) languages: Vec<String>,
    /// All postcodes, ascending by folded text.
    pub(crate) zipcodes: Vec<String>,
    pub(crate) place_zipcodes: Vec<u32>,
    /// Ordinals of places ordered by postcode, and where each postcode's start.
    zipcode_places: Vec<u32>,
    zipcode_starts: Vec<u32>,
    codes: Vec<String>,
    pub(crate) records: Vec<RecordsEntry>,
    pub(crate) boundaries: Vec<BoundariesEntry>,
    /// First term of each terms chunk.
    pub(crate) first_terms: Vec<String>,
    /// First term of each chunk of terms of alternates.
    pub(crate) alternate_first_terms: Vec<String>,
    /// Whether alternates of records have chunks of their own.
    separate_alternates: bool,
    /// First term of each piece of the terms of places.
    pub(crate) place_first_terms: Vec<String>,
    /// What is known of every block before it is looked into.
    pub(crate) blocks: Vec<BlockSummary>,
    pub(crate) has_city_records: bool,
    /// References to the stop words among the terms of streets and points, ascending: kept
    /// here because names are weighed before the pieces of all their terms are there.
    pub(crate) stop_terms: Vec<TermRef>,
    pub(crate) n_blocks: u32,
    /// Number of places that the postings of the shard tell apart.
    pub(crate) n_coded: usize,
    /// For each block of the shard itself the place that it is listed under.
    block_places: Vec<u32>,
    /// Places of the last blocks, which belong to an overlay.
    pub(crate) added_blocks: Vec<u32>,
    name_code: NameCode,
    /// Ranges in the chunk: names and the pieces of place terms.
    names: (usize, usize),
    pub(crate) pieces: Vec<(usize, usize)>,
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { section: "places", what }
}

impl Places {
    /// Decodes the chunk.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let size = |index: usize| u32_at(bytes, index * 4) as usize;
        let n_pieces = size(3);
        if n_pieces > bytes.len() {
            return Err(malformed("impossible sizes"));
        }
        let mut at = PLACES_HEADER_BYTES + n_pieces * 4;
        let mut part = |length: usize| {
            let start = at;
            at = at.checked_add(length).filter(|end| *end <= bytes.len())?;
            Some((start, at))
        };
        let cut = || malformed("parts exceed chunk");
        let table = part(size(0)).ok_or_else(cut)?;
        let names = part(size(1)).ok_or_else(cut)?;
        let texts = part(size(2)).ok_or_else(cut)?;
        let (mut pieces, mut place_first_terms) = (Vec::new(), Vec::new());
        for index in 0..n_pieces {
            let (start, end) = part(size(4 + index)).ok_or_else(cut)?;
            let first = bytes.get(start..end).and_then(super::terms::first_term);
            place_first_terms.push(first.ok_or(malformed("a piece is cut"))?.into());
            pieces.push((start, end));
        }
        let texts = bytes.get(texts.0..texts.1).unwrap_or_default();
        let texts = core::str::from_utf8(texts).ok().ok_or(malformed("texts are no text"))?;
        let (zipcodes, codes) = texts.split_once('\0').ok_or(malformed("texts are cut"))?;
        let lines = |text: &str| -> Vec<String> {
            if text.is_empty() { Vec::new() } else { text.split('\n').map(String::from).collect() }
        };
        let table = bytes.get(table.0..table.1).unwrap_or_default();
        let mut reader = BitReader::new(table, 0);
        let mut places = Self {
            places: Vec::new(),
            languages: Vec::new(),
            zipcodes: lines(zipcodes),
            place_zipcodes: Vec::new(),
            zipcode_places: Vec::new(),
            zipcode_starts: Vec::new(),
            codes: lines(codes),
            records: Vec::new(),
            boundaries: Vec::new(),
            first_terms: Vec::new(),
            alternate_first_terms: Vec::new(),
            separate_alternates: false,
            place_first_terms,
            blocks: Vec::new(),
            has_city_records: false,
            stop_terms: Vec::new(),
            n_blocks: 0,
            n_coded: 0,
            block_places: Vec::new(),
            added_blocks: Vec::new(),
            name_code: NameCode { local: Vec::new(), ref_width: 0, n_languages: 0 },
            names,
            pieces,
        };
        places.read_directories(&mut reader)?;
        let ref_width = super::terms::ref_width(places.pieces.len());
        places.name_code = NameCode::read(&mut reader, ref_width, places.languages.len());
        places.read_places(&mut reader)?;
        if reader.overrun() {
            return Err(malformed("table is cut"));
        }
        if places.blocks.len() != places.n_blocks as usize {
            return Err(malformed("blocks do not match their summaries"));
        }
        places.n_coded = places.places.len();
        for (ordinal, place) in (0u32..).zip(&places.places) {
            // No more than there are summaries, which was checked.
            places.block_places.extend((0..place.n_blocks).map(|_| ordinal));
        }
        places.index_zipcodes();
        Ok(places)
    }

    fn read_directories(&mut self, reader: &mut BitReader<'_>) -> Result<()> {
        let cut = || malformed("directory is cut");
        for _ in 0..reader.gamma0() {
            self.languages.push(read_text(reader).ok_or_else(cut)?);
        }
        let mut first_block = 0u32;
        for _ in 0..reader.gamma0() {
            first_block = first_block.wrapping_add(reader.gamma0());
            self.records.push(RecordsEntry { first_block, bbox: read_bbox(reader) });
            if reader.overrun() {
                return Err(cut());
            }
        }
        let mut first_place = 0u32;
        for _ in 0..reader.gamma0() {
            first_place = first_place.wrapping_add(reader.gamma0());
            self.boundaries.push(BoundariesEntry { first_place, bbox: read_bbox(reader) });
            if reader.overrun() {
                return Err(cut());
            }
        }
        for _ in 0..reader.gamma0() {
            self.first_terms.push(read_text(reader).ok_or_else(cut)?);
        }
        self.separate_alternates = reader.bit();
        if self.separate_alternates {
            for _ in 0..reader.gamma0() {
                self.alternate_first_terms.push(read_text(reader).ok_or_else(cut)?);
            }
        }
        for _ in 0..reader.gamma0() {
            self.stop_terms.push(TermRef(reader.bits(32)));
            if reader.overrun() {
                return Err(cut());
            }
        }
        let mut before = BlockSummary::default();
        for _ in 0..reader.gamma0() {
            before = BlockSummary::read(reader, before);
            self.has_city_records |= before.has(RecordType::City);
            self.blocks.push(before);
            if reader.overrun() {
                return Err(cut());
            }
        }
        Ok(())
    }

    fn read_places(&mut self, reader: &mut BitReader<'_>) -> Result<()> {
        let count = reader.gamma0();
        let (mut lats, mut lons) = (Adaptive::new(5000), Adaptive::new(8000));
        let mut parents = Adaptive::new(8);
        let (mut blocks, mut zips) = (Adaptive::new(1), Adaptive::new(1));
        let (mut zipcode, mut names_at) = (0u32, 0usize);
        let mut before = (0i32, 0i32, NO_PARENT);
        for ordinal in 0..count {
            let number = reader.bits(3);
            let parent = match reader.bits(2) {
                0 => before.2,
                1 => ordinal.wrapping_sub(1),
                2 => ordinal.wrapping_sub(1).wrapping_sub(reader.unsigned(&mut parents)),
                _ => NO_PARENT,
            };
            // Only earlier places can be parents, so that every chain of parents ends.
            if parent != NO_PARENT && parent >= ordinal {
                return Err(malformed("parent behind child"));
            }
            before.0 = before.0.wrapping_add(reader.signed(&mut lats));
            before.1 = before.1.wrapping_add(reader.signed(&mut lons));
            before.2 = parent;
            let population = read_population(reader);
            let importance =
                if reader.bit() { expected_importance(population) } else { reader.bits(8) };
            let located = reader.bit();
            let n_blocks = reader.unsigned(&mut blocks);
            let zip_start = u32::try_from(self.place_zipcodes.len()).unwrap_or(u32::MAX);
            let n_zipcodes = reader.gamma0();
            if n_zipcodes > MAX_PLACE_ZIPCODES {
                return Err(malformed("too many postcodes of a place"));
            }
            for _ in 0..n_zipcodes {
                let step = reader.signed(&mut zips);
                zipcode = zipcode.wrapping_add_signed(step);
                self.place_zipcodes.push(zipcode);
            }
            let code = if reader.bit() { reader.bits(width(self.codes.len())) + 1 } else { 0 };
            let name_bits = reader.rice(NAME_SIZE_RICE);
            let zip_end = u32::try_from(self.place_zipcodes.len()).unwrap_or(u32::MAX);
            self.places.push(Place {
                kind: PLACE_KINDS.get(number as usize).copied(),
                parent,
                lat: before.0,
                lon: before.1,
                population,
                importance,
                located,
                first_block: self.n_blocks,
                n_blocks,
                zipcodes: (zip_start, zip_end),
                code,
                names_at,
                replaced_names: 0,
                listed: true,
            });
            names_at = names_at.saturating_add(name_bits as usize);
            self.n_blocks = self.n_blocks.saturating_add(n_blocks);
            if reader.overrun() {
                return Err(malformed("places are cut"));
            }
        }
        Ok(())
    }

    /// Turns the postcodes of places around.
    pub(crate) fn index_zipcodes(&mut self) {
        // Counting gives where the places of each postcode start; filling them in moves the
        // starts to the ends, which are the starts of the postcodes after.
        let mut starts = vec![0u32; self.zipcodes.len() + 2];
        let counted = |zipcode: &u32| (*zipcode as usize).saturating_add(2);
        for zipcode in self.places.iter().flat_map(|place| self.zipcodes_of(place)) {
            if let Some(count) = starts.get_mut(counted(zipcode)) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut places = vec![0; sum as usize];
        for (ordinal, place) in (0u32..).zip(&self.places) {
            for zipcode in self.zipcodes_of(place) {
                let Some(start) = starts.get_mut(counted(zipcode) - 1) else { continue };
                if let Some(to) = places.get_mut(*start as usize) {
                    *to = ordinal;
                }
                *start += 1;
            }
        }
        starts.pop();
        self.zipcode_starts = starts;
        self.zipcode_places = places;
    }

    /// Returns the ordinals of the places that have a postcode.
    pub(crate) fn places_of_zipcode(&self, number: u32) -> &[u32] {
        let start = self.zipcode_starts.get(number as usize);
        let end = self.zipcode_starts.get(number as usize + 1);
        let range = start.zip(end).map(|(start, end)| *start as usize..*end as usize);
        range.and_then(|range| self.zipcode_places.get(range)).unwrap_or_default()
    }

    /// Returns a place.
    pub(crate) fn get(&self, ordinal: u32) -> Option<&Place> {
        self.places.get(ordinal as usize)
    }

    /// Iterates over a place and all that contain it, smallest first.
    pub(crate) fn chain(&self, ordinal: u32) -> impl Iterator<Item = (u32, &Place)> {
        let mut next = ordinal;
        core::iter::from_fn(move || {
            let place = self.get(next)?;
            let current = next;
            next = place.parent;
            Some((current, place))
        })
    }

    /// Returns the numbers of a place's postcodes.
    pub(crate) fn zipcodes_of(&self, place: &Place) -> &[u32] {
        let (start, end) = place.zipcodes;
        self.place_zipcodes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Returns a postcode's text.
    pub(crate) fn zipcode(&self, number: u32) -> &str {
        self.zipcodes.get(number as usize).map_or("", String::as_str)
    }

    /// Returns a place's official code.
    pub(crate) fn code(&self, place: &Place) -> &str {
        let index = (place.code as usize).checked_sub(1);
        index.and_then(|index| self.codes.get(index)).map_or("", String::as_str)
    }

    /// Reads a place's names from the chunk it was decoded from.
    pub(crate) fn names(&self, bytes: &[u8], place: &Place) -> Vec<Name> {
        let bytes = bytes.get(self.names.0..self.names.1).unwrap_or_default();
        let mut reader = BitReader::new(bytes, place.names_at);
        self.name_code.read_names(&mut reader).unwrap_or_default()
    }

    /// Reads the terms of a place's names from the chunk it was decoded from.
    pub(crate) fn name_terms(&self, bytes: &[u8], place: &Place) -> NameLists {
        let bytes = bytes.get(self.names.0..self.names.1).unwrap_or_default();
        let mut reader = BitReader::new(bytes, place.names_at);
        let mut lists = NameLists::default();
        let read = self.name_code.read_terms(&mut reader, &mut lists);
        read.map(|()| lists).unwrap_or_default()
    }

    /// Iterates over the records chunks that have a chunk of alternates.
    pub(crate) fn alternates_entries(&self) -> impl Iterator<Item = &RecordsEntry> {
        self.records.iter().filter(|_| self.separate_alternates)
    }

    /// Whether there are cities among the records.
    pub(crate) fn has_city_records(&self) -> bool {
        self.has_city_records
    }

    /// Returns the place whose streets and points a block holds.
    pub(crate) fn place_of_block(&self, block: u32) -> Option<u32> {
        if let Some(first) = self.first_added_block()
            && block >= first
        {
            return self.added_blocks.get((block - first) as usize).copied();
        }
        let place = *self.block_places.get(block as usize)?;
        // What a removed place held is in what contained it.
        self.chain(place).find(|(_, place)| place.kind.is_some()).map(|(ordinal, _)| ordinal)
    }

    /// Returns the first block of the overlay, if it has any.
    fn first_added_block(&self) -> Option<u32> {
        let count = u32::try_from(self.added_blocks.len()).ok().filter(|count| *count > 0)?;
        self.n_blocks.checked_sub(count)
    }

    /// Iterates over the blocks of the overlay, each with its place.
    pub(crate) fn added_blocks(&self) -> impl Iterator<Item = (u32, u32)> {
        let first = self.first_added_block().unwrap_or(self.n_blocks);
        (first..).zip(self.added_blocks.iter().copied())
    }

    /// Returns the records chunk that holds a block, and the block's number in it.
    pub(crate) fn chunk_of_block(&self, block: u32) -> Option<(usize, usize)> {
        let chunk = self.records.partition_point(|entry| entry.first_block <= block);
        let chunk = chunk.checked_sub(1)?;
        let first = self.records.get(chunk)?.first_block;
        Some((chunk, (block - first) as usize))
    }
}

/// Importance that a place has by its population alone: 11 for every doubling.
pub(crate) fn expected_importance(population: u32) -> u32 {
    ((32 - population.leading_zeros()) * 11).min(255)
}

/// Decimal logarithm of a population, 0 of none.
pub(crate) fn decimal_digits(population: u32) -> f32 {
    // C libraries differ in the last bit of a logarithm; of 64 bits the first 32 are the same.
    #[expect(clippy::cast_possible_truncation, reason = "the last bits do not count")]
    let digits = (f64::from(population) + 1.0).log10() as f32;
    digits
}

/// Turns coordinate units into a point.
pub(crate) fn point(lat: i32, lon: i32) -> LonLat {
    LonLat { lon: f64::from(lon) / UNITS_PER_DEGREE, lat: f64::from(lat) / UNITS_PER_DEGREE }
}

/// Reads a number of inhabitants: its length in binary digits and those behind the first.
pub(crate) fn read_population(reader: &mut BitReader<'_>) -> u32 {
    match reader.bits(5) {
        0 => 0,
        digits => 1u32 << (digits - 1) | reader.bits(digits - 1),
    }
}

fn read_text(reader: &mut BitReader<'_>) -> Option<String> {
    let length = reader.gamma0();
    if length > 255 {
        return None;
    }
    let bytes = (0..length).map(|_| u8::try_from(reader.bits(8)).unwrap_or_default()).collect();
    String::from_utf8(bytes).ok()
}

#[expect(clippy::cast_possible_wrap, reason = "coordinates are stored as 32 bits of either sign")]
fn read_bbox(reader: &mut BitReader<'_>) -> BBox {
    let mut unit = || f64::from(reader.bits(32) as i32) / UNITS_PER_DEGREE;
    BBox { min_lon: unit(), min_lat: unit(), max_lon: unit(), max_lat: unit() }
}
