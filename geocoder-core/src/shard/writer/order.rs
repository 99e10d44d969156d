//! Numbers the places: parents before children, children of one parent along a Hilbert curve,
//! or as in the previous generation.

use std::collections::HashMap;

use super::{Gazetteer, Result, Shard};
use crate::geo::{LonLat, hilbert_index};
use crate::shard::{Dictionary, NO_PARENT, Role};

/// Places in the order of their ordinals.
#[derive(Debug)]
pub(super) struct Order {
    /// Index in the gazetteer, `None` for an ordinal whose place no longer exists.
    pub(super) places: Vec<Option<usize>>,
    /// Ordinal of each place of the gazetteer.
    pub(super) ordinals: Vec<u32>,
}

impl Order {
    /// Returns the index in the gazetteer of the place with an ordinal.
    pub(super) fn place(&self, ordinal: u32) -> Option<usize> {
        self.places[ordinal as usize]
    }
}

pub(super) fn order(gazetteer: &Gazetteer, previous: Option<&Shard<Vec<u8>>>) -> Result<Order> {
    let sorted = hierarchical(gazetteer);
    let mut places: Vec<Option<usize>> = Vec::new();
    if let Some(previous) = previous {
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        for place in sorted.iter().rev() {
            by_path.entry(path(gazetteer, *place)).or_default().push(*place);
        }
        for path in previous_paths(previous)? {
            // Places of the same path take the ordinals in their order of the hierarchy.
            places.push(by_path.get_mut(&path).and_then(Vec::pop));
        }
    }
    let mut ordinals = vec![u32::MAX; gazetteer.places.len()];
    for (ordinal, place) in places.iter().enumerate() {
        if let Some(place) = place {
            ordinals[*place] = ordinal as u32;
        }
    }
    // A place under a new parent that comes later must move behind it.
    loop {
        let misplaced = places.iter().position(|place| {
            place.is_some_and(|place| {
                let parent = gazetteer.places[place].parent;
                parent.is_some_and(|parent| ordinals[parent] >= ordinals[place])
            })
        });
        let Some(misplaced) = misplaced else { break };
        if let Some(place) = places[misplaced].take() {
            ordinals[place] = u32::MAX;
        }
    }
    for place in sorted {
        if ordinals[place] == u32::MAX {
            ordinals[place] = places.len() as u32;
            places.push(Some(place));
        }
    }
    Ok(Order { places, ordinals })
}

/// Returns the places in depth-first order.
fn hierarchical(gazetteer: &Gazetteer) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); gazetteer.places.len()];
    let mut roots = Vec::new();
    for (index, place) in gazetteer.places.iter().enumerate() {
        match place.parent {
            Some(parent) => children[parent].push(index),
            None => roots.push(index),
        }
    }
    let key = |index: &usize| {
        let place = &gazetteer.places[*index];
        (place.kind, curve(place.coordinates), place.names.default.clone(), *index)
    };
    roots.sort_by_key(key);
    let mut sorted = Vec::new();
    let mut stack: Vec<usize> = roots.into_iter().rev().collect();
    while let Some(place) = stack.pop() {
        sorted.push(place);
        children[place].sort_by_key(key);
        stack.extend(children[place].iter().rev());
    }
    sorted
}

/// Returns a point's place on a Hilbert curve over the world.
fn curve(point: LonLat) -> u64 {
    let cell = |degrees: f64, span: f64| ((degrees + span) / (2.0 * span) * 65_535.0) as u32;
    hilbert_index(16, cell(point.lon, 180.0), cell(point.lat, 90.0))
}

/// Returns what names a place between generations: its kind and names from the country down.
fn path(gazetteer: &Gazetteer, place: usize) -> String {
    let place = &gazetteer.places[place];
    let above = place.parent.map(|parent| path(gazetteer, parent)).unwrap_or_default();
    format!("{above}\n{} {}", place.kind.name(), place.names.default)
}

fn previous_paths(previous: &Shard<Vec<u8>>) -> Result<Vec<String>> {
    let mut paths: Vec<String> = Vec::new();
    for place in &previous.places().places {
        let Some(kind) = place.kind else {
            paths.push(String::new());
            continue;
        };
        let names = previous.place_names(place)?;
        let mut path = match place.parent {
            NO_PARENT => String::new(),
            parent => paths[parent as usize].clone(),
        };
        path.push_str(&format!("\n{} ", kind.name()));
        if let Some(name) = names.iter().find(|name| name.role == Role::Default) {
            previous.write_name(Dictionary::Places, name, &mut path)?;
        }
        paths.push(path);
    }
    Ok(paths)
}
