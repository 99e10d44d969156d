//! House numbers of the streets of one records chunk, in the same order.
//!
//! Numbers and suffixes are coded by their differences, positions by the difference from where
//! the last two houses on the same side of the street (same parity) let the next one be expected.

use super::bits::{Adaptive, BitReader, width};
use super::container::block_starts;
use crate::error::{Error, Result};

/// Largest number of houses of one street.
pub(crate) const MAX_HOUSES: u32 = 100_000;
/// Longest suffix in bytes.
pub(crate) const MAX_SUFFIX_BYTES: usize = 24;

/// A house as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoredHouse {
    pub(crate) number: u32,
    pub(crate) suffix: Suffix,
    /// Latitude and longitude in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    /// One more than the index in the street's list of postcodes, 0 when it is not known.
    pub(crate) zipcode: u32,
}

/// Suffix of a house number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suffix {
    None,
    /// A single letter in the chunk's usual case.
    Letter(u8),
    /// Number in the chunk's table.
    Other(u32),
}

/// What the header of a chunk says.
#[derive(Debug)]
pub(crate) struct HousesTable {
    starts: Vec<usize>,
    suffixes: Vec<String>,
    upper_case: bool,
}

/// Reads the houses of one chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HousesChunk<'a> {
    bytes: &'a [u8],
    table: &'a HousesTable,
}

/// Houses of the records of a block, in lists; those of points are empty.
#[derive(Debug, Default)]
pub(crate) struct HouseLists {
    pub(crate) houses: Vec<StoredHouse>,
    /// For each record the end of its houses.
    pub(crate) ends: Vec<usize>,
    /// Whether all records of the block were read, not only the first ones.
    pub(crate) is_whole: bool,
}

impl HouseLists {
    /// Whether the houses of a record were read.
    pub(crate) fn reach(&self, record: usize) -> bool {
        self.is_whole || record < self.ends.len()
    }

    /// Returns the houses of a record, ascending by number.
    pub(crate) fn of(&self, record: usize) -> &[StoredHouse] {
        let start = record.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(record).copied().unwrap_or(0);
        self.houses.get(start.unwrap_or(0)..end).unwrap_or_default()
    }
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { section: "houses", what }
}

impl HousesTable {
    /// Reads a chunk's tables.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = BitReader::new(bytes, 32);
        let n_blocks = reader.gamma0();
        let upper_case = reader.bit();
        let n_suffixes = reader.gamma0();
        let mut suffixes = Vec::new();
        for _ in 0..n_suffixes {
            let length = reader.gamma();
            if length as usize > MAX_SUFFIX_BYTES {
                return Err(malformed("suffix too long"));
            }
            let text = (0..length).map(|_| u8::try_from(reader.bits(8)).unwrap_or_default());
            let text = String::from_utf8(text.collect());
            suffixes.push(text.ok().ok_or(malformed("suffix is no text"))?);
            if reader.overrun() {
                return Err(malformed("suffix table is cut"));
            }
        }
        let starts = block_starts(bytes, &mut reader, n_blocks, 9);
        let starts = starts.ok_or(malformed("block table exceeds chunk"))?;
        Ok(Self { starts, suffixes, upper_case })
    }

    /// Makes the table of an overlay, which is read from no chunk.
    pub(crate) fn of_suffixes(suffixes: Vec<String>) -> Self {
        Self { starts: Vec::new(), suffixes, upper_case: false }
    }

    /// Returns a suffix as text.
    pub(crate) fn suffix_text(&self, suffix: Suffix) -> String {
        match suffix {
            Suffix::None => String::new(),
            Suffix::Letter(letter) => {
                let first = if self.upper_case { b'A' } else { b'a' };
                char::from(first.saturating_add(letter.min(25))).to_string()
            }
            Suffix::Other(index) => self.suffixes.get(index as usize).cloned().unwrap_or_default(),
        }
    }
}

impl<'a> HousesChunk<'a> {
    /// Joins a chunk's bytes with the tables that were read from them.
    pub(crate) fn new(bytes: &'a [u8], table: &'a HousesTable) -> Self {
        Self { bytes, table }
    }

    /// Returns the tables.
    pub(crate) fn table(&self) -> &'a HousesTable {
        self.table
    }

    /// Starts reading the streets of a block.
    pub(crate) fn block(&self, block: usize) -> Result<HouseBlock<'a>> {
        let starts = &self.table.starts;
        let range = starts.get(block).zip(starts.get(block + 1));
        let bytes = range.and_then(|(start, end)| self.bytes.get(*start..*end));
        let bytes = bytes.ok_or(malformed("no such block"))?;
        Ok(HouseBlock {
            reader: BitReader::new(bytes, 0),
            model: HouseModel::default(),
            n_suffixes: u32::try_from(self.table.suffixes.len()).unwrap_or(u32::MAX),
        })
    }
}

