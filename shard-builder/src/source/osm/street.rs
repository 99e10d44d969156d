//! Streets: named ways become one street for each name and municipality.
//!
//! A way that crosses a municipal border is divided at it ([`super::border`]). A street may have
//! several lines; they are joined end to end and simplified once the street is complete.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::LonLat;
use geocoder_core::gazetteer::{Names, StreetRecord};

use super::arc::TOLERANCE_M;
use super::border;
use super::extract::Extract;
use super::feature;
use super::house::{HouseDraft, HouseKey};
use super::locate::{Locator, Nowhere};
use super::location::Position;
use super::names;
use super::object::ObjectKind;
use super::tags::Tags;
use crate::geometry::{join_lines, length_m, mean, middle, nearest_on_lines, sampled, simplify};
use crate::importance;
use crate::name;
use crate::report::Report;

/// A line this near to the rest of its street adds nothing, in metres.
const BESIDE_M: f64 = 20.0;
/// A street that reaches no farther than this over a border is left on its side, in metres.
const SLIVER_M: f64 = 15.0;

/// Names a street: its municipality and the marked key of its name.
pub(crate) type StreetKey = (usize, String);

/// A street being collected.
#[derive(Debug, Default)]
pub(crate) struct StreetDraft {
    /// Names by spelling of the default, with the number of ways that have it.
    spellings: BTreeMap<String, (u32, Names)>,
    prominence: u8,
    pieces: Vec<Vec<Position>>,
    /// Whether a way to go along has the name, and not only the outline of a square.
    has_way: bool,
    /// Whether a part of the street was left out for being abroad.
    leaves_country: bool,
    /// Middles of squares.
    squares: Vec<LonLat>,
    /// Keys of the cities that addresses name, with the number of addresses.
    pub(crate) cities: BTreeMap<String, u32>,
    /// Postcodes with the number of addresses and ways that have them.
    pub(crate) zipcodes: BTreeMap<String, u32>,
    pub(crate) houses: BTreeMap<HouseKey, HouseDraft>,
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
        for way in &extract.lines {
            let tags = &way.tags;
            let Some(prominence) = feature::street_prominence(tags) else { continue };
            let Some(names) = names::read(tags) else { continue };
            let nodes = way.nodes.to_vec();
            let closed = nodes.len() > 3 && nodes.first() == nodes.last();
            if closed && feature::is_area(tags) {
                let outline = &[nodes];
                streets.add_square(extract, locator, (tags, &names, prominence), outline, report);
                continue;
            }
            let pieces = border::divide(locator, &extract.points(&nodes));
            if let Some(nowhere) = pieces.lost {
                skip(nowhere, report, format_args!("way {}", way.id));
            }
            for (city, piece) in pieces.of_cities {
                let draft = streets.draft(city, &names, prominence, tags);
                draft.has_way = true;
                draft.leaves_country |= pieces.lost == Some(Nowhere::Abroad);
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
            streets.add_square(extract, locator, (tags, &names, prominence), &outline, report);
        }
        for node in extract.spots.iter().filter(|spot| spot.kind == ObjectKind::Node) {
            let (tags, point) = (&node.tags, node.point());
            let Some(prominence) = feature::street_prominence(tags) else { continue };
            let (Some(names), Ok(city)) = (names::read(tags), locator.city(point, None)) else {
                continue;
            };
            streets.draft(city, &names, prominence, tags).squares.push(point);
        }
        streets.merge_bilingual();
        streets.merge_spellings();
        streets.merge_slivers();
        streets
    }

