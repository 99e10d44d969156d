//! Streets, points and cities: blocks of up to some dozens of records of one place, in spatial
//! order.

use super::bits::{Adaptive, BitReader, width};
use super::block::{Block, Record, length};
use super::container::u32_at;
use super::names::{Name, NameCode};
use super::places::{Place, decimal_digits, expected_importance, read_population};
use crate::error::{Error, Result};
use crate::geo::{BBox, hilbert_cell};
use crate::record::RecordType;

/// Coordinates are whole numbers of this part of a degree.
pub(crate) const UNITS_PER_DEGREE: f64 = 1e5;
/// Side of the cells on which records are ordered, in coordinate units: about 18 metres.
const CELL_UNITS: i32 = 16;
/// Bits that place a point inside a cell of usual width, a side; streets stand at the middle of
/// theirs.
const POINT_BITS: u32 = 3;
/// Most bits of a cell number, a side.
pub(crate) const MAX_GRID_BITS: u32 = 16;
/// Largest power of two by which cells are wider than usual.
const MAX_SHIFT: u32 = 8;
/// Largest number of records of a block.
pub(crate) const MAX_BLOCK_RECORDS: usize = 96;
/// Types of records, in the order of their numbers.
pub(crate) const RECORD_TYPES: [RecordType; 7] = [
    RecordType::Street,
    RecordType::Airport,
    RecordType::Bus,
    RecordType::City,
    RecordType::Tourism,
    RecordType::Townhall,
    RecordType::Train,
];

/// What the header of a chunk says.
#[derive(Debug, Clone)]
pub(crate) struct RecordsTable {
    code: NameCode,
    /// Start of each block in bytes, and one more for the end.
    starts: Vec<usize>,
    /// Box of each block in 255ths of the chunk's box.
    boxes: Vec<[u8; 4]>,
    n_zipcodes: usize,
}

/// Reads the blocks of one chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordsChunk<'a> {
    bytes: &'a [u8],
    table: &'a RecordsTable,
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

impl RecordsTable {
    /// Reads a chunk's table of blocks.
    pub(crate) fn read(bytes: &[u8], context: ChunkContext) -> Result<Self> {
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
        Ok(Self { code, starts, boxes, n_zipcodes: context.n_zipcodes })
    }
}

impl<'a> RecordsChunk<'a> {
    /// Joins a chunk's bytes with the table that was read from them.
    pub(crate) fn new(bytes: &'a [u8], table: &'a RecordsTable) -> Self {
        Self { bytes, table }
    }

    /// Returns the box around everything in a block, given the chunk's.
    pub(crate) fn block_box(&self, block: usize, chunk: &BBox) -> BBox {
        let Some(parts) = self.table.boxes.get(block) else { return BBox::EMPTY };
        let [west, south, east, north] = parts.map(|part| f64::from(part) / 255.0);
        let (width, height) = (chunk.max_lon - chunk.min_lon, chunk.max_lat - chunk.min_lat);
        BBox {
            min_lon: chunk.min_lon + west * width,
            min_lat: chunk.min_lat + south * height,
            max_lon: chunk.min_lon + east * width,
            max_lat: chunk.min_lat + north * height,
        }
    }

