//! Places being collected: what several sources say of the same one, and where it belongs.

mod city;
mod matching;

use std::collections::{BTreeMap, HashMap};

use geocoder_core::gazetteer::{MAX_POPULATION, Names, PlaceRecord};
use geocoder_core::{CountryCode, LonLat, RecordType};

use self::matching::Wanted;
use super::SourceNumber;
use super::position::Position;
use crate::entry::{AreaName, Entry, EntryKind, Locality, country_id};
use crate::geometry::Area;
use crate::name;

/// Farthest that two points of one city are apart, in metres.
const SAME_CITY_M: f64 = 15_000.0;
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
    /// Inhabitants of the cities in an area, once all are known.
    pub(super) inhabitants: u32,
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
            inhabitants: 0,
            votes: BTreeMap::new(),
            code: String::new(),
            importance: 0,
            boundary: Vec::new(),
            source,
        }
    }
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
            let mut entry = Entry::new(EntryKind::Record(record.kind), record.names);
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
