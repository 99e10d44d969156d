//! The hierarchy of places: outlined areas and named nodes become records with parents.
//!
//! - A municipality takes coordinates, population and further names from the node of its label or
//!   centre, or from the place node inside that bears its name; that node is no record of its own.
//! - Other cities, towns, villages, hamlets and quarters are cities below their municipality.
//! - A region or county with no municipality inside (a city state) is a city as well.

use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::gazetteer::{MAX_POPULATION, Names, PlaceRecord};
use geocoder_core::{CountryCode, LonLat, RecordType};

use super::arc::Arcs;
use super::boundary::{Boundaries, Boundary, Level};
use super::extract::{Extract, member_ids};
use super::feature;
use super::names;
use super::object::ObjectKind;
use super::tags::Tags;
use crate::country::CountryProfile;
use crate::geometry::Area;
use crate::importance;
use crate::name;
use crate::report::Report;

/// Namesakes in one municipality that are nearer than this are one place mapped twice.
const SAME_PLACE_M: f64 = 2_000.0;

/// Places with their areas; the country is the first.
#[derive(Debug)]
pub(crate) struct Hierarchy {
    pub(crate) places: Vec<PlaceRecord>,
    /// Areas of the places that have one, by index of the place.
    pub(crate) areas: Vec<(usize, Level, Area)>,
    /// Lines of all boundaries.
    pub(crate) arcs: Vec<Vec<LonLat>>,
    /// Villages, quarters and the like inside a municipality, by it and the keys of their names.
    pub(crate) settlements: BTreeMap<(usize, String), usize>,
    /// The country's area.
    pub(crate) country: Option<Area>,
}

/// A named place that is mapped as a point or a small outline.
struct Site {
    node: Option<i64>,
    point: LonLat,
    place: String,
    capital: String,
    names: Names,
    population: u32,
}

impl Site {
    fn new(node: Option<i64>, point: LonLat, tags: &Tags) -> Option<Self> {
        let place = tags.get("place")?;
        if place != "country" && feature::city_prominence(place).is_none() {
            return None;
        }
        Some(Self {
            node,
            point,
            place: place.into(),
            capital: tags.get("capital").unwrap_or_default().into(),
            names: names::read(tags)?,
            population: population(tags),
        })
    }

    fn prominence(&self) -> u8 {
        feature::city_prominence(&self.place).unwrap_or_default()
    }
}

/// Builds the hierarchy of a country.
pub(crate) fn build(
    extract: &Extract,
    country: CountryCode,
    boundaries: &Boundaries<'_>,
    report: &mut Report,
) -> Hierarchy {
    let mut sites = sites(extract);
    let mut used = BTreeSet::new();
    let profile = CountryProfile::of(country);
    let record = country_record(country, boundaries, &mut sites, &mut used, report);
    let mut hierarchy = Hierarchy {
        places: vec![record],
        areas: Vec::new(),
        arcs: Vec::new(),
        settlements: BTreeMap::new(),
        country: boundaries.country.as_ref().map(|boundary| boundary.area.clone()),
    };
    let by_key = sites_by_key(&sites);
    let mut outlined: Vec<(usize, &Boundary<'_>)> =
        boundaries.country.iter().map(|boundary| (0, boundary)).collect();
    let quarters = boundaries.parts.partition_point(|part| part.level < Level::Quarter);
    let mut city_states = Vec::new();
    for (number, boundary) in boundaries.parts.iter().enumerate() {
        if number == quarters {
            city_states = add_city_states(&mut hierarchy, boundaries, &outlined);
        }
        // A quarter of a city that is not in the extract would be a city beside it.
        if boundary.level == Level::Quarter && !hierarchy.is_in_city(boundary.inside) {
            report.warn(
                "quarter without its city",
                format_args!("relation {}", boundary.relation.id),
            );
            continue;
        }
        let lookup = (extract, sites.as_slice(), &by_key);
        let record = part_record(boundary, profile, &hierarchy, lookup, &mut used);
        let index = hierarchy.places.len();
        let Some(record) = record else { continue };
        if let Some(parent) = record.parent.filter(|_| boundary.level == Level::Quarter) {
            hierarchy.add_settlement(parent, &record.names);
        }
        hierarchy.places.push(record);
        hierarchy.areas.push((index, boundary.level, boundary.area.clone()));
        outlined.push((index, boundary));
    }
    if quarters == boundaries.parts.len() {
        city_states = add_city_states(&mut hierarchy, boundaries, &outlined);
    }
    hierarchy.add_arcs(extract, &outlined);
    for (city, region) in city_states {
        let arcs = hierarchy.places.get(region).map(|region| region.boundary.clone());
        if let (Some(city), Some(arcs)) = (hierarchy.places.get_mut(city), arcs) {
            city.boundary = arcs;
        }
    }
    let mut known = BTreeMap::new();
    for (index, site) in sites.into_iter().enumerate() {
        if !used.contains(&index) && site.place != "country" {
            add_site(&mut hierarchy, &mut known, site, report);
        }
    }
    hierarchy
}

/// Returns the places; administrative boundaries are places already.
fn sites(extract: &Extract) -> Vec<Site> {
    let spots = extract.spots.iter();
    let spots = spots
        .filter(|spot| spot.kind != ObjectKind::Relation || !spot.tags.has("boundary"))
        .filter_map(|spot| {
            let node = (spot.kind == ObjectKind::Node).then_some(spot.id);
            Site::new(node, spot.point(), &spot.tags)
        });
    spots.collect()
}

fn sites_by_key(sites: &[Site]) -> BTreeMap<String, Vec<usize>> {
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, site) in sites.iter().enumerate() {
        for text in name::all(&site.names) {
            let list = by_key.entry(name::key(text)).or_default();
            if list.last() != Some(&index) {
                list.push(index);
            }
        }
    }
    by_key
}

