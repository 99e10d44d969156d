//! Streets that houses have by being grouped: in a relation with their street, or on an
//! interpolation way that names it.

use std::collections::BTreeMap;

use super::extract::Extract;
use super::interpolation;
use super::names;
use super::object::{ObjectKind, Relation};
use crate::name;

/// Names of streets by the object that has them.
pub(crate) type GroupStreets = BTreeMap<(ObjectKind, i64), String>;

/// Reads all groups.
pub(crate) fn read(extract: &Extract) -> GroupStreets {
    let mut streets = GroupStreets::new();
    for (node, street) in interpolation::inherited_streets(extract) {
        streets.insert((ObjectKind::Node, node), street);
    }
    let is_group = |relation: &&Relation| relation.tags.is("type", &["associatedStreet", "street"]);
    for relation in extract.relations.iter().filter(is_group) {
        let Some(street) = street_of(extract, relation) else { continue };
        for member in relation.members.iter().filter(|member| !member.role_is(&["street"])) {
            streets.insert((member.kind, member.id), street.clone());
        }
    }
    streets
}

/// Returns the name of a group: its own, that of its addresses or that of its street.
fn street_of(extract: &Extract, relation: &Relation) -> Option<String> {
    if let Some(names) = names::read(&relation.tags) {
        return Some(names.default);
    }
    if let Some(named) = relation.tags.get("addr:street") {
        return Some(name::clean(named));
    }
    let streets =
        relation.members.iter().filter(|m| m.kind == ObjectKind::Way && m.role_is(&["street"]));
    streets
        .filter_map(|member| extract.way(member.id))
        .find_map(|way| names::read(&way.tags).map(|names| names.default))
}
