//! Interpolation ways: lines along a street whose numbered nodes stand for the houses between.
//!
//! Format: <https://wiki.openstreetmap.org/wiki/Key:addr:interpolation>. Between two numbered
//! nodes the way has the numbers of one parity (`even`, `odd`), all of them (`all`), every n-th
//! (a number), or the letters between two suffixes (`alphabetic`). They are spread evenly over
//! the way from one node to the other. A way without numbered nodes may have a range itself.

use std::collections::BTreeSet;

use geocoder_core::LonLat;

use super::extract::Extract;
use super::feature;
use super::object::{ObjectKind, Way};
use super::tags::Tags;
use crate::geometry::along;
use crate::house_number::{self, HouseNumber};
use crate::report::Report;

/// Most houses between two nodes; more is a mistake.
const MAX_HOUSES: usize = 500;
/// Tags that houses take from the way, or else from the nodes at their ends.
const INHERITED: [&str; 5] =
    ["addr:city", "addr:country", "addr:place", "addr:postcode", "addr:street"];

/// Houses between two nodes of a way.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) way: i64,
    pub(crate) tags: Tags,
    pub(crate) houses: Vec<(HouseNumber, LonLat)>,
}

/// What all interpolation ways say.
#[derive(Debug, Default)]
pub(crate) struct Interpolations {
    pub(crate) sections: Vec<Section>,
    /// Ways whose own range is spread along them.
    pub(crate) spread: BTreeSet<i64>,
}

/// Reads all interpolation ways.
pub(crate) fn read(extract: &Extract, report: &mut Report) -> Interpolations {
    let mut found = Interpolations::default();
    for way in extract.lines.iter().filter(|way| way.tags.has("addr:interpolation")) {
        let nodes: Vec<i64> = way.nodes.iter().collect();
        // An outline with a range is one building with several numbers.
        if nodes.len() < 2 || nodes.first() == nodes.last() {
            continue;
        }
        let points = extract.points(&nodes);
        if points.len() != nodes.len() {
            report.warn("interpolation leaves the extract", format_args!("way {}", way.id));
            continue;
        }
        let numbered = numbered_nodes(extract, &nodes);
        let Some(step) = Step::read(way.tags.get("addr:interpolation").unwrap_or_default()) else {
            report.warn("interpolation of unknown kind", format_args!("way {}", way.id));
            continue;
        };
        let before = found.sections.len();
        if numbered.is_empty() {
            found.sections.extend(own_range(way, step, &points));
            if found.sections.len() > before {
                found.spread.insert(way.id);
            }
        }
        for pair in numbered.windows(2) {
            let [from, to] = pair else { continue };
            let Some(line) = points.get(from.index..=to.index) else { continue };
            let numbers = step.between(&from.number, &to.number);
            let n_steps = numbers.len() + 1;
            let share = |step: usize| step as f64 / n_steps as f64;
            let houses = numbers.into_iter().enumerate();
            let houses =
                houses.filter_map(|(n, number)| Some((number, along(line, share(n + 1))?)));
            let section = Section {
                way: way.id,
                tags: inherited(&[&way.tags, from.tags, to.tags]),
                houses: houses.collect(),
            };
            if !section.houses.is_empty() {
                found.sections.push(section);
            }
        }
        if found.sections.len() == before && numbered.len() < 2 {
            report
                .warn("interpolation without numbers at its ends", format_args!("way {}", way.id));
        }
    }
    found
}

/// Returns the street or place that numbered nodes of a way share, from the way or one of them.
pub(crate) fn inherited_streets(extract: &Extract) -> impl Iterator<Item = (i64, String)> + '_ {
    let ways = extract.lines.iter().filter(|way| way.tags.has("addr:interpolation"));
    ways.flat_map(|way| {
        let nodes = way.nodes.to_vec();
        let numbered = numbered_nodes(extract, &nodes);
        let mut all = std::iter::once(&way.tags).chain(numbered.iter().map(|node| node.tags));
        let street = all.find_map(|tags| tags.get("addr:street")).map(String::from);
        let ids: Vec<i64> = numbered.iter().map(|node| node.id).collect();
        ids.into_iter().filter_map(move |id| Some((id, street.clone()?)))
    })
}

/// A node with a house number on a way.
struct NumberedNode<'a> {
    index: usize,
    id: i64,
    number: HouseNumber,
    tags: &'a Tags,
}

fn numbered_nodes<'a>(extract: &'a Extract, nodes: &[i64]) -> Vec<NumberedNode<'a>> {
    let numbered = nodes.iter().enumerate().filter_map(|(index, id)| {
        let spot = extract.spot(ObjectKind::Node, *id)?;
        if !feature::has_number(&spot.tags) {
            return None;
        }
        let number = house_number::parse(spot.tags.get("addr:housenumber")?).into_iter().next()?;
        Some(NumberedNode { index, id: *id, number, tags: &spot.tags })
    });
    numbered.collect()
}

