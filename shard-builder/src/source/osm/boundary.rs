//! Boundaries: which relations outline the country and its parts, as areas.
//!
//! A relation is of the country when a point inside it is inside the country; relations of
//! neighbours, of which an extract often has a part, are left out and counted.

use std::collections::BTreeSet;

use geocoder_core::{CountryCode, LonLat};

use super::extract::Extract;
use super::object::Relation;
use super::tags::Tags;
use crate::country::CountryProfile;
use crate::geometry::{Area, join_lines};
use crate::name;
use crate::report::Report;

/// What an outlined area is in the country's hierarchy, larger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Country,
    Administrative,
    County,
    City,
    Quarter,
}

/// An outlined part of the country, or the country.
#[derive(Debug)]
pub(crate) struct Boundary<'a> {
    pub(crate) level: Level,
    pub(crate) relation: &'a Relation,
    pub(crate) area: Area,
    /// A point inside.
    pub(crate) inside: LonLat,
    /// Node lists that together form closed rings: the ways, and what closes broken rings.
    pub(crate) lines: Vec<Vec<i64>>,
}

/// All boundaries of a country.
#[derive(Debug, Default)]
pub(crate) struct Boundaries<'a> {
    /// The relation of the country, of which the extract may have only a part.
    pub(crate) country_relation: Option<&'a Relation>,
    /// The country; unknown when the extract has no closed ring of it.
    pub(crate) country: Option<Boundary<'a>>,
    /// Its parts, larger levels first, then by id.
    pub(crate) parts: Vec<Boundary<'a>>,
    /// Areas of postcodes.
    pub(crate) postal: Vec<(String, Area)>,
}

/// The outline of a relation as far as the extract has it.
struct Outline {
    ways: Vec<Vec<i64>>,
    closed: Vec<Vec<i64>>,
    open: Vec<Vec<i64>>,
    missing: usize,
}

impl Outline {
    fn read(extract: &Extract, relation: &Relation) -> Self {
        let (ways, missing) = extract.outline(relation);
        let joined = join_lines(ways.clone(), |_| true);
        let is_ring = |line: &Vec<i64>| line.len() > 3 && line.first() == line.last();
        let (closed, open) = joined.into_iter().partition(is_ring);
        Self { ways, closed, open, missing }
    }

    fn area(&self, extract: &Extract, with_open: bool) -> Option<Area> {
        let open = self.open.iter().filter(|_| with_open);
        let rings = self.closed.iter().chain(open).map(|ring| extract.points(ring));
        Area::new(&rings.collect::<Vec<_>>())
    }

    fn is_whole(&self) -> bool {
        self.open.is_empty() && self.missing == 0
    }

    /// Returns the ways with straight lines that close broken rings.
    fn closed_lines(mut self) -> Vec<Vec<i64>> {
        for line in self.open {
            if let (Some(first), Some(last)) = (line.first(), line.last()) {
                self.ways.push(vec![*last, *first]);
            }
        }
        self.ways
    }
}

/// Finds the boundaries of a country.
pub(crate) fn read<'a>(
    extract: &'a Extract,
    country: CountryCode,
    report: &mut Report,
) -> Boundaries<'a> {
    let profile = CountryProfile::of(country);
    let country_relation = country_relation(extract, country);
    let mut found = Boundaries {
        country_relation,
        country: country_relation.and_then(|relation| country_boundary(extract, relation, report)),
        ..Boundaries::default()
    };
    if found.country.is_none() {
        report.warn("no boundary of the country", "nothing is clipped by it");
    }
    let own_nodes = own_nodes(found.country.as_ref());
    for relation in &extract.relations {
        let tags = &relation.tags;
        let postcode = postcode(tags);
        let level = part_level(relation, profile);
        if (level.is_none() && postcode.is_none()) || is_foreign_by_tags(relation, country) {
            continue;
        }
        let outline = Outline::read(extract, relation);
        let Some((area, inside)) =
            own_area(extract, &outline, found.country.as_ref().map(|c| &c.area), &own_nodes)
        else {
            report.clip("boundary outside the country");
            continue;
        };
        if !outline.is_whole() {
            let title = tags.get("name").unwrap_or("without name");
            report.warn("broken boundary ring", format_args!("relation {} ({title})", relation.id));
        }
        if let Some(code) = postcode {
            found.postal.push((code, area));
        } else if let Some(level) = level {
            let lines = outline.closed_lines();
            found.parts.push(Boundary { level, relation, area, inside, lines });
        }
    }
    if profile.ceremonial {
        prefer_ceremonial(&mut found.parts);
    }
    found.parts.sort_by_key(|part| (part.level, part.relation.id));
    found
}

