//! Streets and points: blocks of up to some dozens of records of one city, in spatial order.

use super::bits::{Adaptive, BitReader, width};
use super::container::u32_at;
use super::names::{Name, NameCode};
use super::places::Place;
use super::terms::TermRef;
use crate::error::{Error, Result};
use crate::geo::{BBox, hilbert_cell};
use crate::record::RecordType;

/// Coordinates are whole numbers of this part of a degree.
pub(crate) const UNITS_PER_DEGREE: f64 = 1e5;
/// Side of the cells on which records are ordered, in coordinate units: about 18 metres.
pub(crate) const CELL_UNITS: i32 = 16;
/// Bits that place a point inside its cell, a side; streets stand at the middle of theirs.
pub(crate) const POINT_BITS: u32 = 3;
/// Most bits of a cell number, a side.
pub(crate) const MAX_GRID_BITS: u32 = 16;
/// Largest number of records of a block.
pub(crate) const MAX_BLOCK_RECORDS: usize = 96;
/// Types of points, in the order of their numbers in records.
pub(crate) const POINT_TYPES: [RecordType; 5] = [
    RecordType::Airport,
    RecordType::Bus,
    RecordType::Tourism,
    RecordType::Townhall,
    RecordType::Train,
];

/// A street or point as stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) kind: RecordType,
    /// Latitude and longitude in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    /// Prominence, 0 to 15.
    pub(crate) importance: u32,
    /// Numbers of its postcodes; `None` means those of its city.
    pub(crate) zipcodes: Option<Vec<u32>>,
    pub(crate) names: Vec<Name>,
}

/// Reads the blocks of one chunk.
#[derive(Debug, Clone)]
pub(crate) struct RecordsChunk<'a> {
    bytes: &'a [u8],
    code: NameCode,
    /// Start of each block in bytes, and one more for the end.
    starts: Vec<usize>,
    /// Box of each block in 255ths of the chunk's box.
    boxes: Vec<[u8; 4]>,
    n_zipcodes: usize,
}

/// Sizes that chunks of a shard share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkContext {
    pub(crate) ref_width: u32,
    pub(crate) n_languages: usize,
    pub(crate) n_zipcodes: usize,
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { section: "records", what }
}

impl<'a> RecordsChunk<'a> {
    /// Reads a chunk's table of blocks.
    pub(crate) fn read(bytes: &'a [u8], context: ChunkContext) -> Result<Self> {
        let blocks_at = u32_at(bytes, 0) as usize;
        let mut reader = BitReader::new(bytes, 32);
        let n_blocks = reader.gamma0();
        let code = NameCode::read(&mut reader, context.ref_width, context.n_languages);
        let (mut starts, mut boxes) = (vec![blocks_at], Vec::new());
        let mut start = blocks_at;
        for _ in 0..n_blocks {
            start = start.saturating_add(reader.rice(8) as usize);
            starts.push(start);
            boxes.push([(); 4].map(|()| u8::try_from(reader.bits(8)).unwrap_or_default()));
            if reader.overrun() {
                return Err(malformed("block table is cut"));
            }
        }
        if start > bytes.len() {
            return Err(malformed("blocks exceed chunk"));
        }
        Ok(Self { bytes, code, starts, boxes, n_zipcodes: context.n_zipcodes })
    }

    /// Returns the box around everything in a block, given the chunk's.
    pub(crate) fn block_box(&self, block: usize, chunk: &BBox) -> BBox {
        let Some(parts) = self.boxes.get(block) else { return BBox::EMPTY };
        let [west, south, east, north] = parts.map(|part| f64::from(part) / 255.0);
        let (width, height) = (chunk.max_lon - chunk.min_lon, chunk.max_lat - chunk.min_lat);
        BBox {
            min_lon: chunk.min_lon + west * width,
            min_lat: chunk.min_lat + south * height,
            max_lon: chunk.min_lon + east * width,
            max_lat: chunk.min_lat + north * height,
        }
    }

