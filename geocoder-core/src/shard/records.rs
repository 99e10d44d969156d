//! Streets, points and cities: blocks of up to some dozens of records of one place, in spatial
//! order.

use super::bits::{Adaptive, BitReader, width};
use super::container::u32_at;
use super::names::{Name, NameCode};
use super::places::{NAME_SIZE_RICE, Place, expected_importance, read_population};
use super::terms::TermRef;
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

/// A street, point or city as stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) kind: RecordType,
    /// Latitude and longitude in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    /// Prominence, 0 to 15; of cities 0 to 255.
    pub(crate) importance: u32,
    /// Inhabitants of cities.
    pub(crate) population: u32,
    /// Numbers of its postcodes; `None` means those of its city, and of a city none.
    pub(crate) zipcodes: Option<Vec<u32>>,
    pub(crate) names: Vec<Name>,
}

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

/// What to read of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing at all.
    Skip,
    /// Nothing but where and what it is.
    Pass,
    /// Its names, when one of their terms passes a test.
    Test,
    /// Its names.
    Take,
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

    /// Reads a block of a place: `choose` tells what to read of a record, by its number and all
    /// but its names; `visit` gets it, and whether it has its names.
    pub(crate) fn scan(
        &self,
        block: usize,
        place: &Place,
        mut choose: impl FnMut(usize, &Record) -> Choice,
        mut test: impl FnMut(TermRef) -> bool,
        mut visit: impl FnMut(usize, Record, bool),
    ) -> Result<()> {
        let cut = malformed("no such block");
        let starts = &self.table.starts;
        let range = starts.get(block).zip(starts.get(block + 1)).ok_or(cut.clone())?;
        let bytes = self.bytes.get(*range.0..*range.1).ok_or(cut)?;
        let mut reader = BitReader::new(bytes, 0);
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
        for number in 0..count {
            let unreadable = malformed("unreadable record");
            let head = self.head(&mut reader, &mut state);
            let (mut record, inside) = head.ok_or(unreadable.clone())?;
            let choice = choose(number, &record);
            // Cities have small blocks in large numbers: their names can be stepped over.
            let end = (record.kind == RecordType::City).then(|| {
                let bits = reader.rice(NAME_SIZE_RICE);
                let mut end = reader;
                end.skip(bits as usize);
                end
            });
            // Most records are only passed by: their names are read again when they matter.
            let mut names = reader;
            let code = &self.table.code;
            let mut any = false;
            if choice == Choice::Test || end.is_none() {
                let tested = |term| choice == Choice::Test && test(term);
                any = code.any_term(&mut reader, tested).ok_or(unreadable.clone())?;
            }
            reader = end.unwrap_or(reader);
            if reader.overrun() {
                return Err(unreadable);
            }
            let named = any || choice == Choice::Take;
            if named {
                record.names = code.read_names(&mut names).ok_or(unreadable)?;
            }
            if choice != Choice::Skip {
                state.locate(&mut record, inside);
                visit(number, record, named);
            }
        }
        Ok(())
    }

    /// Reads everything of a record but its names; where it is follows from the part of its cell
    /// that is returned as well.
    fn head(
        &self,
        reader: &mut BitReader<'_>,
        state: &mut BlockState,
    ) -> Option<(Record, (u32, u32))> {
        // Cities stand among cities; any other record is most likely a street.
        let kind = if reader.bit() {
            state.kind
        } else {
            RECORD_TYPES.get(reader.bits(3) as usize).copied()?
        };
        state.kind = likely_after(kind);
        state.index = state.index.wrapping_add(reader.unsigned(&mut state.steps));
        let bits = state.grid.point_bits();
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
        let zipcodes = if reader.bit() {
            None
        } else {
            if !reader.bit() {
                let count = reader.gamma();
                if count > 255 {
                    return None;
                }
                let numbers = (0..count).map(|_| reader.bits(width(self.table.n_zipcodes)));
                state.zipcodes = Some(numbers.collect());
            }
            state.zipcodes.clone()
        };
        let names = Vec::new();
        let record = Record { kind, lat: 0, lon: 0, importance, population, zipcodes, names };
        Some((record, inside))
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
    zipcodes: Option<Vec<u32>>,
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
        let bits = self.grid.point_bits();
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

    /// Bits that place a point inside its cell, a side: as exactly in wide cells as in usual ones.
    pub(crate) fn point_bits(self) -> u32 {
        POINT_BITS + self.shift.min(MAX_SHIFT)
    }

    /// Returns the south-west corner of a cell.
    fn cell_corner(self, index: u32, place_lat: i32, place_lon: i32) -> (i32, i32) {
        let (x, y) = hilbert_cell(self.bits, u64::from(index));
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