fn country_record(
    country: CountryCode,
    boundaries: &Boundaries<'_>,
    sites: &mut [Site],
    used: &mut BTreeSet<usize>,
    report: &mut Report,
) -> PlaceRecord {
    let code = country.to_string();
    let boundary = boundaries.country.as_ref();
    let relation = boundaries.country_relation;
    let mut names = relation.and_then(|relation| names::read(&relation.tags));
    let mut population_known = relation.map_or(0, |relation| population(&relation.tags));
    let mut point = boundary.map(|boundary| boundary.inside);
    for (index, site) in sites.iter().enumerate().filter(|(_, site)| site.place == "country") {
        let inside = boundary.is_none_or(|boundary| boundary.area.contains(site.point));
        if inside {
            used.insert(index);
            population_known = population_known.max(site.population);
            point = Some(site.point);
            match &mut names {
                Some(names) => names::merge(names, site.names.clone()),
                None => names = Some(site.names.clone()),
            }
        }
    }
    if names.is_none() {
        report.warn("no name of the country", format_args!("it is shown as {code}"));
    }
    PlaceRecord {
        kind: RecordType::Country,
        names: names.unwrap_or_else(|| Names::new(code.to_uppercase())),
        parent: None,
        coordinates: point.unwrap_or(LonLat { lon: 0.0, lat: 0.0 }),
        population: population_known,
        zipcodes: Vec::new(),
        code,
        importance: importance::place(importance::COUNTRY, population_known, ""),
        located: point.is_some(),
        boundary: Vec::new(),
    }
}

