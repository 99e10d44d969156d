//! Lines of the streets of one records chunk, in the same order.

use super::bits::{Adaptive, BitReader};
use super::container::block_starts;
use crate::error::{Error, Result};

/// Vertices are whole numbers of this many coordinate units: about 8 metres.
pub(crate) const VERTEX_UNITS: i32 = 8;
/// Largest number of lines of a street and of vertices of a line.
pub(crate) const MAX_LINES: u32 = 4096;
/// Largest number of vertices of a line.
pub(crate) const MAX_VERTICES: u32 = 65_536;

/// A vertex: latitude and longitude in coordinate units.
pub(crate) type Vertex = (i32, i32);

/// What the header of a chunk says.
#[derive(Debug)]
pub(crate) struct GeometryTable {
    starts: Vec<usize>,
}

/// Reads the lines of one chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GeometryChunk<'a> {
    bytes: &'a [u8],
    table: &'a GeometryTable,
}

/// Lines of the records of a block, in lists; points have none.
#[derive(Debug, Default)]
pub(crate) struct LineLists {
    vertices: Vec<Vertex>,
    /// For each line the end of its vertices.
    lines: Vec<usize>,
    /// For each record the end of its lines.
    streets: Vec<usize>,
}

impl LineLists {
    /// Adds a line to the record under construction.
    pub(crate) fn push_line(&mut self, line: &[Vertex]) {
        self.vertices.extend_from_slice(line);
        self.lines.push(self.vertices.len());
    }

    /// Ends the lines of a record.
    pub(crate) fn end_street(&mut self) {
        self.streets.push(self.lines.len());
    }

    /// Iterates over the lines of a record.
    pub(crate) fn of(&self, record: usize) -> impl Iterator<Item = &[Vertex]> {
        let end_before = |ends: &[usize], index: usize| {
            index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0)
        };
        let first = end_before(&self.streets, record);
        let mut start = end_before(&self.lines, first);
        let end = self.streets.get(record).copied().unwrap_or(first);
        let lines = self.lines.get(first..end).unwrap_or_default();
        lines.iter().map(move |end| {
            let line = self.vertices.get(start..*end).unwrap_or_default();
            start = *end;
            line
        })
    }
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { section: "geometry", what }
}

impl GeometryTable {
    /// Reads a chunk's table of blocks.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = BitReader::new(bytes, 32);
        let n_blocks = reader.gamma0();
        let starts = block_starts(bytes, &mut reader, n_blocks, 8);
        Ok(Self { starts: starts.ok_or(malformed("block table exceeds chunk"))? })
    }
}

impl<'a> GeometryChunk<'a> {
    /// Joins a chunk's bytes with the table that was read from them.
    pub(crate) fn new(bytes: &'a [u8], table: &'a GeometryTable) -> Self {
        Self { bytes, table }
    }

    /// Starts reading the streets of a block.
    pub(crate) fn block(&self, block: usize) -> Result<GeometryBlock<'a>> {
        let starts = &self.table.starts;
        let range = starts.get(block).zip(starts.get(block + 1));
        let bytes = range.and_then(|(start, end)| self.bytes.get(*start..*end));
        let bytes = bytes.ok_or(malformed("no such block"))?;
        Ok(GeometryBlock { reader: BitReader::new(bytes, 0), model: LineModel::default() })
    }
}

/// Running means of what is coded, shared by the streets of a block.
#[derive(Debug, Clone)]
pub(crate) struct LineModel {
    pub(crate) vertices: Adaptive,
    pub(crate) anchor: (Adaptive, Adaptive),
    pub(crate) steps: (Adaptive, Adaptive),
}

impl Default for LineModel {
    fn default() -> Self {
        Self {
            vertices: Adaptive::new(2),
            anchor: (Adaptive::new(16), Adaptive::new(22)),
            steps: (Adaptive::new(10), Adaptive::new(15)),
        }
    }
}

/// Reads street after street of one block.
#[derive(Debug, Clone)]
pub(crate) struct GeometryBlock<'a> {
    reader: BitReader<'a>,
    model: LineModel,
}

impl GeometryBlock<'_> {
    /// Reads the lines of the next street, which stands at the given position, and adds them.
    pub(crate) fn street(&mut self, lat: i32, lon: i32, lists: &mut LineLists) -> Result<()> {
        let reader = &mut self.reader;
        let n_lines = if reader.bit() { 1 } else { reader.gamma0() };
        if n_lines > MAX_LINES {
            return Err(malformed("too many lines in a street"));
        }
        let (mut y, mut x) = (lat, lon);
        for _ in 0..n_lines {
            let n_vertices = reader.unsigned(&mut self.model.vertices).saturating_add(2);
            if n_vertices > MAX_VERTICES {
                return Err(malformed("too many vertices in a line"));
            }
            for index in 0..n_vertices {
                let contexts =
                    if index == 0 { &mut self.model.anchor } else { &mut self.model.steps };
                y = y.wrapping_add(reader.signed(&mut contexts.0).wrapping_mul(VERTEX_UNITS));
                x = x.wrapping_add(reader.signed(&mut contexts.1).wrapping_mul(VERTEX_UNITS));
                lists.vertices.push((y, x));
                if reader.overrun() {
                    return Err(malformed("block is cut"));
                }
            }
            lists.lines.push(lists.vertices.len());
        }
        Ok(())
    }
}
