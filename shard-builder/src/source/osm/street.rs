//! Streets: named ways become one street for each name and municipality.
//!
//! A way that crosses a municipal border is divided at it, segment by segment. A street may have
//! several lines; they are joined end to end and simplified once the street is complete.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::LonLat;
use geocoder_core::gazetteer::{Names, StreetRecord};

use super::address::HouseDraft;
use super::arc::TOLERANCE_M;
use super::extract::Extract;
use super::feature;
use super::locate::{Locator, Nowhere};
use super::names;
use super::object::Tags;
use crate::geometry::{join_lines, length_m, mean, middle, nearest_on_lines, sampled, simplify};
use crate::importance;
use crate::name;
use crate::report::Report;

/// A line this near to the rest of its street adds nothing, in metres.
const BESIDE_M: f64 = 20.0;

/// Names a street: its municipality and the marked key of its name.
pub(crate) type StreetKey = (usize, String);

/// A street being collected.
#[derive(Debug, Default)]
pub(crate) struct StreetDraft {
    /// Names by spelling of the default, with the number of ways that have it.
    spellings: BTreeMap<String, (u32, Names)>,
    prominence: u8,
    pieces: Vec<Vec<i64>>,
    /// Whether a way to go along has the name, and not only the outline of a square.
    has_way: bool,
    /// Middles of squares.
    squares: Vec<LonLat>,
    /// Keys of the cities that addresses name, with the number of addresses.
    pub(crate) cities: BTreeMap<String, u32>,
    /// Postcodes with the number of addresses and ways that have them.
    pub(crate) zipcodes: BTreeMap<String, u32>,
    pub(crate) houses: BTreeMap<(u32, String), HouseDraft>,
}

/// All streets of a country.
#[derive(Debug, Default)]
pub(crate) struct Streets {
    pub(crate) drafts: BTreeMap<StreetKey, StreetDraft>,
}

impl Streets {
    /// Collects all named ways.
    pub(crate) fn read(extract: &Extract, locator: &Locator, report: &mut Report) -> Self {
        let mut streets = Self::default();
        for way in &extract.ways {
            let tags = &way.tags;
            let Some(prominence) = feature::street_prominence(tags) else { continue };
            let Some(names) = names::read(tags) else { continue };
            let closed = way.nodes.len() > 3 && way.nodes.first() == way.nodes.last();
            if closed && feature::is_area(tags) {
                let outline = vec![way.nodes.clone()];
                streets.add_square(extract, locator, (tags, &names, prominence), outline, report);
                continue;
            }
            for (city, piece) in pieces(extract, locator, &way.nodes, report) {
                let draft = streets.draft(city, &names, prominence, tags);
                draft.has_way = true;
                draft.pieces.push(piece);
            }
        }
        for relation in &extract.relations {
            let tags = &relation.tags;
            let Some(prominence) = feature::street_prominence(tags) else { continue };
            let Some(names) = names::read(tags).filter(|_| feature::is_area(tags)) else {
                continue;
            };
            let (outline, _) = extract.outline(relation);
            streets.add_square(extract, locator, (tags, &names, prominence), outline, report);
        }
        for node in &extract.nodes {
            let Some(prominence) = feature::street_prominence(&node.tags) else { continue };
            let (Some(names), Ok(city)) = (names::read(&node.tags), locator.city(node.point, None))
            else {
                continue;
            };
            streets.draft(city, &names, prominence, &node.tags).squares.push(node.point);
        }
        streets.merge_spellings();
        streets
    }

