//! What a build needs of an extract, read in three passes: relations, ways, nodes.
//!
//! Each pass keeps what it needs itself and the ids that the next one must keep, so that memory
//! follows the number of named and numbered objects and not the size of the extract. Outlines of
//! which only the middle counts, most of all buildings with an address, become a spot as soon as
//! their nodes are known; only streets, boundaries and interpolations keep their lines.

use std::collections::BTreeSet;
use std::sync::Mutex;

use geocoder_core::LonLat;
use roaring::RoaringTreemap;

use super::feature;
use super::location::{Block, Locations, Position};
use super::node_list::NodeList;
use super::object::{ObjectKind, OsmInput, Relation, Way};
use super::tags::Tags;
use crate::error::Result;
use crate::geometry::mean;
use crate::progress::Progress;

/// Objects of interest, each once.
#[derive(Debug, Default)]
pub(crate) struct Extract {
    /// Objects that stand for one point, ordered by kind and id.
    pub(crate) spots: Vec<Spot>,
    /// Ways of which the course counts, ordered by id.
    pub(crate) lines: Vec<Way>,
    /// Relations, ordered by id.
    pub(crate) relations: Vec<Relation>,
    locations: Locations,
}

/// An object that stands for one point: a node, or the middle of a way or relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) kind: ObjectKind,
    pub(crate) id: i64,
    pub(crate) tags: Tags,
    position: Position,
}

impl Spot {
    /// Returns where it is.
    pub(crate) fn point(&self) -> LonLat {
        self.position.point()
    }
}

impl Extract {
    /// Reads what is of interest.
    pub(crate) fn read(input: &impl OsmInput, progress: &dyn Progress) -> Result<Self> {
        let mut relations: Vec<Relation> = input
            .relations(
                progress,
                |_, tags| feature::keeps_relation(tags),
                |block| block.collect::<Vec<_>>(),
            )?
            .into_iter()
            .flatten()
            .collect();
        relations.sort_unstable();
        relations.dedup_by_key(|relation| relation.id);

        let wanted_ways = members(&relations, ObjectKind::Way);
        let wanted_nodes = Mutex::new(members(&relations, ObjectKind::Node));
        let keeps = |id, tags: &Tags| feature::keeps_way(tags) || wanted_ways.contains(key(id));
        let picked = input.ways(progress, keeps, |block| {
            let picked: Vec<Way> = block.collect();
            let mut nodes: Vec<u64> =
                picked.iter().flat_map(|way| way.nodes.iter()).map(key).collect();
            nodes.sort_unstable();
            nodes.dedup();
            let nodes = RoaringTreemap::from_sorted_iter(nodes).unwrap_or_default();
            // A poisoned lock means that another thread panics, which ends the build.
            if let Ok(mut wanted) = wanted_nodes.lock() {
                *wanted |= nodes;
            }
            picked
        })?;
        let wanted_nodes = wanted_nodes.into_inner().unwrap_or_default();
        let mut ways: Vec<Way> = picked.into_iter().flatten().collect();
        ways.sort_unstable();
        ways.dedup_by_key(|way| way.id);

        let (mut blocks, mut spots) = (Vec::new(), Vec::new());
        for (block, picked) in input.nodes(progress, |block| {
            let (mut located, mut picked) = (Vec::new(), Vec::new());
            for node in block {
                let position = Position::new(node.point);
                if wanted_nodes.contains(key(node.id)) {
                    located.push((node.id, position));
                }
                if feature::keeps_spot(&node.tags) {
                    let (kind, id) = (ObjectKind::Node, node.id);
                    picked.push(Spot { kind, id, tags: node.tags, position });
                }
            }
            (Block::new(located), picked)
        })? {
            blocks.extend(block);
            spots.extend(picked);
        }
        drop(wanted_nodes);
        let locations = Locations::new(blocks);
        let mut extract = Self { spots, lines: ways, relations, locations };
        extract.add_middles();
        extract.spots.sort_unstable();
        extract.spots.dedup_by_key(|spot| (spot.kind, spot.id));
        Ok(extract)
    }

