//! Places being collected: which of several sources mean the same one, and what it is then.
//!
//! Two places are one when they share an identifier. Else they must be of one kind and country,
//! share a name that is shown, be within reach of one another, and nothing may say that they
//! differ: identifiers of one scheme, or regions and counties known to differ.

use std::collections::{BTreeMap, HashMap};

use geocoder_core::gazetteer::{MAX_POPULATION, Names, PlaceRecord};
use geocoder_core::{CountryCode, LonLat, RecordType};

use super::SourceNumber;
use super::position::Position;
use crate::entry::{AreaName, Entry, Locality};
use crate::geometry::Area;
use crate::name;

/// Farthest that two points of one city are apart, in metres.
const SAME_CITY_M: f64 = 15_000.0;
/// Farthest that an address is from its city when nothing else tells namesakes apart, when it
/// names the region, and when it names the county or an identifier, in metres.
const ADDRESS_REACH_M: [f64; 3] = [40_000.0, 150_000.0, 300_000.0];
/// Farthest that two points of one county are apart, in metres.
const SAME_COUNTY_M: f64 = 150_000.0;

/// A place of which more may become known; without a name it is only referred to so far.
#[derive(Debug, Clone)]
pub(super) struct PlaceDraft {
    pub(super) kind: RecordType,
    pub(super) names: Names,
    pub(super) ids: Vec<String>,
    pub(super) parent: Option<usize>,
    /// What the source that made it put it into, whatever later ones say.
    pub(super) first_parent: Option<usize>,
    pub(super) position: Position,
    pub(super) population: u32,
    pub(super) zipcodes: Vec<String>,
    /// Number of addresses.
    pub(super) addresses: u32,
    /// Postcodes of addresses, with their number.
    pub(super) votes: BTreeMap<String, u32>,
    pub(super) code: String,
    pub(super) importance: u8,
    pub(super) boundary: Vec<usize>,
    /// The source that made it.
    pub(super) source: SourceNumber,
}

impl PlaceDraft {
    fn new(kind: RecordType, parent: Option<usize>, source: SourceNumber) -> Self {
        Self {
            kind,
            names: Names::default(),
            ids: Vec::new(),
            parent,
            first_parent: parent,
            position: Position::Unknown,
            population: 0,
            zipcodes: Vec::new(),
            addresses: 0,
            votes: BTreeMap::new(),
            code: String::new(),
            importance: 0,
            boundary: Vec::new(),
            source,
        }
    }
}

/// A place that is looked for.
struct Wanted<'a> {
    kind: RecordType,
    names: &'a Names,
    ids: &'a [String],
    parent: Option<usize>,
    zipcodes: &'a [String],
    at: Option<LonLat>,
    reach_m: f64,
}

/// All places so far.
#[derive(Debug)]
pub(super) struct Places {
    country: CountryCode,
    pub(super) drafts: Vec<PlaceDraft>,
    pub(super) arcs: Vec<Vec<LonLat>>,
    areas: BTreeMap<usize, Area>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<(RecordType, String), Vec<usize>>,
    /// Cities of addresses, by what the addresses say of them.
    cities: HashMap<String, Vec<usize>>,
}

impl Places {
    /// Starts with the country alone; with nothing for the world.
    pub(super) fn new(country: CountryCode) -> Self {
        let mut places = Self {
            country,
            drafts: Vec::new(),
            arcs: Vec::new(),
            areas: BTreeMap::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            cities: HashMap::new(),
        };
        if country != CountryCode::WORLD {
            places.country_place(Some(country), 0);
        }
        places
    }

    pub(super) fn country(&self) -> CountryCode {
        self.country
    }

    pub(super) fn get(&self, index: usize) -> Option<&PlaceDraft> {
        self.drafts.get(index)
    }

    /// Returns the place of a country, nothing for the world without one.
    fn country_place(
        &mut self,
        country: Option<CountryCode>,
        source: SourceNumber,
    ) -> Option<usize> {
        let world = self.country == CountryCode::WORLD;
        let country = if world { country? } else { self.country };
        let id = country_id(country);
        if let Some(index) = self.by_id.get(&id) {
            return Some(*index);
        }
        let mut draft = PlaceDraft::new(RecordType::Country, None, source);
        draft.code = country.to_string();
        draft.ids = vec![id];
        Some(self.add(draft))
    }

