//! OpenStreetMap objects as the builder needs them, and where they come from.

use std::collections::BTreeSet;

use geocoder_core::LonLat;

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

/// Tags of an object that the builder may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tags(Vec<(Box<str>, Box<str>)>);

impl Tags {
    /// Keeps the useful ones of all tags.
    pub(crate) fn keep<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let useful = tags.into_iter().filter(|(key, _)| is_useful(key));
        Self(useful.map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Whether a key has one of some values.
    pub(crate) fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }

    /// Whether the key is there, with any value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns all tags.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }
}

/// Keys that are looked at; the rest would only cost memory.
fn is_useful(key: &str) -> bool {
    const KEYS: [&str; 40] = [
        "addr:city",
        "addr:country",
        "addr:housenumber",
        "addr:place",
        "addr:postcode",
        "addr:street",
        "admin_level",
        "aeroway",
        "amenity",
        "area",
        "boundary",
        "building",
        "bus",
        "capital",
        "entrance",
        "highway",
        "historic",
        "iata",
        "icao",
        "information",
        "leisure",
        "name",
        "office",
        "place",
        "population",
        "postal_code",
        "public_transport",
        "railway",
        "ref",
        "ref:INSEE",
        "shop",
        "station",
        "tourism",
        "tram",
        "trolleybus",
        "type",
        "wikidata",
        "wikipedia",
        "craft",
        "junction",
    ];
    const PREFIXES: [&str; 2] = ["name:", "ISO3166-"];
    KEYS.contains(&key)
        || key.ends_with("_name")
        || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
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
    pub(crate) nodes: Vec<i64>,
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

/// Where objects come from. Objects arrive in any order; an object may arrive twice.
pub(crate) trait OsmInput {
    /// Returns what `pick` makes of each relation.
    fn relations<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Relation) -> Option<T> + Sync,
    ) -> Result<Vec<T>>;

    /// Returns what `pick` makes of each way.
    fn ways<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Way) -> Option<T> + Sync,
    ) -> Result<Vec<T>>;

    /// Returns what `pick` makes of each node.
    fn nodes<T: Send>(
        &self,
        progress: &dyn Progress,
        pick: impl Fn(Node) -> Option<T> + Sync,
    ) -> Result<Vec<T>>;
}
