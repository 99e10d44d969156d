//! What a build needs of an extract, read in three passes: relations, ways, nodes.
//!
//! Each pass keeps what it needs itself and the ids that the next one must keep, so that memory
//! follows the number of named and numbered objects and not the size of the extract.

use std::collections::BTreeSet;

use geocoder_core::LonLat;

use super::feature;
use super::object::{Node, ObjectKind, OsmInput, Relation, Way};
use crate::error::Result;
use crate::progress::Progress;

/// Units of a stored degree: the precision of OpenStreetMap itself.
const UNITS_PER_DEGREE: f64 = 1e7;

/// Objects of interest, each once and ordered by id, and where their nodes are.
#[derive(Debug, Default)]
pub(crate) struct Extract {
    pub(crate) nodes: Vec<Node>,
    pub(crate) ways: Vec<Way>,
    pub(crate) relations: Vec<Relation>,
    locations: Locations,
}

/// Positions of nodes by id, 16 bytes each.
#[derive(Debug, Default)]
struct Locations {
    ids: Vec<i64>,
    points: Vec<[i32; 2]>,
}

impl Extract {
    /// Reads what is of interest.
    pub(crate) fn read(input: &impl OsmInput, progress: &dyn Progress) -> Result<Self> {
        let mut relations = input.relations(progress, |relation| {
            feature::keeps_relation(&relation.tags).then_some(relation)
        })?;
        relations.sort_unstable();
        relations.dedup_by_key(|relation| relation.id);

        let members = |kind| {
            let all = relations.iter().flat_map(|relation| &relation.members);
            sorted_ids(all.filter(|member| member.kind == kind).map(|member| member.id).collect())
        };
        let wanted_ways = members(ObjectKind::Way);
        let mut ways = input.ways(progress, |way| {
            let wanted = feature::keeps_way(&way.tags) || has_id(&wanted_ways, way.id);
            wanted.then_some(way)
        })?;
        ways.sort_unstable();
        ways.dedup_by_key(|way| way.id);

        let mut wanted_nodes = members(ObjectKind::Node);
        wanted_nodes.extend(ways.iter().flat_map(|way| &way.nodes));
        let wanted_nodes = sorted_ids(wanted_nodes);
        let picked = input.nodes(progress, |node| {
            let place = has_id(&wanted_nodes, node.id).then(|| (node.id, stored(node.point)));
            let node = feature::keeps_node(&node.tags).then(|| Box::new(node));
            (place.is_some() || node.is_some()).then_some((place, node))
        })?;
        let (mut places, mut nodes) = (Vec::new(), Vec::new());
        for (place, node) in picked {
            places.extend(place);
            nodes.extend(node.map(|node| *node));
        }
        places.sort_unstable();
        places.dedup_by_key(|(id, _)| *id);
        nodes.sort_unstable_by(|a, b| {
            let tie = a.tags.cmp(&b.tags).then(stored(a.point).cmp(&stored(b.point)));
            a.id.cmp(&b.id).then(tie)
        });
        nodes.dedup_by_key(|node| node.id);
        let (ids, points) = places.into_iter().unzip();
        Ok(Self { nodes, ways, relations, locations: Locations { ids, points } })
    }

    /// Returns a way by its id.
    pub(crate) fn way(&self, id: i64) -> Option<&Way> {
        let index = self.ways.binary_search_by_key(&id, |way| way.id).ok()?;
        self.ways.get(index)
    }

    /// Returns where a node of a way or relation is.
    pub(crate) fn location(&self, node: i64) -> Option<LonLat> {
        let index = self.locations.ids.binary_search(&node).ok()?;
        let [lon, lat] = *self.locations.points.get(index)?;
        let degrees = |units: i32| f64::from(units) / UNITS_PER_DEGREE;
        Some(LonLat { lon: degrees(lon), lat: degrees(lat) })
    }

    /// Returns the points of some nodes; nodes outside the extract are left out.
    pub(crate) fn points(&self, nodes: &[i64]) -> Vec<LonLat> {
        nodes.iter().filter_map(|node| self.location(*node)).collect()
    }

    /// Returns the node lists of a relation's outline, and how many of its ways are missing.
    pub(crate) fn outline(&self, relation: &Relation) -> (Vec<Vec<i64>>, usize) {
        let ids = relation.outline_ways();
        let lines: Vec<Vec<i64>> =
            ids.iter().filter_map(|id| self.way(*id)).map(|way| way.nodes.clone()).collect();
        let missing = ids.len() - lines.len();
        (lines, missing)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "degrees in range fit by far")]
fn stored(point: LonLat) -> [i32; 2] {
    [point.lon, point.lat].map(|degrees| (degrees * UNITS_PER_DEGREE).round() as i32)
}

fn sorted_ids(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn has_id(sorted: &[i64], id: i64) -> bool {
    sorted.binary_search(&id).is_ok()
}

/// Returns a set of the ids of some objects that a relation groups.
pub(crate) fn member_ids(relation: &Relation, kind: ObjectKind, roles: &[&str]) -> BTreeSet<i64> {
    let wanted = relation.members.iter().filter(|m| m.kind == kind && m.role_is(roles));
    wanted.map(|member| member.id).collect()
}
