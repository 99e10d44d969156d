//! Where nodes are: positions by node id, some 7 bytes each.
//!
//! Nodes arrive in blocks. Each block keeps the nodes that are wanted, ordered by id, as
//! differences to the one before, with an entry point every 32 nodes. Blocks of a sorted extract
//! do not overlap, so they are used as they come: there is never a second copy. Blocks that do
//! overlap (unsorted extracts, several extracts of one country) are unpacked and merged.

use geocoder_core::LonLat;

use super::node_list::{push_varint, take_varint, unzigzag, zigzag};

/// Units of a stored degree: the precision of OpenStreetMap itself.
const UNITS_PER_DEGREE: f64 = 1e7;
/// Nodes from one entry point to the next.
const STRIDE: usize = 32;
/// Nodes of a merged block.
const MERGED_NODES: usize = 8_192;

/// A position in units of 1e-7 degree: longitude, then latitude.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(pub(crate) i32, pub(crate) i32);

impl Position {
    /// Rounds a point.
    #[expect(clippy::cast_possible_truncation, reason = "degrees in range fit by far")]
    pub(crate) fn new(point: LonLat) -> Self {
        let units = |degrees: f64| (degrees * UNITS_PER_DEGREE).round() as i32;
        Self(units(point.lon), units(point.lat))
    }

    /// Returns the point.
    pub(crate) fn point(self) -> LonLat {
        let degrees = |units: i32| f64::from(units) / UNITS_PER_DEGREE;
        LonLat { lon: degrees(self.0), lat: degrees(self.1) }
    }
}

/// Nodes of one block, ordered by id.
#[derive(Debug)]
pub(crate) struct Block {
    last: i64,
    /// Id and place in `bytes` of every 32nd node.
    entries: Box<[(i64, u32)]>,
    bytes: Box<[u8]>,
}

impl Block {
    /// Packs nodes in any order; nothing of no nodes.
    pub(crate) fn new(mut nodes: Vec<(i64, Position)>) -> Option<Self> {
        nodes.sort_unstable();
        nodes.dedup_by_key(|(id, _)| *id);
        Self::of_sorted(&nodes)
    }

    fn of_sorted(nodes: &[(i64, Position)]) -> Option<Self> {
        let (last, _) = *nodes.last()?;
        let (mut entries, mut bytes) = (Vec::new(), Vec::new());
        for stride in nodes.chunks(STRIDE) {
            let mut before = (stride.first()?.0, Position::default());
            entries.push((before.0, u32::try_from(bytes.len()).ok()?));
            for (id, position) in stride {
                push_varint(&mut bytes, zigzag(id - before.0));
                push_varint(&mut bytes, zigzag(i64::from(position.0) - i64::from(before.1.0)));
                push_varint(&mut bytes, zigzag(i64::from(position.1) - i64::from(before.1.1)));
                before = (*id, *position);
            }
        }
        Some(Self { last, entries: entries.into_boxed_slice(), bytes: bytes.into_boxed_slice() })
    }

    fn first(&self) -> i64 {
        self.entries.first().map_or(i64::MAX, |(id, _)| *id)
    }

    fn stride(&self, number: usize) -> impl Iterator<Item = (i64, Position)> + '_ {
        let from = self.entries.get(number).copied();
        let to = self.entries.get(number + 1).map_or(self.bytes.len(), |(_, at)| *at as usize);
        let (mut id, at) = from.unwrap_or((0, u32::MAX));
        let mut rest = self.bytes.get(at as usize..to).unwrap_or_default();
        let (mut lon, mut lat) = (0_i64, 0_i64);
        std::iter::from_fn(move || {
            id += unzigzag(take_varint(&mut rest)?);
            lon += unzigzag(take_varint(&mut rest)?);
            lat += unzigzag(take_varint(&mut rest)?);
            Some((id, Position(i32::try_from(lon).ok()?, i32::try_from(lat).ok()?)))
        })
    }

    fn nodes(&self) -> impl Iterator<Item = (i64, Position)> + '_ {
        (0..self.entries.len()).flat_map(|number| self.stride(number))
    }

    fn find(&self, node: i64) -> Option<Position> {
        let number = self.entries.partition_point(|(id, _)| *id <= node).checked_sub(1)?;
        self.stride(number).find(|(id, _)| *id == node).map(|(_, position)| position)
    }
}

/// Positions of nodes by id.
#[derive(Debug, Default)]
pub(crate) struct Locations {
    /// Ordered by id, without overlap.
    blocks: Vec<Block>,
}

impl Locations {
    /// Takes blocks in any order; of a node that is in several, the least position counts.
    pub(crate) fn new(mut found: Vec<Block>) -> Self {
        found.sort_by_key(|block| (block.first(), block.last));
        let mut blocks = Vec::with_capacity(found.len());
        let mut overlapping: Vec<Block> = Vec::new();
        let mut last = i64::MIN;
        for block in found {
            if block.first() > last {
                merge(&mut overlapping, &mut blocks);
            }
            last = last.max(block.last);
            overlapping.push(block);
        }
        merge(&mut overlapping, &mut blocks);
        Self { blocks }
    }

    /// Returns where a node is.
    pub(crate) fn find(&self, node: i64) -> Option<LonLat> {
        let index = self.blocks.partition_point(|block| block.first() <= node).checked_sub(1)?;
        self.blocks.get(index)?.find(node).map(Position::point)
    }
}

fn merge(overlapping: &mut Vec<Block>, blocks: &mut Vec<Block>) {
    if overlapping.len() < 2 {
        blocks.append(overlapping);
        return;
    }
    let mut nodes: Vec<(i64, Position)> = Vec::new();
    for block in overlapping.drain(..) {
        nodes.extend(block.nodes());
    }
    nodes.sort_unstable();
    nodes.dedup_by_key(|(id, _)| *id);
    blocks.extend(nodes.chunks(MERGED_NODES).filter_map(Block::of_sorted));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64) -> (i64, Position) {
        let spread = |by: i64| i32::try_from(id * by % 3_600_000_000 - 1_800_000_000).unwrap();
        (id, Position(spread(7_919), spread(104_729) / 2))
    }

    #[test]
    fn every_node_is_found_where_it_was_put_and_no_other() {
        let apart = [5..905, 2_000..2_001, 12_000_000_000..12_000_000_100];
        let overlapping = [100_000..100_090, 100_050..100_200, 100_030..100_031];
        let ranges: Vec<_> = apart.into_iter().chain(overlapping).collect();
        let blocks = ranges.iter().filter_map(|ids| {
            // Every third is left out, and the order is mixed.
            Block::new(ids.clone().rev().filter(|id| id % 3 != 0).map(node).collect())
        });
        let locations = Locations::new(blocks.collect());
        for id in (0..3_000).chain(100_000..100_300).chain(11_999_999_990..12_000_000_110) {
            let there = id % 3 != 0 && ranges.iter().any(|range| range.contains(&id));
            assert_eq!(locations.find(id), there.then(|| node(id).1.point()), "{id}");
        }
        assert!(Block::new(Vec::new()).is_none());
    }

    #[test]
    fn neighbours_in_space_and_number_take_a_few_bytes() {
        let nodes: Vec<_> = (0..8_000)
            .map(|step| {
                (
                    9_000_000_000 + i64::from(step),
                    Position(95_200_000 + step * 40, 471_400_000 - step * 60),
                )
            })
            .collect();
        let block = Block::new(nodes).unwrap();
        let bytes = block.bytes.len() + block.entries.len() * size_of::<(i64, u32)>();
        assert!(bytes < 8_000 * 6, "{bytes}");
    }
}