    fn add(&mut self, draft: PlaceDraft) -> usize {
        let index = self.drafts.len();
        for id in &draft.ids {
            self.by_id.entry(id.clone()).or_insert(index);
        }
        self.drafts.push(draft);
        self.index_names(index);
        index
    }

    /// Makes a place findable by the names that it is shown by.
    fn index_names(&mut self, index: usize) {
        let Some(draft) = self.drafts.get(index) else { return };
        for text in name::shown(&draft.names).filter(|text| !text.is_empty()) {
            let list = self.by_name.entry((draft.kind, name::key(text))).or_default();
            if !list.contains(&index) {
                list.push(index);
            }
        }
    }

    /// Takes a place from a source; tells its number and whether it is new.
    pub(super) fn place(
        &mut self,
        kind: RecordType,
        entry: Entry,
        source: SourceNumber,
    ) -> Option<(usize, bool)> {
        let parent = self.parent_of(kind, &entry.locality, entry.coordinates, source);
        if parent.is_none() && kind != RecordType::Country {
            return None;
        }
        let index = if kind == RecordType::Country {
            self.country_place(entry.locality.country, source)
        } else {
            let known = entry.ids.iter().find_map(|id| self.by_id.get(id).copied());
            let known = known.filter(|index| self.get(*index).is_some_and(|d| d.kind == kind));
            known.or_else(|| {
                self.find(&Wanted {
                    kind,
                    names: &entry.names,
                    ids: &entry.ids,
                    parent,
                    zipcodes: &entry.locality.zipcodes,
                    at: entry.coordinates.filter(|_| !entry.approximate),
                    reach_m: if kind == RecordType::City { SAME_CITY_M } else { SAME_COUNTY_M },
                })
            })
        };
        let is_new = index.is_none_or(|index| {
            self.get(index).is_some_and(|draft| draft.names.default.is_empty())
        });
        let index = index.unwrap_or_else(|| self.add(PlaceDraft::new(kind, parent, source)));
        self.merge(index, entry, parent);
        Some((index, is_new))
    }

    fn merge(&mut self, index: usize, entry: Entry, parent: Option<usize>) {
        let deeper = self.is_deeper(index, parent);
        let Some(draft) = self.drafts.get_mut(index) else { return };
        if deeper {
            draft.parent = parent;
        }
        name::unite(&mut draft.names, entry.names);
        for id in entry.ids {
            self.by_id.entry(id.clone()).or_insert(index);
            if !draft.ids.contains(&id) {
                draft.ids.push(id);
            }
        }
        let position = match entry.coordinates {
            Some(point) if entry.approximate => Position::Guessed(point),
            Some(point) => Position::Stated(point),
            None => Position::Unknown,
        };
        if position.rank() > draft.position.rank() {
            draft.position = position;
        }
        if draft.population == 0 {
            draft.population = entry.population.min(MAX_POPULATION);
        }
        for code in entry.locality.zipcodes {
            if !draft.zipcodes.contains(&code) {
                draft.zipcodes.push(code);
            }
        }
        if draft.code.is_empty() {
            draft.code = entry.code;
        }
        draft.importance = draft.importance.max(entry.importance);
        self.index_names(index);
    }

    /// Whether a parent says more of where a place is than the one it has.
    fn is_deeper(&self, index: usize, parent: Option<usize>) -> bool {
        let Some(draft) = self.get(index) else { return false };
        let depth = |place| self.chain(place).count();
        parent.is_some_and(|parent| {
            let known = draft.parent.map_or(0, depth);
            parent != index && draft.boundary.is_empty() && depth(parent) > known
        })
    }

