//! OpenStreetMap objects as the builder needs them, and where they come from.

use std::collections::BTreeSet;

use geocoder_core::LonLat;

use super::node_list::NodeList;
use super::tags::Tags;
use crate::error::Result;
use crate::progress::Progress;

/// Kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ObjectKind {
    Node,
    Way,
    Relation,
}

impl ObjectKind {
    /// Returns the word of OpenStreetMap for the kind.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Way => "way",
            Self::Relation => "relation",
        }
    }
}

/// A point with tags.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: i64,
    pub(crate) tags: Tags,
    pub(crate) point: LonLat,
}

/// A line or outline with tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    pub(crate) id: i64,
    pub(crate) tags: Tags,
    pub(crate) nodes: NodeList,
}

/// A group of objects with tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Relation {
    pub(crate) id: i64,
    pub(crate) tags: Tags,
    pub(crate) members: Vec<Member>,
}

/// A member of a relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    pub(crate) kind: ObjectKind,
    pub(crate) id: i64,
    pub(crate) role: Box<str>,
}

impl Relation {
    /// Returns the ways that outline the relation's area, each once, in the order of their ids.
    pub(crate) fn outline_ways(&self) -> BTreeSet<i64> {
        let is_outline = |member: &&Member| {
            member.kind == ObjectKind::Way && member.role_is(&["outer", "inner", ""])
        };
        self.members.iter().filter(is_outline).map(|member| member.id).collect()
    }
}

impl Member {
    /// Whether the role is one of some.
    pub(crate) fn role_is(&self, roles: &[&str]) -> bool {
        roles.contains(&&*self.role)
    }
}

/// Where objects come from, in blocks. Objects arrive in any order; one may arrive twice.
pub(crate) trait OsmInput {
    /// Returns what `read` makes of each block of relations that `keeps` keeps.
    fn relations<T: Send>(
        &self,
        progress: &dyn Progress,
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Relation>) -> T + Sync,
    ) -> Result<Vec<T>>;

    /// Returns what `read` makes of each block of ways that `keeps` keeps.
    fn ways<T: Send>(
        &self,
        progress: &dyn Progress,
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Way>) -> T + Sync,
    ) -> Result<Vec<T>>;

    /// Returns what `read` makes of each block of nodes.
    fn nodes<T: Send>(
        &self,
        progress: &dyn Progress,
        read: impl Fn(&mut dyn Iterator<Item = Node>) -> T + Sync,
    ) -> Result<Vec<T>>;
}
