//! Reads objects from `.osm.pbf` files, blocks in parallel.
//!
//! Files sorted by kind, as almost all are and then say in their header, are read once in all:
//! each pass reads only the blobs that hold its kind of objects. Others are read in each pass.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use geocoder_core::LonLat;
use osmpbf::{BlobDecode, BlobReader, PrimitiveBlock, RelMemberType};
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::blob_index::{BlobIndex, FoundBlob};
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
        progress.start(stage, self.files.iter().map(|(_, index)| index.n_bytes(kind)).sum());
        let made = Mutex::new(Vec::new());
        for (path, index) in &self.files {
            scan_file(path, index, kind, progress, &|block| {
                let one = read(block);
                if let Ok(mut made) = made.lock() {
                    made.push(one);
                }
            })?;
        }
        progress.finish();
        Ok(made.into_inner().unwrap_or_default())
    }
}

/// Reads the blobs of a file backwards, until one begins before a kind when they are sorted.
fn scan_file(
    path: &Path,
    index: &BlobIndex,
    kind: ObjectKind,
    progress: &dyn Progress,
    read: &(impl Fn(&PrimitiveBlock) + Sync),
) -> Result<()> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let pbf = |source| Error::Pbf { path: path.into(), source };
    let counted = BufReader::with_capacity(1 << 16, Counted { inner: file, progress });
    let mut reader = BlobReader::new_seekable(counted).map_err(pbf)?;
    let (passed, found) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let starts = index.starts(kind).iter().enumerate().rev();
    let blobs = starts.map_while(|(number, start)| {
        let goes_on = !passed.load(Ordering::Relaxed);
        goes_on.then(|| (number, reader.blob_from_offset(*start)))
    });
    blobs.par_bridge().try_for_each(|(number, blob)| {
        if let BlobDecode::OsmData(block) = blob.map_err(pbf)?.decode().map_err(pbf)? {
            if index.is_sorted() {
                let blob = FoundBlob::new(number, &block);
                if blob.kinds.first().is_some_and(|first| *first < kind) {
                    passed.store(true, Ordering::Relaxed);
                }
                if let Ok(mut found) = found.lock() {
                    found.push(blob);
                }
            }
            read(&block);
        }
        Ok(())
    })?;
    if !index.learn(kind, found.into_inner().unwrap_or_default()) {
        let unsorted = "its header says that objects are sorted by type, and they are not: sort \
            it (`osmium sort`)";
        let source = io::Error::new(io::ErrorKind::InvalidData, unsorted);
        return Err(Error::Read { path: path.into(), source });
    }
    Ok(())
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
