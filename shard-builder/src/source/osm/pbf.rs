//! Reads objects from `.osm.pbf` files, blocks in parallel.
//!
//! Files sorted by kind, as almost all are and then say in their header, are read once in all:
//! each pass reads only the blobs that hold its kind of objects. Others are read in each pass.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use geocoder_core::LonLat;
use osmpbf::{BlobDecode, BlobReader, PrimitiveBlock, RelMemberType};
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::blob_index::{BlobIndex, kinds_of};
use super::node_list::NodeList;
use super::object::{Member, Node, ObjectKind, OsmInput, Relation, Way};
use super::tags::Tags;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Files of one country, such as neighbouring extracts that together cover it.
#[derive(Debug)]
pub(crate) struct PbfFiles {
    files: Vec<(PathBuf, BlobIndex)>,
}

/// Tells the progress of the bytes that pass.
struct Counted<'a, R> {
    inner: R,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl PbfFiles {
    /// Finds out what is where in some files.
    ///
    /// # Errors
    /// Fails when a file cannot be read or is no extract.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self> {
        let index = |path: &PathBuf| Ok((path.clone(), BlobIndex::read(path)?));
        Ok(Self { files: paths.iter().map(index).collect::<Result<_>>()? })
    }

    fn scan<T: Send>(
        &self,
        progress: &dyn Progress,
        (kind, stage): (ObjectKind, &str),
        read: impl Fn(&PrimitiveBlock) -> T + Sync,
    ) -> Result<Vec<T>> {
        let total = self.files.iter().map(|(_, index)| index.range(kind).bytes).sum();
        progress.start(stage, total);
        let found = Mutex::new(Vec::new());
        for (path, index) in &self.files {
            scan_file(path, index, kind, progress, &|block| {
                let made = read(block);
                if let Ok(mut found) = found.lock() {
                    found.push(made);
                }
            })?;
        }
        progress.finish();
        Ok(found.into_inner().unwrap_or_default())
    }
}

fn scan_file(
    path: &Path,
    index: &BlobIndex,
    kind: ObjectKind,
    progress: &dyn Progress,
    read: &(impl Fn(&PrimitiveBlock) + Sync),
) -> Result<()> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let pbf = |source| Error::Pbf { path: path.into(), source };
    let range = index.range(kind);
    let counted = BufReader::with_capacity(1 << 16, Counted { inner: file, progress });
    let mut blobs = BlobReader::new_seekable(counted).map_err(pbf)?;
    blobs.seek(range.start).map_err(pbf)?;
    let read_blob = |(number, blob): (usize, osmpbf::Result<osmpbf::Blob>)| {
        if let BlobDecode::OsmData(block) = blob.map_err(pbf)?.decode().map_err(pbf)? {
            // The last blob of a kind may go on with the next kind, and the first may end another.
            let is_inner = number > 0 && number + 1 < range.blobs;
            if index.is_sorted() && is_inner && kinds_of(&block).any(|found| found != kind) {
                let unsorted = "its header says that objects are sorted by type, and they are \
                    not: sort it (`osmium sort`)";
                let source = io::Error::new(io::ErrorKind::InvalidData, unsorted);
                return Err(Error::Read { path: path.into(), source });
            }
            read(&block);
        }
        Ok(())
    };
    blobs.take(range.blobs).enumerate().par_bridge().try_for_each(read_blob)
}

impl OsmInput for PbfFiles {
    fn relations<T: Send>(
        &self,
        progress: &dyn Progress,
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Relation>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, (ObjectKind::Relation, "reading relations"), |block| {
            read(&mut block.groups().flat_map(|group| group.relations()).filter_map(|relation| {
                let (id, tags) = (relation.id(), Tags::keep(relation.tags()));
                if !keeps(id, &tags) {
                    return None;
                }
                let members = relation.members().map(|member| Member {
                    kind: match member.member_type {
                        RelMemberType::Node => ObjectKind::Node,
                        RelMemberType::Way => ObjectKind::Way,
                        RelMemberType::Relation => ObjectKind::Relation,
                    },
                    id: member.member_id,
                    role: member.role().unwrap_or_default().into(),
                });
                Some(Relation { id, tags, members: members.collect() })
            }))
        })
    }

    fn ways<T: Send>(
        &self,
        progress: &dyn Progress,
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Way>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, (ObjectKind::Way, "reading ways"), |block| {
            read(&mut block.groups().flat_map(|group| group.ways()).filter_map(|way| {
                let (id, tags) = (way.id(), Tags::keep(way.tags()));
                keeps(id, &tags).then(|| Way { id, tags, nodes: NodeList::new(way.refs()) })
            }))
        })
    }

    fn nodes<T: Send>(
        &self,
        progress: &dyn Progress,
        read: impl Fn(&mut dyn Iterator<Item = Node>) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, (ObjectKind::Node, "reading nodes"), |block| {
            let plain = block.groups().flat_map(|group| group.nodes()).filter_map(|node| {
                let point = LonLat::new(node.lon(), node.lat())?;
                Some(Node { id: node.id(), tags: Tags::keep(node.tags()), point })
            });
            let dense = block.groups().flat_map(|group| group.dense_nodes()).filter_map(|node| {
                let point = LonLat::new(node.lon(), node.lat())?;
                Some(Node { id: node.id(), tags: Tags::keep(node.tags()), point })
            });
            read(&mut plain.chain(dense))
        })
    }
}