    /// Makes spots of relations and ways, and lets go of the ways whose course nothing needs.
    fn add_middles(&mut self) {
        let mut spots = Vec::new();
        for relation in self.relations.iter().filter(|r| feature::keeps_spot(&r.tags)) {
            let (outline, _) = self.outline(relation);
            let nodes: Vec<i64> = relation
                .members
                .iter()
                .filter(|member| member.kind == ObjectKind::Node)
                .map(|member| member.id)
                .collect();
            let middle = mean(&self.points(&outline.concat()));
            if let Some(point) = middle.or_else(|| mean(&self.points(&nodes))) {
                let (position, tags) = (Position::new(point), relation.tags.clone());
                spots.push(Spot { kind: ObjectKind::Relation, id: relation.id, tags, position });
            }
        }
        let lined = self.relations.iter().filter(|relation| feature::is_lined(&relation.tags));
        let outlines: BTreeSet<i64> = lined.flat_map(Relation::outline_ways).collect();
        let mut lines = Vec::new();
        for mut way in std::mem::take(&mut self.lines) {
            let is_line = feature::is_lined(&way.tags) || outlines.contains(&way.id);
            if feature::keeps_spot(&way.tags)
                && let Some(point) = mean(&self.outline_points(&way.nodes))
            {
                let tags = if is_line { way.tags.clone() } else { std::mem::take(&mut way.tags) };
                let position = Position::new(point);
                spots.push(Spot { kind: ObjectKind::Way, id: way.id, tags, position });
            }
            if is_line {
                lines.push(way);
            }
        }
        self.lines = lines;
        self.spots.append(&mut spots);
    }

    /// Lets go of all lines and positions, once everything made of them has its own.
    pub(crate) fn drop_lines(&mut self) {
        self.lines = Vec::new();
        self.locations = Locations::default();
    }

    /// Returns a way of which the course counts.
    pub(crate) fn way(&self, id: i64) -> Option<&Way> {
        let index = self.lines.binary_search_by_key(&id, |way| way.id).ok()?;
        self.lines.get(index)
    }

    /// Returns an object that stands for one point.
    pub(crate) fn spot(&self, kind: ObjectKind, id: i64) -> Option<&Spot> {
        let index = self.spots.binary_search_by_key(&(kind, id), |spot| (spot.kind, spot.id));
        self.spots.get(index.ok()?)
    }

    /// Returns where a node of a way or relation is.
    pub(crate) fn location(&self, node: i64) -> Option<LonLat> {
        self.locations.find(node)
    }

    /// Returns the points of some nodes; nodes outside the extract are left out.
    pub(crate) fn points(&self, nodes: &[i64]) -> Vec<LonLat> {
        nodes.iter().filter_map(|node| self.location(*node)).collect()
    }

    /// Returns the points of a way, the first not repeated at the end of an outline.
    fn outline_points(&self, nodes: &NodeList) -> Vec<LonLat> {
        let nodes = nodes.to_vec();
        match nodes.split_last() {
            Some((last, rest)) if nodes.first() == Some(last) && !rest.is_empty() => {
                self.points(rest)
            }
            _ => self.points(&nodes),
        }
    }

    /// Returns the node lists of a relation's outline, and how many of its ways are missing.
    pub(crate) fn outline(&self, relation: &Relation) -> (Vec<Vec<i64>>, usize) {
        let ids = relation.outline_ways();
        let lines: Vec<Vec<i64>> =
            ids.iter().filter_map(|id| self.way(*id)).map(|way| way.nodes.to_vec()).collect();
        let missing = ids.len() - lines.len();
        (lines, missing)
    }
}

/// Returns the ids of the members of one kind.
fn members(relations: &[Relation], kind: ObjectKind) -> RoaringTreemap {
    let all = relations.iter().flat_map(|relation| &relation.members);
    all.filter(|member| member.kind == kind).map(|member| key(member.id)).collect()
}

/// Returns an id as sets of ids have it; those of objects not yet uploaded are negative.
fn key(id: i64) -> u64 {
    id.cast_unsigned()
}

/// Returns a set of the ids of some objects that a relation groups.
pub(crate) fn member_ids(relation: &Relation, kind: ObjectKind, roles: &[&str]) -> BTreeSet<i64> {
    let wanted = relation.members.iter().filter(|m| m.kind == kind && m.role_is(roles));
    wanted.map(|member| member.id).collect()
}