/// Reads street after street of one block.
#[derive(Debug, Clone)]
pub(crate) struct HouseBlock<'a> {
    reader: BitReader<'a>,
    model: HouseModel,
    n_suffixes: u32,
}

impl HouseBlock<'_> {
    /// Reads the houses of the next street, which stands at the given position, and adds them.
    pub(crate) fn street(
        &mut self,
        lat: i32,
        lon: i32,
        n_zipcodes: usize,
        houses: &mut Vec<StoredHouse>,
    ) -> Result<()> {
        let reader = &mut self.reader;
        let count = reader.gamma0();
        if count > MAX_HOUSES {
            return Err(malformed("too many houses in a street"));
        }
        let zip_width = zipcode_width(n_zipcodes);
        let mut sides = Sides::new(lat, lon);
        let (mut number, mut suffix, mut zipcode) = (0u32, Suffix::None, 0);
        for index in 0..count {
            let context = if index == 0 { &mut self.model.first } else { &mut self.model.steps };
            let step = reader.unsigned(context);
            number = number.wrapping_add(step);
            suffix = if !reader.bit() {
                Suffix::None
            } else if !reader.bit() {
                next_letter(step == 0 && index > 0, suffix)
            } else {
                // Numbers behind the table are letters out of their sequence.
                let number = reader.gamma0();
                match number.checked_sub(self.n_suffixes) {
                    Some(letter) => Suffix::Letter(u8::try_from(letter).unwrap_or_default()),
                    None => Suffix::Other(number),
                }
            };
            let (near_lat, near_lon) = sides.expect(number);
            let contexts = if index == 0 { &mut self.model.anchor } else { &mut self.model.moves };
            let house_lat = near_lat.wrapping_add(reader.signed(&mut contexts.0));
            let house_lon = near_lon.wrapping_add(reader.signed(&mut contexts.1));
            sides.push(number, house_lat, house_lon);
            if zip_width > 0 && (index == 0 || !reader.bit()) {
                zipcode = reader.bits(zip_width);
            }
            houses.push(StoredHouse { number, suffix, lat: house_lat, lon: house_lon, zipcode });
            if reader.overrun() {
                return Err(malformed("block is cut"));
            }
        }
        Ok(())
    }
}

/// Bits that tell the postcodes of a house apart, one value more standing for an unknown one.
pub(crate) fn zipcode_width(n_zipcodes: usize) -> u32 {
    if n_zipcodes > 1 { width(n_zipcodes + 1) } else { 0 }
}

/// The letter that follows the one of the house before, `a` after another number.
pub(crate) fn next_letter(same_number: bool, before: Suffix) -> Suffix {
    match before {
        Suffix::Letter(letter) if same_number => Suffix::Letter(letter.wrapping_add(1)),
        _ => Suffix::Letter(0),
    }
}

/// Running means of what is coded, shared by the streets of a block.
#[derive(Debug, Clone)]
pub(crate) struct HouseModel {
    pub(crate) first: Adaptive,
    pub(crate) steps: Adaptive,
    pub(crate) anchor: (Adaptive, Adaptive),
    pub(crate) moves: (Adaptive, Adaptive),
}

impl Default for HouseModel {
    fn default() -> Self {
        // Typical values of European streets; the means follow the data within a few houses.
        Self {
            first: Adaptive::new(3),
            steps: Adaptive::new(1),
            anchor: (Adaptive::new(100), Adaptive::new(120)),
            moves: (Adaptive::new(30), Adaptive::new(45)),
        }
    }
}

/// Positions of the last houses on both sides of a street.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides {
    /// By parity: the last house and the one before.
    last: [[Option<(i32, i32)>; 2]; 2],
    latest: (i32, i32),
}

impl Sides {
    pub(crate) fn new(lat: i32, lon: i32) -> Self {
        Self { last: [[None; 2]; 2], latest: (lat, lon) }
    }

    /// Returns where a house of this number is expected.
    pub(crate) fn expect(&self, number: u32) -> (i32, i32) {
        match self.side(number) {
            [Some((lat, lon)), Some((before_lat, before_lon))] => {
                // Streets bend and plots differ: 0.6 of the last step predicts best.
                let damped = |now: i32, before: i32| {
                    let step = i64::from(now) - i64::from(before);
                    now.wrapping_add(i32::try_from(step * 5 / 8).unwrap_or(0))
                };
                (damped(lat, before_lat), damped(lon, before_lon))
            }
            [Some(position), None] => position,
            _ => self.latest,
        }
    }

    fn side(&self, number: u32) -> [Option<(i32, i32)>; 2] {
        let [even, odd] = self.last;
        if number.is_multiple_of(2) { even } else { odd }
    }

    pub(crate) fn push(&mut self, number: u32, lat: i32, lon: i32) {
        self.latest = (lat, lon);
        let [even, odd] = &mut self.last;
        let side = if number.is_multiple_of(2) { even } else { odd };
        *side = [Some((lat, lon)), side[0]];
    }
}