/// Lets ceremonial counties stand for the administrative ones of their name, and makes
/// municipalities of the other administrative ones within: they are unitary authorities.
fn prefer_ceremonial(parts: &mut Vec<Boundary<'_>>) {
    let key = |part: &Boundary<'_>| name::key(part.relation.tags.get("name").unwrap_or_default());
    let is_ceremonial = |part: &Boundary<'_>| part.relation.tags.is("boundary", &["ceremonial"]);
    let ceremonial: Vec<(String, Area)> = parts
        .iter()
        .filter(|part| is_ceremonial(part))
        .map(|part| (key(part), part.area.clone()))
        .collect();
    let is_administrative =
        |part: &Boundary<'_>| part.level == Level::County && !is_ceremonial(part);
    parts.retain(|part| {
        !is_administrative(part) || ceremonial.iter().all(|(name, _)| *name != key(part))
    });
    for part in parts.iter_mut().filter(|part| is_administrative(part)) {
        if ceremonial.iter().any(|(_, area)| area.contains(part.inside)) {
            part.level = Level::City;
        }
    }
}

/// Returns the relation of the country; territories have theirs below level 2.
fn country_relation(extract: &Extract, country: CountryCode) -> Option<&Relation> {
    let code = country.as_str().to_uppercase();
    let is_country = |relation: &&Relation| {
        let tags = &relation.tags;
        tags.is("boundary", &["administrative"])
            && ["ISO3166-1:alpha2", "ISO3166-1"].iter().any(|key| tags.get(key) == Some(&code))
    };
    let level = |relation: &&Relation| relation.tags.get("admin_level")?.parse::<u8>().ok();
    let countries = extract.relations.iter().filter(is_country);
    countries.filter(|relation| level(relation).is_some()).min_by_key(level)
}

fn country_boundary<'a>(
    extract: &Extract,
    relation: &'a Relation,
    report: &mut Report,
) -> Option<Boundary<'a>> {
    let outline = Outline::read(extract, relation);
    if !outline.is_whole() {
        report.warn("broken boundary ring", format_args!("relation {}, the country", relation.id));
    }
    let area = outline.area(extract, false)?;
    let inside = area.interior_point()?;
    let lines = outline.closed_lines();
    Some(Boundary { level: Level::Country, relation, area, inside, lines })
}

/// Returns the nodes on the country's own boundary, which count as inside.
fn own_nodes(country: Option<&Boundary<'_>>) -> BTreeSet<i64> {
    country.iter().flat_map(|boundary| boundary.lines.iter().flatten()).copied().collect()
}

/// Returns the code of an area of a postcode, which some have as their reference or name.
fn postcode(tags: &Tags) -> Option<String> {
    let is_postal = tags.is("boundary", &["postal_code"]);
    let keys = ["postal_code", "addr:postcode", "ref", "name"].iter().filter(|_| is_postal);
    keys.filter_map(|key| tags.get(key)).find_map(|code| name::zipcodes(code).next())
}

fn part_level(relation: &Relation, profile: CountryProfile) -> Option<Level> {
    let tags = &relation.tags;
    if !tags.is("type", &["boundary", "multipolygon"]) {
        return None;
    }
    if profile.ceremonial && tags.is("boundary", &["ceremonial"]) {
        return tags.get("name").map(|_| Level::County);
    }
    if !tags.is("boundary", &["administrative"]) {
        return None;
    }
    let number: u8 = tags.get("admin_level")?.parse().ok()?;
    let levels = [
        (profile.administrative, Level::Administrative),
        (profile.county, Level::County),
        (profile.city, Level::City),
        (profile.quarter, Level::Quarter),
    ];
    tags.get("name")?;
    levels.into_iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, level)| level)
}

fn is_foreign_by_tags(relation: &Relation, country: CountryCode) -> bool {
    let code = relation.tags.get("ISO3166-2").and_then(|code| code.split_once('-'));
    let part_of = code.and_then(|(of, _)| CountryCode::parse(of));
    part_of.is_some_and(|of| of != country)
}

/// Returns the area of an outline and a point inside when it is in the country.
fn own_area(
    extract: &Extract,
    outline: &Outline,
    country: Option<&Area>,
    own_nodes: &BTreeSet<i64>,
) -> Option<(Area, LonLat)> {
    let is_own = |point| country.is_none_or(|area| area.contains(point));
    if let Some(area) = outline.area(extract, false) {
        let inside = area.interior_point()?;
        if !is_own(inside) {
            return None;
        }
        // Open lines beside closed rings may be a broken exclave: they take part as well.
        let whole = outline.area(extract, true)?;
        return Some((whole, inside));
    }
    // Without any closed ring a neighbour shares only points of the common border.
    let mut beyond_border = outline.open.iter().flatten().filter(|node| !own_nodes.contains(node));
    let mut any_inside = false;
    let all_own = beyond_border.all(|node| {
        any_inside = true;
        extract.location(*node).is_none_or(is_own)
    });
    if !(all_own && any_inside) {
        return None;
    }
    let area = outline.area(extract, true)?;
    let inside = area.interior_point()?;
    Some((area, inside))
}