    /// Merges streets named in two languages without saying which into those that say it.
    fn merge_bilingual(&mut self) {
        let mut moves = Vec::new();
        for (key, draft) in &self.drafts {
            let parts = draft.spellings.keys().find_map(|spelling| names::parts(spelling));
            let Some((first, rest)) = parts.as_deref().and_then(<[_]>::split_first) else {
                continue;
            };
            let twin = (key.0, name::marked_key(first));
            let knows = |names: &Names| {
                rest.iter().all(|part| name::all(names).any(|known| known == part.as_str()))
            };
            if self.drafts.get(&twin).is_some_and(|twin| knows(&twin.names())) {
                moves.push((key.clone(), twin));
            }
        }
        for (from, to) in moves {
            if let Some(draft) = self.drafts.remove(&from)
                && let Some(twin) = self.drafts.get_mut(&to)
            {
                twin.absorb(StreetDraft { spellings: BTreeMap::new(), ..draft });
            }
        }
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
                let nodes = draft.positions();
                let twin = keys.iter().take(index).find(|other| {
                    self.drafts.get(other).is_some_and(|other| other.touches(&nodes))
                });
                match twin.and_then(|twin| self.drafts.get_mut(twin)) {
                    Some(twin) => twin.absorb(draft),
                    None => drop(self.drafts.insert(key.clone(), draft)),
                }
            }
        }
    }

    /// Gives the ends of streets that barely reach over a border back to the rest of the street,
    /// and leaves out those of streets abroad.
    fn merge_slivers(&mut self) {
        let mut slivers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (key, draft) in &self.drafts {
            if draft.has_way && draft.squares.is_empty() && draft.length_m() < SLIVER_M {
                slivers.entry(key.1.clone()).or_default().push(key.0);
            }
        }
        let mut namesakes: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
        for (city, text) in self.drafts.keys().filter(|key| slivers.contains_key(&key.1)) {
            namesakes.entry(text).or_default().push(*city);
        }
        let mut moves = Vec::new();
        for (text, cities) in &slivers {
            for city in cities {
                let Some(sliver) = self.drafts.get(&(*city, text.clone())) else { continue };
                let nodes = sliver.positions();
                let others = namesakes.get(text).into_iter().flatten().filter(|of| *of != city);
                let rest = others
                    .filter_map(|of| Some((of, self.drafts.get(&(*of, text.clone()))?)))
                    .filter(|(_, other)| other.touches(&nodes) && other.length_m() >= SLIVER_M)
                    .max_by(|a, b| a.1.length_m().total_cmp(&b.1.length_m()));
                if let Some((to, _)) = rest {
                    moves.push(((*city, text.clone()), (*to, text.clone())));
                }
            }
        }
        self.drafts.retain(|_, draft| {
            !draft.leaves_country || !draft.squares.is_empty() || draft.length_m() >= SLIVER_M
        });
        for (from, to) in moves {
            if let Some(draft) = self.drafts.remove(&from)
                && let Some(rest) = self.drafts.get_mut(&to)
            {
                rest.absorb(draft);
            }
        }
    }

    fn add_square(
        &mut self,
        extract: &Extract,
        locator: &Locator,
        (tags, names, prominence): (&Tags, &Names, u8),
        outline: &[Vec<i64>],
        report: &mut Report,
    ) {
        let Some(centre) = mean(&extract.points(&outline.concat())) else { return };
        match locator.city(centre, None) {
            Ok(city) => {
                let draft = self.draft(city, names, prominence, tags);
                draft.squares.push(centre);
                let positions = |line: &Vec<i64>| {
                    extract.points(line).into_iter().map(Position::new).collect::<Vec<_>>()
                };
                draft.pieces.extend(outline.iter().map(positions));
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
            match self.spellings.entry(spelling) {
                Entry::Vacant(entry) => drop(entry.insert((count, names))),
                Entry::Occupied(mut entry) => {
                    let (known_count, known) = entry.get_mut();
                    *known_count += count;
                    names::merge(known, names);
                }
            }
        }
        self.prominence = self.prominence.max(other.prominence);
        self.has_way |= other.has_way;
        self.leaves_country |= other.leaves_country;
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
    pub(crate) fn lines(&self) -> Vec<Vec<LonLat>> {
        let joined = join_lines(self.pieces.clone(), |_| true).into_iter();
        let points = |line: Vec<Position>| line.into_iter().map(Position::point).collect();
        joined.filter(|line| line.len() > 1).map(points).collect()
    }

    fn positions(&self) -> BTreeSet<Position> {
        self.pieces.iter().flatten().copied().collect()
    }

    fn touches(&self, positions: &BTreeSet<Position>) -> bool {
        self.pieces.iter().flatten().any(|position| positions.contains(position))
    }

    fn length_m(&self) -> f64 {
        let segments = self.pieces.iter().flat_map(|piece| piece.windows(2));
        let length_m = |segment: &[Position]| match segment {
            [from, to] => from.point().distance_m(to.point()),
            _ => 0.0,
        };
        segments.map(length_m).sum()
    }

    /// Returns a point in the middle of the street or of its houses.
    pub(crate) fn middle(&self) -> Option<LonLat> {
        let houses: Vec<LonLat> = self.houses.values().map(HouseDraft::point).collect();
        let of_square = mean(&self.squares).filter(|_| !self.has_way);
        if let Some(centre) = of_square.or_else(|| middle(&self.lines())) {
            return Some(centre);
        }
        let centre = mean(&houses)?;
        let each: Vec<Vec<LonLat>> = houses.iter().map(|house| vec![*house]).collect();
        nearest_on_lines(&each, centre).map(|(_, house)| house)
    }

    /// Completes the street; postcodes and houses are those already decided on.
    pub(crate) fn finish(self, city: usize, zipcodes: Vec<String>) -> Option<StreetRecord> {
        let names = self.names();
        let coordinates = self.middle()?;
        let lines = self.lines();
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

fn skip(nowhere: Nowhere, report: &mut Report, example: impl std::fmt::Display) {
    match nowhere {
        Nowhere::Abroad => report.clip("street or part of it outside the country"),
        Nowhere::Unincorporated => report.warn("street far from any city", example),
    }
}