    /// Merges streets of a city that differ in marks only and touch: they are one street.
    fn merge_spellings(&mut self) {
        let mut spellings: BTreeMap<StreetKey, Vec<StreetKey>> = BTreeMap::new();
        for key in self.drafts.keys() {
            spellings.entry((key.0, name::key(&key.1))).or_default().push(key.clone());
        }
        for keys in spellings.into_values().filter(|keys| keys.len() > 1) {
            for (index, key) in keys.iter().enumerate().skip(1) {
                let Some(draft) = self.drafts.remove(key) else { continue };
                let nodes: BTreeSet<i64> = draft.pieces.iter().flatten().copied().collect();
                let touches = |other: &StreetDraft| {
                    other.pieces.iter().flatten().any(|node| nodes.contains(node))
                };
                let twin = keys
                    .iter()
                    .take(index)
                    .find(|other| self.drafts.get(other).is_some_and(touches));
                match twin.and_then(|twin| self.drafts.get_mut(twin)) {
                    Some(twin) => twin.absorb(draft),
                    None => drop(self.drafts.insert(key.clone(), draft)),
                }
            }
        }
    }

    fn add_square(
        &mut self,
        extract: &Extract,
        locator: &Locator,
        (tags, names, prominence): (&Tags, &Names, u8),
        outline: Vec<Vec<i64>>,
        report: &mut Report,
    ) {
        let Some(centre) = mean(&extract.points(&outline.concat())) else { return };
        match locator.city(centre, None) {
            Ok(city) => {
                let draft = self.draft(city, names, prominence, tags);
                draft.squares.push(centre);
                draft.pieces.extend(outline);
            }
            Err(nowhere) => skip(nowhere, report, &names.default),
        }
    }

    fn draft(
        &mut self,
        city: usize,
        names: &Names,
        prominence: u8,
        tags: &Tags,
    ) -> &mut StreetDraft {
        let draft = self.drafts.entry((city, name::marked_key(&names.default))).or_default();
        draft.add_spelling(names);
        draft.prominence = draft.prominence.max(prominence);
        for code in name::zipcodes(tags.get("postal_code").unwrap_or_default()) {
            *draft.zipcodes.entry(code).or_default() += 1;
        }
        draft
    }
}

impl StreetDraft {
    /// Notes one more mention of the street's names.
    pub(crate) fn add_spelling(&mut self, names: &Names) {
        match self.spellings.get_mut(&names.default) {
            Some((count, known)) => {
                *count += 1;
                names::merge(known, names.clone());
            }
            None => {
                self.spellings.insert(names.default.clone(), (1, names.clone()));
            }
        }
    }

    /// Takes over everything of another street.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (spelling, (count, names)) in other.spellings {
            let known = self.spellings.entry(spelling).or_insert_with(|| (0, names));
            known.0 += count;
        }
        self.prominence = self.prominence.max(other.prominence);
        self.has_way |= other.has_way;
        self.pieces.extend(other.pieces);
        self.squares.extend(other.squares);
        for (code, count) in other.zipcodes {
            *self.zipcodes.entry(code).or_default() += count;
        }
        for (city, count) in other.cities {
            *self.cities.entry(city).or_default() += count;
        }
        for (number, house) in other.houses {
            match self.houses.entry(number) {
                Entry::Vacant(entry) => drop(entry.insert(house)),
                Entry::Occupied(mut entry) => entry.get_mut().merge(house),
            }
        }
    }

    /// Whether a mapped way has the name, and not only addresses or squares.
    pub(crate) fn has_way(&self) -> bool {
        self.has_way
    }

    /// Makes sure that a street known from addresses only has some prominence.
    pub(crate) fn raise(&mut self, prominence: u8) {
        self.prominence = self.prominence.max(prominence);
    }

    /// Returns the names; the most frequent spelling is the default.
    pub(crate) fn names(&self) -> Names {
        let mut spellings: Vec<&(u32, Names)> = self.spellings.values().collect();
        spellings.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut spellings = spellings.into_iter().map(|(_, names)| names.clone());
        let mut names = spellings.next().unwrap_or_default();
        spellings.for_each(|other| names::merge(&mut names, other));
        names
    }

    /// Returns the lines of the street as mapped, joined end to end.
    pub(crate) fn lines(&self, extract: &Extract) -> Vec<Vec<LonLat>> {
        let joined = join_lines(self.pieces.clone(), |_| true);
        joined.iter().map(|line| extract.points(line)).filter(|line| line.len() > 1).collect()
    }

    /// Returns a point in the middle of the street or of its houses.
    pub(crate) fn middle(&self, extract: &Extract) -> Option<LonLat> {
        let houses: Vec<LonLat> = self.houses.values().map(|house| house.coordinates).collect();
        let of_square = mean(&self.squares).filter(|_| !self.has_way);
        if let Some(centre) = of_square.or_else(|| middle(&self.lines(extract))) {
            return Some(centre);
        }
        let centre = mean(&houses)?;
        let each: Vec<Vec<LonLat>> = houses.iter().map(|house| vec![*house]).collect();
        nearest_on_lines(&each, centre).map(|(_, house)| house)
    }

    /// Completes the street; postcodes and houses are those already decided on.
    pub(crate) fn finish(
        self,
        extract: &Extract,
        city: usize,
        zipcodes: Vec<String>,
    ) -> Option<StreetRecord> {
        let names = self.names();
        let coordinates = self.middle(extract)?;
        let lines = self.lines(extract);
        let extent_m: f64 = lines.iter().map(|line| length_m(line)).sum();
        Some(StreetRecord {
            names,
            city,
            coordinates,
            geometry: significant(lines.iter().map(|line| simplify(line, TOLERANCE_M)).collect()),
            importance: importance::street(self.prominence, self.houses.len(), extent_m),
            houses: self
                .houses
                .into_iter()
                .map(|((number, _), house)| house.finish(number, &zipcodes))
                .collect(),
            zipcodes,
        })
    }
}