    /// Bytes of a block.
    fn bytes(&self, block: usize) -> Result<&'a [u8]> {
        let cut = malformed("no such block");
        let starts = &self.table.starts;
        let range = starts.get(block).zip(starts.get(block + 1)).ok_or(cut.clone())?;
        self.bytes.get(*range.0..*range.1).ok_or(cut)
    }

    /// Reads the names of one record of a block.
    pub(crate) fn names(&self, block: usize, record: &Record) -> Result<Vec<Name>> {
        let mut reader = BitReader::new(self.bytes(block)?, record.names_at as usize);
        self.table.code.read_names(&mut reader).ok_or(malformed("unreadable names"))
    }

    /// Reads a block of a place.
    pub(crate) fn block(&self, block: usize, place: &Place) -> Result<Block> {
        let mut reader = BitReader::new(self.bytes(block)?, 0);
        let count = reader.gamma() as usize;
        let grid = Grid { bits: reader.bits(5).min(MAX_GRID_BITS), shift: reader.bits(4) };
        if count > MAX_BLOCK_RECORDS {
            return Err(malformed("too many records in a block"));
        }
        let mut state = BlockState {
            kind: RecordType::Street,
            index: 0,
            steps: Adaptive::new(reader.gamma0()),
            zipcodes: None,
            importance: 0,
            grid,
            place_lat: place.lat,
            place_lon: place.lon,
        };
        let mut block = Block::with_capacity(count);
        for _ in 0..count {
            let unreadable = malformed("unreadable record");
            let record = self.record(&mut reader, &mut state, &mut block.zipcodes);
            block.records.push(record.ok_or(unreadable.clone())?);
            let names = self.table.code.read_terms(&mut reader, &mut block.names);
            names.ok_or(unreadable)?;
        }
        block.order();
        block.names.shrink();
        Ok(block)
    }

    /// Reads everything of a record but its names.
    fn record(
        &self,
        reader: &mut BitReader<'_>,
        state: &mut BlockState,
        zipcodes: &mut Vec<u32>,
    ) -> Option<Record> {
        // Cities stand among cities; any other record is most likely a street.
        let kind = if reader.bit() {
            state.kind
        } else {
            RECORD_TYPES.get(reader.bits(3) as usize).copied()?
        };
        state.kind = likely_after(kind);
        state.index = state.index.wrapping_add(reader.unsigned(&mut state.steps));
        let bits = state.grid.point_bits(kind);
        let mut part = || if kind == RecordType::Street { 0 } else { reader.bits(bits) };
        let inside = (part(), part());
        let population = if kind == RecordType::City { read_population(reader) } else { 0 };
        // Most streets are as important as the street before.
        let importance = match kind {
            RecordType::Street if reader.bit() => state.importance,
            RecordType::Street => reader.bits(3) * 2,
            RecordType::City if reader.bit() => expected_importance(population),
            RecordType::City => reader.bits(8),
            _ => reader.bits(4),
        };
        if kind == RecordType::Street {
            state.importance = importance;
        }
        let own_zipcodes = !reader.bit();
        if own_zipcodes && !reader.bit() {
            let count = reader.gamma();
            if count > 255 {
                return None;
            }
            let start = length(zipcodes.len());
            zipcodes.extend((0..count).map(|_| reader.bits(width(self.table.n_zipcodes))));
            state.zipcodes = Some((start, length(zipcodes.len())));
        }
        let zipcodes = if own_zipcodes { state.zipcodes } else { None };
        let digits = if population > 0 { decimal_digits(population) } else { 0.0 };
        let names_at = length(reader.position());
        let mut record =
            Record { kind, lat: 0, lon: 0, importance, population, digits, zipcodes, names_at };
        state.locate(&mut record, inside);
        Some(record)
    }
}

/// Returns the type that the record after one of a type most likely has.
pub(crate) fn likely_after(kind: RecordType) -> RecordType {
    if kind == RecordType::City { kind } else { RecordType::Street }
}

struct BlockState {
    /// Type that the next record is expected to have.
    kind: RecordType,
    index: u32,
    steps: Adaptive,
    /// Where the postcodes of the last record with its own stand.
    zipcodes: Option<(u32, u32)>,
    importance: u32,
    grid: Grid,
    place_lat: i32,
    place_lon: i32,
}

impl BlockState {
    /// Places the record that was read last, given the part of its cell that it lies in.
    fn locate(&self, record: &mut Record, inside: (u32, u32)) {
        let (lat, lon) = self.grid.cell_corner(self.index, self.place_lat, self.place_lon);
        let cell = self.grid.cell_units();
        let bits = self.grid.point_bits(record.kind);
        let offset = |part: u32| match record.kind {
            RecordType::Street => cell / 2,
            _ => (2 * i32::try_from(part).unwrap_or(0) + 1) * cell / (2 << bits),
        };
        let (north, east) = (offset(inside.0), offset(inside.1));
        (record.lat, record.lon) = (lat.wrapping_add(north), lon.wrapping_add(east));
    }
}

/// The square of cells around a place's centre on which its records are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// The square has `2^bits` cells a side.
    pub(crate) bits: u32,
    /// Cells are `2^shift` times as wide as usual, for places that span many degrees.
    pub(crate) shift: u32,
}

impl Grid {
    /// Side of a cell in coordinate units.
    pub(crate) fn cell_units(self) -> i32 {
        CELL_UNITS << self.shift.min(MAX_SHIFT)
    }

    /// Bits that place a point inside its cell, a side: as exactly in wide cells as in usual
    /// ones, and cities to the unit.
    pub(crate) fn point_bits(self, kind: RecordType) -> u32 {
        let exact = u32::from(kind == RecordType::City);
        POINT_BITS + exact + self.shift.min(MAX_SHIFT)
    }

    /// Returns the south-west corner of a cell.
    fn cell_corner(self, index: u32, place_lat: i32, place_lon: i32) -> (i32, i32) {
        let (x, y) = hilbert_cell(self.bits, index);
        let half = (1i32 << self.bits) / 2;
        let unit = |cell: u32| {
            let offset = i32::try_from(cell).unwrap_or(0).wrapping_sub(half);
            offset.wrapping_mul(self.cell_units())
        };
        (place_lat.wrapping_add(unit(y)), place_lon.wrapping_add(unit(x)))
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
        let cell = self.cell_units();
        let half = (1i32 << self.bits) / 2;
        let number = offset.div_euclid(cell) + half;
        (u32::try_from(number).unwrap_or(0), offset.rem_euclid(cell))
    }
}
