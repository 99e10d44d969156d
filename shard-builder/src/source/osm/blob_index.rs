//! Where the blobs of a `.osm.pbf` file are, and which of them hold nodes, ways and relations.
//!
//! A file that declares `Sort.Type_then_ID` has all nodes, then all ways, then all relations.
//! Read backwards, one kind ends where a blob begins with an earlier one, and the next kind goes
//! on from there: three passes read the file once. Format:
//! <https://wiki.openstreetmap.org/wiki/PBF_Format>.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use osmpbf::{BlobReader, BlobType, ByteOffset, PrimitiveBlock};

use super::object::ObjectKind;
use crate::error::{Error, Result};

/// Optional feature by which a header says that objects are sorted by kind, then id.
const SORTED: &str = "Sort.Type_then_ID";

/// The blobs of a file.
#[derive(Debug)]
pub(crate) struct BlobIndex {
    starts: Vec<ByteOffset>,
    file_bytes: u64,
    sorted: bool,
    /// Number of blobs, from the first, that may hold nodes or ways, as far as known.
    n_before_relations: AtomicUsize,
    /// Number of blobs, from the first, that may hold nodes, as far as known.
    n_before_ways: AtomicUsize,
}

impl BlobIndex {
    /// Reads the headers of a file's blobs.
    ///
    /// # Errors
    /// Fails when the file cannot be read or is no extract.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let unreadable = |source| Error::Read { path: path.into(), source };
        let file = File::open(path).map_err(unreadable)?;
        let index = index(file).map_err(|source| Error::Pbf { path: path.into(), source })?;
        if index.file_bytes == 0 {
            let empty = "the file is empty, download it again";
            return Err(unreadable(io::Error::new(io::ErrorKind::InvalidData, empty)));
        }
        Ok(index)
    }

    /// Returns where the blobs are that may hold a kind of objects, as far as known.
    pub(crate) fn starts(&self, kind: ObjectKind) -> &[ByteOffset] {
        let count = match kind {
            ObjectKind::Node => self.n_before_ways.load(Ordering::Relaxed),
            ObjectKind::Way => self.n_before_relations.load(Ordering::Relaxed),
            ObjectKind::Relation => self.starts.len(),
        };
        self.starts.get(..count).unwrap_or_default()
    }

    /// Returns the bytes that a pass over a kind reads, 0 when that is not known yet.
    pub(crate) fn n_bytes(&self, kind: ObjectKind) -> u64 {
        if self.sorted && kind != ObjectKind::Node {
            return 0;
        }
        let end = self.starts.get(self.starts(kind).len());
        end.map_or(self.file_bytes, |start| start.0)
    }

    /// Whether the file says that its objects are sorted.
    pub(crate) fn is_sorted(&self) -> bool {
        self.sorted
    }

    /// Learns from what a pass over a sorted file found in its blobs where earlier kinds end.
    ///
    /// Returns whether the blobs are sorted indeed.
    pub(crate) fn learn(&self, kind: ObjectKind, mut found: Vec<FoundBlob>) -> bool {
        found.sort_unstable_by_key(|blob| blob.number);
        let of_kind = found.iter().find(|blob| blob.kinds.contains(&kind));
        // That blob may begin with the kind before.
        let n_before = of_kind.map_or(self.starts(kind).len(), |blob| blob.number + 1);
        match kind {
            ObjectKind::Relation => {
                self.n_before_relations.store(n_before, Ordering::Relaxed);
                self.n_before_ways.store(n_before, Ordering::Relaxed);
            }
            ObjectKind::Way => self.n_before_ways.store(n_before, Ordering::Relaxed),
            ObjectKind::Node => {}
        }
        found.iter().flat_map(|blob| &blob.kinds).is_sorted()
    }
}

/// The kinds of objects of a blob, group by group.
#[derive(Debug)]
pub(crate) struct FoundBlob {
    pub(crate) number: usize,
    pub(crate) kinds: Vec<ObjectKind>,
}

impl FoundBlob {
    /// Looks into a block.
    pub(crate) fn new(number: usize, block: &PrimitiveBlock) -> Self {
        let kinds = block.groups().filter_map(|group| {
            if group.dense_nodes().next().is_some() || group.nodes().next().is_some() {
                Some(ObjectKind::Node)
            } else if group.ways().next().is_some() {
                Some(ObjectKind::Way)
            } else {
                group.relations().next().map(|_| ObjectKind::Relation)
            }
        });
        Self { number, kinds: kinds.collect() }
    }
}

fn index(file: File) -> osmpbf::Result<BlobIndex> {
    let file_bytes = file.metadata()?.len();
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
    let all = starts.len();
    let [n_before_relations, n_before_ways] = [all, all].map(AtomicUsize::new);
    Ok(BlobIndex { starts, file_bytes, sorted, n_before_relations, n_before_ways })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = BlobIndex::read(file.path()).unwrap_err();
        assert!(matches!(&refused, Error::Read { path, .. } if path == file.path()), "{refused}");
    }
}