/// Returns the lines that say more of where the street is than the longer ones do already.
///
/// The second carriageway and the arms of a junction are on the street as near as can be told.
fn significant(mut lines: Vec<Vec<LonLat>>) -> Vec<Vec<LonLat>> {
    lines.sort_by(|a, b| length_m(b).total_cmp(&length_m(a)));
    let mut kept: Vec<Vec<LonLat>> = Vec::new();
    for line in lines {
        let is_near = |point: &LonLat| {
            nearest_on_lines(&kept, *point).is_some_and(|(distance_m, _)| distance_m <= BESIDE_M)
        };
        if !sampled(&line, BESIDE_M).iter().all(is_near) {
            kept.push(line);
        }
    }
    kept
}

/// Divides a way into pieces that each lie in one city.
fn pieces(
    extract: &Extract,
    locator: &Locator,
    nodes: &[i64],
    report: &mut Report,
) -> Vec<(usize, Vec<i64>)> {
    let located: Vec<(i64, LonLat)> =
        nodes.iter().filter_map(|node| Some((*node, extract.location(*node)?))).collect();
    let cities: Vec<Option<usize>> =
        located.iter().map(|(_, point)| locator.city_around(*point)).collect();
    let mut pieces: Vec<(usize, Vec<i64>)> = Vec::new();
    let mut lost = None;
    let mut connected = false;
    for (segment, ends) in located.windows(2).zip(cities.windows(2)) {
        let (&[(from, a), (to, b)], &[at_start, at_end]) = (segment, ends) else { continue };
        let half = LonLat { lon: (a.lon + b.lon) / 2.0, lat: (a.lat + b.lat) / 2.0 };
        let city = match (at_start, at_end) {
            (Some(start), Some(end)) if start == end => Ok(start),
            _ => locator.city(half, None),
        };
        match (city, pieces.last_mut()) {
            (Ok(city), Some((last, piece))) if connected && *last == city => piece.push(to),
            (Ok(city), _) => pieces.push((city, vec![from, to])),
            (Err(nowhere), _) => lost = Some(nowhere),
        }
        connected = city.is_ok();
    }
    if let Some(nowhere) = lost {
        skip(nowhere, report, format_args!("node {}", nodes.first().unwrap_or(&0)));
    }
    pieces
}

fn skip(nowhere: Nowhere, report: &mut Report, example: impl std::fmt::Display) {
    match nowhere {
        Nowhere::Abroad => report.clip("street or part of it outside the country"),
        Nowhere::Unincorporated => report.warn("street far from any city", example),
    }
}
