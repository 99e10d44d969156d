//! Reads objects from `.osm.pbf` files, blocks in parallel.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use geocoder_core::LonLat;
use osmpbf::{BlobDecode, BlobReader, PrimitiveGroup, RelMemberType};
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::object::{Member, Node, ObjectKind, OsmInput, Relation, Tags, Way};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Files of one country, such as neighbouring extracts that together cover it.
#[derive(Debug)]
pub(crate) struct PbfFiles {
    pub(crate) paths: Vec<PathBuf>,
}

/// Tells the progress of the bytes that pass.
struct Counted<'a, R> {
    inner: R,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}

impl PbfFiles {
    fn scan<T: Send>(
        &self,
        progress: &dyn Progress,
        stage: &str,
        read_group: impl Fn(&PrimitiveGroup<'_>, &mut Vec<T>) + Sync,
    ) -> Result<Vec<T>> {
        let mut total = 0;
        for path in &self.paths {
            let read = |source| Error::Read { path: path.clone(), source };
            total += std::fs::metadata(path).map_err(read)?.len();
        }
        progress.start(stage, total);
        let mut picked = Vec::new();
        for path in &self.paths {
            picked.append(&mut scan_file(path, progress, &read_group)?);
        }
        progress.finish();
        Ok(picked)
    }
}

fn scan_file<T: Send>(
    path: &Path,
    progress: &dyn Progress,
    read_group: &(impl Fn(&PrimitiveGroup<'_>, &mut Vec<T>) + Sync),
) -> Result<Vec<T>> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let pbf = |source| Error::Pbf { path: path.into(), source };
    let read_blob = |blob: osmpbf::Result<osmpbf::Blob>| {
        let blob = blob.map_err(pbf)?;
        let mut picked = Vec::new();
        if let BlobDecode::OsmData(block) = blob.decode().map_err(pbf)? {
            block.groups().for_each(|group| read_group(&group, &mut picked));
        }
        Ok(picked)
    };
    BlobReader::new(BufReader::new(Counted { inner: file, progress }))
        .par_bridge()
        .map(read_blob)
        .try_reduce(Vec::new, |mut left: Vec<T>, mut right| {
            // Appending the shorter to the longer: the order does not matter to the caller.
            if left.len() < right.len() {
                std::mem::swap(&mut left, &mut right);
            }
            left.append(&mut right);
            Ok(left)
        })
}

impl OsmInput for PbfFiles {
    fn relations<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Relation) -> Option<T> + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, "reading relations", |group, picked| {
            picked.extend(group.relations().filter_map(|relation| {
                let members = relation.members().map(|member| Member {
                    kind: match member.member_type {
                        RelMemberType::Node => ObjectKind::Node,
                        RelMemberType::Way => ObjectKind::Way,
                        RelMemberType::Relation => ObjectKind::Relation,
                    },
                    id: member.member_id,
                    role: member.role().unwrap_or_default().into(),
                });
                let tags = Tags::keep(relation.tags());
                pick(Relation { id: relation.id(), tags, members: members.collect() })
            }));
        })
    }

    fn ways<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Way) -> Option<T> + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, "reading ways", |group, picked| {
            picked.extend(group.ways().filter_map(|way| {
                let tags = Tags::keep(way.tags());
                pick(Way { id: way.id(), tags, nodes: way.refs().collect() })
            }));
        })
    }

    fn nodes<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Node) -> Option<T> + Sync,
    ) -> Result<Vec<T>> {
        self.scan(progress, "reading nodes", |group, picked| {
            picked.extend(group.nodes().filter_map(|node| {
                let point = LonLat::new(node.lon(), node.lat())?;
                pick(Node { id: node.id(), tags: Tags::keep(node.tags()), point })
            }));
            picked.extend(group.dense_nodes().filter_map(|node| {
                let point = LonLat::new(node.lon(), node.lat())?;
                pick(Node { id: node.id(), tags: Tags::keep(node.tags()), point })
            }));
        })
    }
}