fn own_range(way: &Way, step: Step, points: &[LonLat]) -> Option<Section> {
    let (from, to) = house_number::range(way.tags.get("addr:housenumber")?)?;
    let mut numbers = vec![from.clone()];
    numbers.extend(step.between(&from, &to));
    numbers.push(to);
    let last = (numbers.len() - 1) as f64;
    let houses = numbers
        .into_iter()
        .enumerate()
        .filter_map(|(n, number)| Some((number, along(points, n as f64 / last)?)));
    Some(Section { way: way.id, tags: inherited(&[&way.tags]), houses: houses.collect() })
}

fn inherited(sources: &[&Tags]) -> Tags {
    // The street of one node and the place of another are two answers to one question.
    let has_street = sources.iter().any(|tags| tags.has("addr:street"));
    let keys = INHERITED.iter().filter(|key| !(has_street && **key == "addr:place"));
    Tags::keep(keys.filter_map(|key| sources.iter().find_map(|tags| Some((*key, tags.get(key)?)))))
}

/// Which numbers there are between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Every n-th number, from the first multiple or the first odd one.
    Every(u32),
    Odd,
    Letters,
}

impl Step {
    fn read(value: &str) -> Option<Self> {
        match value.trim() {
            "all" => Some(Self::Every(1)),
            "even" => Some(Self::Every(2)),
            "odd" => Some(Self::Odd),
            "alphabetic" => Some(Self::Letters),
            other => other.parse().ok().filter(|step| (1..=100).contains(step)).map(Self::Every),
        }
    }

    /// Returns the numbers strictly between two, in the order of the way.
    fn between(self, from: &HouseNumber, to: &HouseNumber) -> Vec<HouseNumber> {
        if self == Self::Letters {
            return letters_between(from, to);
        }
        let (low, high) = (from.number.min(to.number), from.number.max(to.number));
        let plain = |number| HouseNumber { number, suffix: String::new() };
        let matches = |number: &u32| match self {
            Self::Every(2) => number.is_multiple_of(2),
            Self::Odd => !number.is_multiple_of(2),
            Self::Every(step) => (number - low).is_multiple_of(step),
            Self::Letters => false,
        };
        let numbers = (low + 1..high).filter(matches).take(MAX_HOUSES + 1);
        let mut numbers: Vec<HouseNumber> = numbers.map(plain).collect();
        if numbers.len() > MAX_HOUSES {
            numbers.clear();
        }
        if from.number > to.number {
            numbers.reverse();
        }
        numbers
    }
}

fn letters_between(from: &HouseNumber, to: &HouseNumber) -> Vec<HouseNumber> {
    let letter = |number: &HouseNumber| match number.suffix.as_bytes() {
        [] => Some(b'a' - 1),
        [one] if one.is_ascii_alphabetic() => Some(one.to_ascii_lowercase()),
        _ => None,
    };
    let (Some(first), Some(last)) = (letter(from), letter(to)) else { return Vec::new() };
    if from.number != to.number {
        return Vec::new();
    }
    let upper = [from, to].iter().any(|end| end.suffix.chars().any(char::is_uppercase));
    let shown = |letter: u8| {
        let letter = if upper { letter.to_ascii_uppercase() } else { letter };
        HouseNumber { number: from.number, suffix: char::from(letter).to_string() }
    };
    let mut letters: Vec<HouseNumber> = (first.min(last) + 1..first.max(last)).map(shown).collect();
    if first > last {
        letters.reverse();
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(kind: &str, from: &str, to: &str) -> Vec<String> {
        let end = |text| house_number::parse(text).remove(0);
        let numbers = Step::read(kind).unwrap().between(&end(from), &end(to));
        numbers.into_iter().map(|one| format!("{}{}", one.number, one.suffix)).collect()
    }

    #[test]
    fn numbers_between_two_follow_the_kind_and_direction() {
        assert_eq!(between("even", "2", "10"), ["4", "6", "8"]);
        assert_eq!(between("odd", "7", "1"), ["5", "3"]);
        assert_eq!(between("all", "3", "6"), ["4", "5"]);
        assert_eq!(between("4", "1", "13"), ["5", "9"]);
        assert_eq!(between("alphabetic", "12a", "12d"), ["12b", "12c"]);
        assert_eq!(between("alphabetic", "12", "12C"), ["12A", "12B"]);
        assert_eq!(between("even", "1", "6"), ["2", "4"], "an end of the other parity");
        assert!(between("all", "1", "99999").is_empty(), "too many to be true");
        assert!(between("odd", "5", "5").is_empty());
        assert_eq!(Step::read("yes"), None);
    }
}