    /// Returns a place and everything above it.
    pub(super) fn chain(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(place), |index| self.get(*index)?.parent).take(16)
    }

    fn above(&self, place: usize, kind: RecordType) -> Option<usize> {
        self.chain(place).find(|index| self.get(*index).is_some_and(|draft| draft.kind == kind))
    }

    /// Returns the smallest region or county that a locality names, at least the country.
    pub(super) fn areas_of(
        &mut self,
        locality: &Locality,
        at: Option<LonLat>,
        source: SourceNumber,
    ) -> Option<usize> {
        self.parent_of(RecordType::City, locality, at, source)
    }

    /// Adds postcodes that a city has not yet.
    pub(super) fn add_zipcodes(&mut self, city: usize, zipcodes: &[String]) {
        let Some(draft) = self.drafts.get_mut(city) else { return };
        for code in zipcodes {
            if !draft.zipcodes.contains(code) {
                draft.zipcodes.push(code.clone());
            }
        }
    }

    /// Returns the smallest of the areas that a locality names above a kind, made if new.
    fn parent_of(
        &mut self,
        kind: RecordType,
        locality: &Locality,
        at: Option<LonLat>,
        source: SourceNumber,
    ) -> Option<usize> {
        if kind == RecordType::Country {
            return None;
        }
        let mut parent = self.country_place(locality.country, source)?;
        let levels = [
            (RecordType::Administrative, &locality.administrative),
            (RecordType::County, &locality.county),
        ];
        for (level, area) in levels {
            if level != kind && !area.is_empty() && kind != RecordType::Administrative {
                parent = self.area(level, area, parent, at, source);
            }
        }
        Some(parent)
    }

    /// Finds or makes a region or county.
    fn area(
        &mut self,
        kind: RecordType,
        area: &AreaName,
        parent: usize,
        at: Option<LonLat>,
        source: SourceNumber,
    ) -> usize {
        if let Some(index) = self.by_id.get(&area.id).filter(|_| !area.id.is_empty()) {
            return *index;
        }
        let names = Names::new(area.name.clone());
        let ids: Vec<String> =
            Some(area.id.clone()).filter(|id| !id.is_empty()).into_iter().collect();
        let wanted = Wanted {
            kind,
            names: &names,
            ids: &ids,
            parent: Some(parent),
            zipcodes: &[],
            at,
            reach_m: 2.0 * SAME_COUNTY_M,
        };
        let found = if area.name.is_empty() { None } else { self.find(&wanted) };
        let index = found.unwrap_or_else(|| {
            let mut draft = PlaceDraft::new(kind, Some(parent), source);
            draft.names = names.clone();
            self.add(draft)
        });
        for id in ids {
            self.by_id.insert(id.clone(), index);
            if let Some(draft) = self.drafts.get_mut(index) {
                draft.ids.push(id);
            }
        }
        self.add_alternate(index, &area.alternate);
        index
    }

    fn add_alternate(&mut self, index: usize, alternate: &str) {
        if let Some(draft) = self.drafts.get_mut(index)
            && !alternate.is_empty()
            && !draft.names.alternates.iter().any(|known| known == alternate)
        {
            name::add_alternates(&mut draft.names, [alternate.to_owned()]);
        }
    }

    fn find(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        let mut candidates: Vec<usize> = name::shown(wanted.names)
            .filter(|text| !text.is_empty())
            .filter_map(|text| self.by_name.get(&(wanted.kind, name::key(text))))
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let only = candidates.len() == 1;
        for index in candidates {
            let distance = self.get(index).and_then(|draft| self.fit(index, draft, wanted, only));
            if let Some(distance) = distance
                && best.is_none_or(|(nearest, _)| distance < nearest)
            {
                best = Some((distance, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// Returns the other places of the kind that are shown by the same name.
    pub(super) fn namesakes(&self, index: usize) -> Vec<usize> {
        let Some(draft) = self.get(index) else { return Vec::new() };
        let key = (draft.kind, name::key(&draft.names.default));
        let list = self.by_name.get(&key).into_iter().flatten();
        list.copied().filter(|other| *other != index).collect()
    }

    /// Tells how far a namesake is from what is wanted, in metres; nothing when it differs.
    fn fit(
        &self,
        index: usize,
        draft: &PlaceDraft,
        wanted: &Wanted<'_>,
        only: bool,
    ) -> Option<f64> {
        let differs = |id: &String| {
            let same_scheme = |other: &&String| scheme(other) == scheme(id);
            let mut of_scheme = draft.ids.iter().filter(same_scheme).peekable();
            of_scheme.peek().is_some() && of_scheme.all(|other| other != id)
        };
        if wanted.ids.iter().any(differs) {
            return None;
        }
        let same_parent = draft.parent == wanted.parent;
        if let (Some(ours), Some(theirs)) = (draft.parent, wanted.parent)
            && !same_parent
        {
            let kinds = [RecordType::Country, RecordType::Administrative, RecordType::County];
            let conflict = kinds.into_iter().any(|kind| {
                let pair = self.above(ours, kind).zip(self.above(theirs, kind));
                pair.is_some_and(|(a, b)| a != b && self.are_told_apart(a, b))
            });
            if conflict {
                return None;
            }
        }
        if self.areas.get(&index).zip(wanted.at).is_some_and(|(area, at)| area.contains(at)) {
            return Some(0.0);
        }
        let known = Some(draft.position).filter(|position| position.is_known());
        match (known.and_then(Position::point), wanted.at) {
            (Some(a), Some(b)) if wanted.kind != RecordType::Administrative => {
                Some(a.distance_m(b)).filter(|distance_m| *distance_m <= wanted.reach_m)
            }
            _ => {
                let shares_code = draft.zipcodes.iter().any(|code| wanted.zipcodes.contains(code));
                (same_parent || shares_code || only).then_some(wanted.reach_m)
            }
        }
    }

    /// Whether one source knows both places, so that they are surely two.
    fn are_told_apart(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.get(a), self.get(b)) else { return false };
        let schemes = |draft: &PlaceDraft, id: &String| {
            draft.ids.iter().any(|other| scheme(other) == scheme(id))
        };
        a.kind == RecordType::Country
            || (a.source == b.source && !a.names.default.is_empty() && !b.names.default.is_empty())
            || a.ids.iter().any(|id| schemes(b, id))
    }

    /// Returns the city of an address that names it, made when it is new.
    pub(super) fn city(
        &mut self,
        locality: &Locality,
        at: Option<LonLat>,
        source: SourceNumber,
    ) -> Option<usize> {
        let key = cache_key(locality);
        let reach_m = address_reach_m(locality);
        let reachable = |place: &PlaceDraft| match (place.position.point(), at) {
            (Some(a), Some(b)) => a.distance_m(b) <= reach_m,
            _ => true,
        };
        if let Some(known) = self.cities.get(&key)
            && let Some(index) = known.iter().find(|index| self.get(**index).is_some_and(reachable))
        {
            let index = *index;
            return Some(self.vote(index, locality, at));
        }
        let parent = self.parent_of(RecordType::City, locality, at, source)?;
        let city = &locality.city;
        let known = self.by_id.get(&city.id).copied().filter(|_| !city.id.is_empty());
        let names = Names::new(city.name.clone());
        let ids: Vec<String> =
            Some(city.id.clone()).filter(|id| !id.is_empty()).into_iter().collect();
        let found = known.or_else(|| {
            if city.name.is_empty() {
                return None;
            }
            self.find(&Wanted {
                kind: RecordType::City,
                names: &names,
                ids: &ids,
                parent: Some(parent),
                zipcodes: &locality.zipcodes,
                at,
                reach_m,
            })
        });
        let around = || at.and_then(|at| self.city_around(at));
        let index = found.or_else(around).unwrap_or_else(|| {
            let mut draft = PlaceDraft::new(RecordType::City, Some(parent), source);
            draft.names = names.clone();
            draft.ids.clone_from(&ids);
            self.add(draft)
        });
        if self.is_deeper(index, Some(parent))
            && let Some(draft) = self.drafts.get_mut(index)
        {
            draft.parent = Some(parent);
        }
        for id in ids {
            self.by_id.entry(id).or_insert(index);
        }
        if let Some(draft) = self.drafts.get_mut(index)
            && draft.names.default.is_empty()
        {
            draft.names.default.clone_from(&city.name);
            self.index_names(index);
        }
        self.add_alternate(index, &city.name);
        self.add_alternate(index, &city.alternate);
        self.cities.entry(key).or_default().push(index);
        Some(self.vote(index, locality, at))
    }

    /// Notes what an address says of its city.
    pub(super) fn vote(&mut self, city: usize, locality: &Locality, at: Option<LonLat>) -> usize {
        if let Some(draft) = self.drafts.get_mut(city) {
            draft.addresses += 1;
            if let Some(point) = at {
                draft.position.add_address(point);
            }
            for code in &locality.zipcodes {
                match draft.votes.get_mut(code) {
                    Some(count) => *count += 1,
                    None => drop(draft.votes.insert(code.clone(), 1)),
                }
            }
        }
        city
    }

    /// Returns the known city that a point names, within a distance.
    pub(super) fn known_city(&self, city: &AreaName, at: LonLat, reach_m: f64) -> Option<usize> {
        if let Some(index) = self.by_id.get(&city.id).filter(|_| !city.id.is_empty()) {
            return Some(*index);
        }
        let namesakes = self.by_name.get(&(RecordType::City, name::key(&city.name)))?;
        let distances = namesakes.iter().filter_map(|index| {
            let point = self.get(*index)?.position.point()?;
            Some((point.distance_m(at), *index))
        });
        let nearest = distances.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 <= reach_m).then_some(nearest.1)
    }

    /// Returns the smallest city whose boundary contains a point.
    pub(super) fn city_around(&self, at: LonLat) -> Option<usize> {
        let cities = self.areas.iter().filter(|(index, area)| {
            let is_city = self.get(**index).is_some_and(|draft| draft.kind == RecordType::City);
            is_city && area.contains(at)
        });
        let smallest = cities.min_by(|a, b| a.1.extent().total_cmp(&b.1.extent()));
        smallest.map(|(index, _)| *index)
    }

    /// Takes over the places of a source that knows their hierarchy; returns the number of each.
    pub(super) fn import(
        &mut self,
        records: Vec<PlaceRecord>,
        arcs: Vec<Vec<LonLat>>,
        source: SourceNumber,
    ) -> Vec<usize> {
        let first_arc = self.arcs.len();
        self.arcs.extend(arcs);
        let mut numbers: Vec<usize> = Vec::with_capacity(records.len());
        for record in records {
            let parent = record.parent.and_then(|parent| numbers.get(parent).copied());
            let at = Some(record.coordinates).filter(|_| record.located);
            let found = if record.kind == RecordType::Country {
                self.country_place(CountryCode::parse(&record.code), source)
            } else {
                self.find(&Wanted {
                    kind: record.kind,
                    names: &record.names,
                    ids: &[],
                    parent,
                    zipcodes: &record.zipcodes,
                    at,
                    reach_m: SAME_CITY_M,
                })
                // Namesakes inside one source are as many places as it says.
                .filter(|index| !numbers.contains(index))
            };
            let index =
                found.unwrap_or_else(|| self.add(PlaceDraft::new(record.kind, parent, source)));
            let mut entry = Entry::new(crate::entry::EntryKind::Record(record.kind), record.names);
            entry.coordinates = Some(record.coordinates);
            entry.approximate = !record.located;
            entry.population = record.population;
            entry.importance = record.importance;
            entry.code = record.code;
            entry.locality.zipcodes = record.zipcodes;
            self.merge(index, entry, parent);
            let boundary = record.boundary.iter().map(|arc| arc + first_arc).collect();
            self.set_boundary(index, boundary);
            numbers.push(index);
        }
        numbers
    }

    fn set_boundary(&mut self, index: usize, boundary: Vec<usize>) {
        let Some(draft) = self.drafts.get_mut(index) else { return };
        if boundary.is_empty() || !draft.boundary.is_empty() {
            return;
        }
        let arcs = boundary.iter().filter_map(|arc| self.arcs.get(*arc));
        if let Some(area) = Area::of_lines(arcs) {
            self.areas.insert(index, area);
        }
        draft.boundary = boundary;
    }
}

/// Returns the identifier of a country.
pub(super) fn country_id(country: CountryCode) -> String {
    format!("country:{}", country.as_str().to_uppercase())
}

fn address_reach_m(locality: &Locality) -> f64 {
    let [unsure, region, county] = ADDRESS_REACH_M;
    match () {
        () if !locality.city.id.is_empty() || !locality.county.is_empty() => county,
        () if !locality.administrative.is_empty() => region,
        () => unsure,
    }
}

fn scheme(id: &str) -> &str {
    id.split(':').next().unwrap_or_default()
}

fn cache_key(locality: &Locality) -> String {
    let country = locality.country.map(|country| country.to_string()).unwrap_or_default();
    let areas = [&locality.administrative, &locality.county, &locality.city];
    let parts = areas.iter().flat_map(|area| [area.id.as_str(), area.name.as_str()]);
    std::iter::once(country.as_str()).chain(parts).collect::<Vec<_>>().join("\0")
}