    /// Reads a block of a city: calls `visit` with the number of every record, the record, and
    /// whether one of its terms passes the test; the record has its names only then.
    pub(crate) fn scan(
        &self,
        block: usize,
        city: &Place,
        mut test: impl FnMut(TermRef) -> bool,
        mut visit: impl FnMut(usize, Record, bool),
    ) -> Result<()> {
        let cut = malformed("no such block");
        let range = self.starts.get(block).zip(self.starts.get(block + 1)).ok_or(cut.clone())?;
        let bytes = self.bytes.get(*range.0..*range.1).ok_or(cut)?;
        let mut reader = BitReader::new(bytes, 0);
        let count = reader.gamma() as usize;
        let grid = Grid { bits: reader.bits(5).min(MAX_GRID_BITS), shift: reader.bits(4) };
        if count > MAX_BLOCK_RECORDS {
            return Err(malformed("too many records in a block"));
        }
        let mut state = BlockState {
            index: 0,
            steps: Adaptive::new(reader.gamma0()),
            zipcodes: None,
            importance: 0,
            grid,
            city_lat: city.lat,
            city_lon: city.lon,
        };
        for number in 0..count {
            let unreadable = malformed("unreadable record");
            let mut record = self.head(&mut reader, &mut state).ok_or(unreadable.clone())?;
            // Most records are only passed by: their names are read again when they matter.
            let mut names = reader;
            let matches = self.code.any_term(&mut reader, &mut test).ok_or(unreadable.clone())?;
            if matches {
                record.names = self.code.read_names(&mut names).ok_or(unreadable)?;
            }
            visit(number, record, matches);
        }
        Ok(())
    }

    /// Reads everything of a record but its names.
    fn head(&self, reader: &mut BitReader<'_>, state: &mut BlockState) -> Option<Record> {
        let kind = if reader.bit() {
            RecordType::Street
        } else {
            POINT_TYPES.get(reader.bits(3) as usize).copied()?
        };
        state.index = state.index.wrapping_add(reader.unsigned(&mut state.steps));
        let (mut lat, mut lon) =
            state.grid.cell_corner(state.index, state.city_lat, state.city_lon);
        let cell = CELL_UNITS << state.grid.shift.min(8);
        if kind == RecordType::Street {
            lat = lat.wrapping_add(cell / 2);
            lon = lon.wrapping_add(cell / 2);
        } else {
            let part =
                |bits: u32| (2 * i32::try_from(bits).unwrap_or(0) + 1) * cell / (2 << POINT_BITS);
            lat = lat.wrapping_add(part(reader.bits(POINT_BITS)));
            lon = lon.wrapping_add(part(reader.bits(POINT_BITS)));
        }
        // Most streets are as important as the street before.
        let importance = match kind {
            RecordType::Street if reader.bit() => state.importance,
            RecordType::Street => reader.bits(3) * 2,
            _ => reader.bits(4),
        };
        if kind == RecordType::Street {
            state.importance = importance;
        }
        let zipcodes = if reader.bit() {
            None
        } else {
            if !reader.bit() {
                let count = reader.gamma();
                if count > 255 {
                    return None;
                }
                let numbers = (0..count).map(|_| reader.bits(width(self.n_zipcodes)));
                state.zipcodes = Some(numbers.collect());
            }
            state.zipcodes.clone()
        };
        Some(Record { kind, lat, lon, importance, zipcodes, names: Vec::new() })
    }
}

struct BlockState {
    index: u32,
    steps: Adaptive,
    zipcodes: Option<Vec<u32>>,
    importance: u32,
    grid: Grid,
    city_lat: i32,
    city_lon: i32,
}

/// The square of cells around a city's centre on which its records are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// The square has `2^bits` cells a side.
    pub(crate) bits: u32,
    /// Cells are `2^shift` times as wide as usual, for cities that span many degrees.
    pub(crate) shift: u32,
}

impl Grid {
    /// Returns the south-west corner of a cell.
    fn cell_corner(self, index: u32, city_lat: i32, city_lon: i32) -> (i32, i32) {
        let (x, y) = hilbert_cell(self.bits, u64::from(index));
        let half = (1i32 << self.bits) / 2;
        let unit = |cell: u32| {
            let offset = i32::try_from(cell).unwrap_or(0).wrapping_sub(half);
            offset.wrapping_mul(CELL_UNITS << self.shift.min(8))
        };
        (city_lat.wrapping_add(unit(y)), city_lon.wrapping_add(unit(x)))
    }

    /// Returns the smallest grid that holds all offsets from the centre, in units.
    #[cfg(feature = "build")]
    pub(crate) fn around(largest_offset: i32) -> Self {
        let mut shift = 0;
        loop {
            let cells = largest_offset / (CELL_UNITS << shift) + 1;
            let bits = 32 - cells.unsigned_abs().leading_zeros() + 1;
            if bits <= MAX_GRID_BITS {
                return Self { bits, shift };
            }
            shift += 1;
        }
    }

    /// Returns the cell of an offset from the centre, and what is left of it inside the cell.
    #[cfg(feature = "build")]
    pub(crate) fn locate(self, offset: i32) -> (u32, i32) {
        let cell = CELL_UNITS << self.shift;
        let half = (1i32 << self.bits) / 2;
        let number = offset.div_euclid(cell) + half;
        (u32::try_from(number).unwrap_or(0), offset.rem_euclid(cell))
    }
}
