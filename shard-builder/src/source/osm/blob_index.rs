//! Which blobs of a `.osm.pbf` file hold nodes, ways and relations, found without reading it all.
//!
//! A file that declares `Sort.Type_then_ID` has all nodes, then all ways, then all relations; a
//! binary search over its blobs finds where each kind begins. Format:
//! <https://wiki.openstreetmap.org/wiki/PBF_Format>.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use osmpbf::{BlobDecode, BlobReader, BlobType, ByteOffset, PrimitiveBlock};

use super::object::ObjectKind;
use crate::error::{Error, Result};

/// Optional feature by which a header says that objects are sorted by kind, then id.
const SORTED: &str = "Sort.Type_then_ID";

/// Consecutive blobs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobRange {
    pub(crate) start: ByteOffset,
    pub(crate) blobs: usize,
    pub(crate) bytes: u64,
}

/// Where each kind of objects is in a file.
#[derive(Debug)]
pub(crate) struct BlobIndex {
    nodes: BlobRange,
    ways: BlobRange,
    relations: BlobRange,
    sorted: bool,
}

impl BlobIndex {
    /// Reads the headers of a file's blobs, and some blobs of a sorted one.
    ///
    /// # Errors
    /// Fails when the file cannot be read or is no extract.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|source| Error::Read { path: path.into(), source })?;
        index(file).map_err(|source| Error::Pbf { path: path.into(), source })
    }

    /// Returns the blobs that hold a kind of objects, and at their ends perhaps others.
    pub(crate) fn range(&self, kind: ObjectKind) -> BlobRange {
        match kind {
            ObjectKind::Node => self.nodes,
            ObjectKind::Way => self.ways,
            ObjectKind::Relation => self.relations,
        }
    }

    /// Whether the file says that its objects are sorted, so that ranges leave blobs out.
    pub(crate) fn is_sorted(&self) -> bool {
        self.sorted
    }
}

fn index(file: File) -> osmpbf::Result<BlobIndex> {
    let size = file.metadata()?.len();
    let mut blobs = BlobReader::new_seekable(BufReader::new(file))?;
    let (mut starts, mut sorted) = (Vec::new(), false);
    while let Some(header) = blobs.next_header_skip_blob() {
        let (header, at) = header?;
        let Some(at) = at else { break };
        match header.blob_type() {
            BlobType::OsmData => starts.push(at),
            BlobType::OsmHeader => {
                let header = blobs.blob_from_offset(at)?.to_headerblock()?;
                sorted = header.optional_features().iter().any(|feature| feature == SORTED);
            }
            BlobType::Unknown(_) => {}
        }
    }
    let range = |from: usize, to: usize| {
        let start = starts.get(from).copied().unwrap_or(ByteOffset(size));
        let end = starts.get(to).map_or(size, |end| end.0);
        BlobRange { start, blobs: to.saturating_sub(from), bytes: end.saturating_sub(start.0) }
    };
    let all = range(0, starts.len());
    let way = if sorted { first_of(&mut blobs, &starts, ObjectKind::Way, 0)? } else { None };
    let relation = match way {
        Some(way) => first_of(&mut blobs, &starts, ObjectKind::Relation, way)?,
        None => None,
    };
    let (Some(way), Some(relation)) = (way, relation) else {
        return Ok(BlobIndex { nodes: all, ways: all, relations: all, sorted: false });
    };
    Ok(BlobIndex {
        nodes: range(0, way),
        // The blob before may have begun with another kind and end with this one.
        ways: range(way.saturating_sub(1), relation),
        relations: range(relation.saturating_sub(1), starts.len()),
        sorted,
    })
}

/// Returns the first blob from one on that begins with a kind or a later one, by binary search;
/// nothing when a blob holds no objects to tell by.
fn first_of<R: Read + Seek + Send>(
    blobs: &mut BlobReader<R>,
    starts: &[ByteOffset],
    kind: ObjectKind,
    from: usize,
) -> osmpbf::Result<Option<usize>> {
    let (mut low, mut high) = (from, starts.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let Some(start) = starts.get(middle) else { return Ok(None) };
        let found = match blobs.blob_from_offset(*start)?.decode()? {
            BlobDecode::OsmData(block) => kinds_of(&block).next(),
            BlobDecode::OsmHeader(_) | BlobDecode::Unknown(_) => None,
        };
        match found {
            Some(found) if found >= kind => high = middle,
            Some(_) => low = middle + 1,
            None => return Ok(None),
        }
    }
    Ok(Some(low))
}

/// Returns the kinds of objects of a block, group by group.
pub(crate) fn kinds_of(block: &PrimitiveBlock) -> impl Iterator<Item = ObjectKind> + '_ {
    block.groups().filter_map(|group| {
        if group.dense_nodes().next().is_some() || group.nodes().next().is_some() {
            Some(ObjectKind::Node)
        } else if group.ways().next().is_some() {
            Some(ObjectKind::Way)
        } else {
            group.relations().next().map(|_| ObjectKind::Relation)
        }
    })
}