fn part_record(
    boundary: &Boundary<'_>,
    profile: CountryProfile,
    hierarchy: &Hierarchy,
    (extract, sites, by_key): (&Extract, &[Site], &BTreeMap<String, Vec<usize>>),
    used: &mut BTreeSet<usize>,
) -> Option<PlaceRecord> {
    let tags = &boundary.relation.tags;
    let mut names = names::read(tags)?;
    let label = member_ids(boundary.relation, ObjectKind::Node, &["label"]);
    let centre = member_ids(boundary.relation, ObjectKind::Node, &["admin_centre", "admin_center"]);
    let keys: Vec<String> = name::all(&names).map(name::key).collect();
    let namesakes: BTreeSet<usize> =
        keys.iter().filter_map(|key| by_key.get(key)).flatten().copied().collect();
    let is_member =
        |site: &Site, ids: &BTreeSet<i64>| site.node.is_some_and(|id| ids.contains(&id));

    let is_city = matches!(boundary.level, Level::City | Level::Quarter);
    let site = if is_city {
        // A label or a namesake in the centre is the place; a centre of another name is only
        // where its middle is, unless it is the middle of a quarter.
        let rank = |index: &usize| {
            let site = sites.get(*index)?;
            let namesake = namesakes.contains(index);
            let rank = match () {
                () if is_member(site, &label) => 4,
                () if is_member(site, &centre)
                    && (namesake || boundary.level == Level::Quarter) =>
                {
                    3
                }
                () if namesake && boundary.area.contains(site.point) => 2,
                () => return None,
            };
            Some((rank, site.prominence(), site.population, std::cmp::Reverse(*index)))
        };
        let members = label.iter().chain(&centre).filter_map(|id| {
            let found =
                sites.binary_search_by_key(&(false, Some(*id)), |s| (s.node.is_none(), s.node));
            found.ok()
        });
        let candidates: BTreeSet<usize> = namesakes.iter().copied().chain(members).collect();
        candidates
            .into_iter()
            .filter(|index| !used.contains(index))
            .filter_map(|index| rank(&index).map(|rank| (rank, index)))
            .max()
            .map(|(_, index)| index)
    } else {
        None
    };
    let site = site.and_then(|index| {
        used.insert(index);
        sites.get(index)
    });
    let member_point = label.iter().chain(&centre).find_map(|id| extract.location(*id));
    let population = match (population(tags), site) {
        (0, Some(site)) => site.population,
        (known, _) => known,
    };
    if let Some(site) = site {
        names::merge(&mut names, site.names.clone());
    }
    let capital = site.map_or("", |site| site.capital.as_str());
    let (kind, code, prominence) = match boundary.level {
        Level::Country | Level::Administrative => {
            let part = tags.get("ISO3166-2").and_then(|code| code.split_once('-'));
            let code = part.filter(|_| profile.region_codes).map_or("", |(_, part)| part);
            (RecordType::Administrative, code, importance::ADMINISTRATIVE)
        }
        Level::County => {
            let code = tags.get(profile.county_code_tag).unwrap_or_default();
            (RecordType::County, code, importance::COUNTY)
        }
        Level::City | Level::Quarter => {
            let code = tags.get(profile.city_code_tag).unwrap_or_default();
            let by_place = site
                .map(Site::prominence)
                .or_else(|| feature::city_prominence(tags.get("place").unwrap_or_default()));
            (RecordType::City, code, by_place.unwrap_or(importance::MUNICIPALITY))
        }
    };
    Some(PlaceRecord {
        kind,
        names,
        parent: Some(hierarchy.container(boundary.inside, boundary.level)),
        coordinates: site.map(|site| site.point).or(member_point).unwrap_or(boundary.inside),
        population,
        zipcodes: name::zipcodes(tags.get("postal_code").unwrap_or_default()).collect(),
        code: name::clean(code),
        importance: importance::place(prominence, population, capital),
        located: true,
        boundary: Vec::new(),
    })
}

/// Adds a city for each region or county that has no municipality inside or is tagged as a city,
/// and for a country that has none at all. Returns these cities with what they are cities of.
fn add_city_states(
    hierarchy: &mut Hierarchy,
    boundaries: &Boundaries<'_>,
    outlined: &[(usize, &Boundary<'_>)],
) -> Vec<(usize, usize)> {
    let cities: Vec<LonLat> = boundaries
        .parts
        .iter()
        .filter(|part| part.level == Level::City)
        .map(|part| part.inside)
        .collect();
    let counties: Vec<&Boundary<'_>> =
        boundaries.parts.iter().filter(|part| part.level == Level::County).collect();
    let is_city = |part: &Boundary<'_>| part.relation.tags.is("place", &["city", "town"]);
    let city_regions: Vec<&Boundary<'_>> = boundaries
        .parts
        .iter()
        .filter(|part| part.level == Level::Administrative && is_city(part))
        .collect();
    let mut added = Vec::new();
    for (index, part) in outlined {
        if !matches!(part.level, Level::Administrative | Level::County) {
            continue;
        }
        let area = &part.area;
        let has_parts = cities.iter().any(|inside| area.contains(*inside))
            || (part.level == Level::Administrative
                && counties.iter().any(|county| area.contains(county.inside)));
        // The districts of a city that is a region are no cities.
        let in_city = part.level == Level::County
            && city_regions.iter().any(|region| region.area.contains(part.inside));
        if is_city(part) || !(has_parts || in_city) {
            added.push((*index, area.clone()));
        }
    }
    if boundaries.parts.is_empty()
        && let Some(area) = &hierarchy.country
    {
        added.push((0, area.clone()));
    }
    let mut states = Vec::new();
    for (parent, area) in added {
        let Some(region) = hierarchy.places.get(parent) else { continue };
        let prominence = importance::MUNICIPALITY;
        let city = PlaceRecord {
            kind: RecordType::City,
            parent: Some(parent),
            code: String::new(),
            importance: importance::place(prominence, region.population, ""),
            ..region.clone()
        };
        states.push((hierarchy.places.len(), parent));
        hierarchy.areas.push((hierarchy.places.len(), Level::City, area));
        hierarchy.places.push(city);
    }
    states
}

/// Adds a place that no boundary stands for, unless it is mapped twice.
fn add_site(
    hierarchy: &mut Hierarchy,
    known: &mut BTreeMap<(usize, String), Vec<LonLat>>,
    site: Site,
    report: &mut Report,
) {
    if hierarchy.country.as_ref().is_some_and(|area| !area.contains(site.point)) {
        report.clip("place outside the country");
        return;
    }
    let parent = hierarchy.container(site.point, Level::Quarter);
    let twins = known.entry((parent, name::key(&site.names.default))).or_default();
    if twins.iter().any(|twin| twin.distance_m(site.point) < SAME_PLACE_M) {
        return;
    }
    twins.push(site.point);
    let prominence = site.prominence();
    let in_city = hierarchy.places.get(parent).is_some_and(|place| place.kind == RecordType::City);
    if in_city {
        hierarchy.add_settlement(parent, &site.names);
    }
    hierarchy.places.push(PlaceRecord {
        kind: RecordType::City,
        names: site.names,
        parent: Some(parent),
        coordinates: site.point,
        population: site.population,
        zipcodes: Vec::new(),
        code: String::new(),
        importance: importance::place(prominence, site.population, &site.capital),
        located: true,
        boundary: Vec::new(),
    });
}

impl Hierarchy {
    /// Notes the names of a part of a city, which is the next place.
    fn add_settlement(&mut self, city: usize, names: &Names) {
        for text in name::all(names) {
            self.settlements.entry((city, name::key(text))).or_insert(self.places.len());
        }
    }

    fn add_arcs(&mut self, extract: &Extract, outlined: &[(usize, &Boundary<'_>)]) {
        let boundaries: Vec<&Boundary<'_>> = outlined.iter().map(|(_, b)| *b).collect();
        let arcs = Arcs::new(extract, &boundaries);
        for ((index, _), numbers) in outlined.iter().zip(arcs.of_boundary) {
            if let Some(place) = self.places.get_mut(*index) {
                place.boundary = numbers;
            }
        }
        self.arcs = arcs.lines;
    }

    fn is_in_city(&self, point: LonLat) -> bool {
        let city = self.places.get(self.container(point, Level::Quarter));
        city.is_some_and(|place| place.kind == RecordType::City)
    }

    /// Returns the smallest place of a larger level around a point, at last the country.
    fn container(&self, point: LonLat, below: Level) -> usize {
        let around = self.areas.iter().filter(|(_, level, area)| {
            *level < below && *level != Level::Quarter && area.contains(point)
        });
        around
            .max_by(|a, b| a.1.cmp(&b.1).then(b.2.extent().total_cmp(&a.2.extent())))
            .map_or(0, |(index, _, _)| *index)
    }
}

fn population(tags: &Tags) -> u32 {
    let text = tags.get("population").unwrap_or_default();
    let number = text.split([';', '(']).next().unwrap_or_default();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_or(0, |count: u32| count.min(MAX_POPULATION))
}
