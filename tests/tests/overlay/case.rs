//! Random corrections of the base, and the gazetteer that has them already.

use std::collections::BTreeSet;
use std::sync::Arc;

use geocoder_core::gazetteer::{Gazetteer, Names, PlaceRecord, PointRecord, StreetRecord};
use geocoder_core::overlay::{
    Change, Correction, CorrectionId, Overlay, PatchNames, PatchRecord, RecordRef,
    default_importance,
};
use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{Geocoder, Hit, LonLat, RecordType, Shard};

mod houses;

use crate::random::Random;
use crate::{At, BASE, NEIGHBOUR_M, STREET_TOLERANCE_M, at};

/// Corrections, and the gazetteer that has them already.
pub(crate) struct Case {
    pub(crate) random: Random,
    pub(crate) corrections: Vec<Correction>,
    gazetteer: Gazetteer,
    /// Names and points to be asked for.
    names: BTreeSet<String>,
    pub(crate) points: Vec<LonLat>,
    touched: BTreeSet<RecordRef>,
    /// Names of cities by which only their records call them, with the language.
    translated: Vec<(usize, String, String)>,
    next: u64,
}

impl Case {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            corrections: Vec::new(),
            gazetteer: BASE.gazetteer.clone(),
            names: BTreeSet::new(),
            points: Vec::new(),
            touched: BTreeSet::new(),
            translated: Vec::new(),
            next: seed << 32,
        }
    }

    fn correct(&mut self, target: Option<RecordRef>, change: Change) {
        self.next += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.next.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        id[8..].copy_from_slice(&self.next.to_le_bytes());
        if let Change::Put(record) = &change {
            self.points.push(record.coordinates);
            self.names.insert(record.default.name.clone());
            self.names.insert(format!("{} {}", record.default.name, record.default.city));
            self.names.extend(record.zipcodes.iter().cloned());
            self.names.extend(record.languages.iter().filter_map(|(_, n)| n.name.clone()));
        }
        self.corrections.push(Correction { id: CorrectionId(id), target, change });
    }

    fn put(&mut self, target: Option<RecordRef>, record: PatchRecord) {
        self.correct(target, Change::Put(Box::new(record)));
    }

    /// Takes a record of the base that no correction has touched yet.
    fn pick(&mut self, wanted: impl Fn(At) -> bool) -> (RecordRef, PatchRecord, At) {
        loop {
            let (reference, record, at) = self.random.of(&BASE.records).clone();
            if wanted(at) && self.touched.insert(reference.clone()) {
                self.names.insert(record.default.name.clone());
                self.points.push(record.coordinates);
                return (reference, record, at);
            }
        }
    }

    fn is_street(at: At) -> bool {
        matches!(at, At::Street(_))
    }

    fn is_point(at: At) -> bool {
        matches!(at, At::Point(_))
    }

    /// Whether a place is so and has no namesake that records could mean.
    fn is_place(&self, at: At, kind: RecordType) -> bool {
        let At::Place(number) = at else { return false };
        let places = &self.gazetteer.places;
        let name = &BASE.gazetteer.places[number].names.default;
        let named = |place: &&PlaceRecord| place.names.default == *name;
        places[number].kind == kind && BASE.gazetteer.places.iter().filter(named).count() == 1
    }

    fn names_of(&mut self, at: At) -> &mut Names {
        match at {
            At::Place(number) => &mut self.gazetteer.places[number].names,
            At::Street(number) => &mut self.gazetteer.streets[number].names,
            At::Point(number) => &mut self.gazetteer.points[number].names,
        }
    }

    /// Gives a record of the gazetteer the names of a corrected one.
    fn rename(&mut self, at: At, record: &PatchRecord) {
        let languages = record.languages.iter();
        let languages = languages.filter_map(|(code, n)| Some((code.clone(), n.name.clone()?)));
        let languages = languages.collect();
        let names = self.names_of(at);
        names.default.clone_from(&record.default.name);
        names.languages = languages;
        self.follow_city(at, record);
    }

    /// What is put with the postcodes of its city, in whatever order, has those of its city from
    /// then on.
    fn follow_city(&mut self, at: At, record: &PatchRecord) {
        let (city, zipcodes) = match at {
            At::Place(_) => return,
            At::Street(number) => {
                let street = &mut self.gazetteer.streets[number];
                (street.city, &mut street.zipcodes)
            }
            At::Point(number) => {
                let point = &mut self.gazetteer.points[number];
                (point.city, &mut point.zipcodes)
            }
        };
        let set = |codes: &[String]| codes.iter().cloned().collect::<BTreeSet<_>>();
        let before = BASE.gazetteer.places.get(city).map(|city| set(&city.zipcodes));
        if before != Some(set(&record.zipcodes)) || zipcodes.is_empty() {
            return;
        }
        zipcodes.clone_from(&self.gazetteer.places[city].zipcodes);
        if let At::Street(number) = at {
            keep_listed(&mut self.gazetteer.streets[number]);
        }
    }

    /// Makes corrections of random kinds, at least one.
    pub(crate) fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.step());
        // A step finds nothing to take back at first.
        while self.points.is_empty() {
            self.step();
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0 | 1 => {
                let (reference, mut record, at) =
                    self.pick(|at| Self::is_street(at) || Self::is_point(at));
                record.default.name = self.random.name();
                self.rename(at, &record);
                self.put(Some(reference), record);
            }
            2 => {
                let (reference, mut record, at) = self.pick(|at| !matches!(at, At::Place(0)));
                let names = PatchNames { name: Some(self.random.name()), ..PatchNames::default() };
                let code = (*self.random.of(&["fr", "en", "tlh"])).to_string();
                record.languages.retain(|(other, _)| *other != code);
                record.languages.push((code, names));
                record.languages.sort_by(|(code, _), (other, _)| code.cmp(other));
                self.rename(at, &record);
                self.put(Some(reference), record);
            }
            3 => self.move_point(),
            4 => self.move_street(),
            5 => {
                let (reference, mut record, at) = self.pick(Self::is_point);
                let At::Point(number) = at else { return };
                let kinds =
                    [RecordType::Bus, RecordType::Tourism, RecordType::Townhall, RecordType::Train];
                record.kind = *self.random.of(&kinds);
                let point = &mut self.gazetteer.points[number];
                if point.kind != record.kind {
                    point.kind = record.kind;
                    point.importance = default_importance(record.kind, 0);
                }
                self.rename(at, &record);
                self.put(Some(reference), record);
            }
            6 => {
                let (reference, mut record, at) = self.pick(Self::is_point);
                let At::Point(number) = at else { return };
                record.zipcodes = vec![format!("{}", 9800 + self.random.below(99))];
                self.gazetteer.points[number].zipcodes.clone_from(&record.zipcodes);
                self.rename(at, &record);
                self.put(Some(reference), record);
            }
            7 | 8 => self.remove(),
            9 => self.add_point(),
            10 => self.add_street(),
            11 => self.add_city(),
            12 => self.change_place(),
            13 => self.rename_place(),
            14 => self.change_zipcodes_of_city(),
            15 => self.move_to_city(),
            16 => self.fix_house(),
            17 => self.add_house(),
            18 => self.translate_city(),
            _ => self.remove_house(),
        }
    }

    fn move_point(&mut self) {
        let (reference, mut record, at) = self.pick(Self::is_point);
        let At::Point(number) = at else { return };
        record.coordinates = self.random.beside(record.coordinates, 2000);
        self.gazetteer.points[number].coordinates = record.coordinates;
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    fn move_street(&mut self) {
        let (reference, mut record, at) = self.pick(Self::is_street);
        let At::Street(number) = at else { return };
        record.coordinates = self.random.beside(record.coordinates, 400);
        self.gazetteer.streets[number].coordinates = record.coordinates;
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    fn remove(&mut self) {
        let (reference, _, at) = self.pick(|at| Self::is_street(at) || Self::is_point(at));
        // What is gone stays in the gazetteer, far away, until the end.
        match at {
            At::Street(number) => self.gazetteer.streets[number].city = usize::MAX,
            At::Point(number) => self.gazetteer.points[number].city = usize::MAX,
            At::Place(_) => {}
        }
        self.correct(Some(reference), Change::Remove);
    }

    /// Returns a city and a record in it, without name and kind.
    fn in_city(&mut self) -> (usize, PatchRecord) {
        loop {
            let (_, record, at) = self.random.of(&BASE.records).clone();
            if self.is_place(at, RecordType::City)
                && let At::Place(number) = at
                && BASE.gazetteer.places[number].names.default == record.default.city
            {
                let mut record = record;
                record.languages.clear();
                record.zipcodes.clone_from(&self.gazetteer.places[number].zipcodes);
                record.population = 0;
                return (number, record);
            }
        }
    }

    fn add_point(&mut self) {
        let (city, mut record) = self.in_city();
        record.kind = RecordType::Tourism;
        record.default.name = self.random.name();
        record.coordinates = self.random.beside(record.coordinates, 1500);
        self.gazetteer.points.push(PointRecord {
            kind: record.kind,
            names: Names::new(&record.default.name),
            city,
            zipcodes: Vec::new(),
            coordinates: record.coordinates,
            population: 0,
            importance: default_importance(record.kind, 0),
        });
        self.put(None, record);
    }

    fn add_street(&mut self) {
        let (city, mut record) = self.in_city();
        record.kind = RecordType::Street;
        record.default.name = self.random.name();
        record.coordinates = self.random.beside(record.coordinates, 1500);
        self.gazetteer.streets.push(new_street(&record, city));
        self.put(None, record);
    }

    fn add_city(&mut self) {
        let (beside, mut record) = self.in_city();
        record.kind = RecordType::City;
        record.default.name = self.random.name();
        record.default.city.clone_from(&record.default.name);
        record.coordinates = self.random.beside(record.coordinates, 3000);
        record.population = u32::try_from(self.random.below(9_000)).unwrap();
        record.zipcodes = vec![format!("{}", 9700 + self.random.below(99))];
        // A place of that name twice would leave open which of them streets mean.
        let places = &self.gazetteer.places;
        if places.iter().any(|place| place.names.default == record.default.name) {
            return;
        }
        let mut parent = places[beside].parent;
        while let Some(number) = parent.filter(|p| places[*p].kind == RecordType::City) {
            parent = places[number].parent;
        }
        let city = places.len();
        self.gazetteer.places.push(PlaceRecord {
            kind: RecordType::City,
            names: Names::new(&record.default.name),
            parent,
            coordinates: record.coordinates,
            population: record.population,
            zipcodes: record.zipcodes.clone(),
            code: String::new(),
            importance: default_importance(RecordType::City, record.population),
            located: true,
            boundary: Vec::new(),
        });
        self.put(None, record.clone());
        record.kind = RecordType::Street;
        record.default.name = self.random.name();
        record.coordinates = self.random.beside(record.coordinates, 300);
        self.gazetteer.streets.push(new_street(&record, city));
        self.put(None, record);
    }

    fn change_place(&mut self) {
        let (reference, mut record, at) = self.pick(|at| matches!(at, At::Place(_)));
        let At::Place(number) = at else { return };
        if self.gazetteer.places[number].kind != RecordType::City {
            return;
        }
        record.population = u32::try_from(self.random.below(90_000)).unwrap();
        record.coordinates = self.random.beside(record.coordinates, 200);
        let place = &mut self.gazetteer.places[number];
        place.population = record.population;
        place.coordinates = record.coordinates;
        place.located = true;
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    fn rename_place(&mut self) {
        let kind = *self.random.of(&[RecordType::City, RecordType::City, RecordType::County]);
        let fits = |at: &At| self.is_place(*at, kind);
        if !BASE.records.iter().any(|(r, _, at)| fits(at) && !self.touched.contains(r)) {
            return;
        }
        let places: Vec<At> = BASE.records.iter().map(|(_, _, at)| *at).filter(fits).collect();
        let (reference, mut record, at) = self.pick(|at| places.contains(&at));
        record.default.name = self.random.name();
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    fn change_zipcodes_of_city(&mut self) {
        let (reference, mut record, at) = self.pick(|at| matches!(at, At::Place(_)));
        let At::Place(number) = at else { return };
        if self.gazetteer.places[number].kind != RecordType::City {
            return;
        }
        let before = self.gazetteer.places[number].zipcodes.clone();
        record.zipcodes = vec![format!("{}", 9600 + self.random.below(99))];
        if self.random.below(2) == 0 {
            record.zipcodes.extend(before.first().cloned());
        }
        // What has the postcodes of its city has the new ones as well.
        let inherited = |own: &Vec<String>| own.is_empty() || *own == before;
        for street in &mut self.gazetteer.streets {
            if street.city == number && inherited(&street.zipcodes) {
                street.zipcodes.clone_from(&record.zipcodes);
                keep_listed(street);
            }
        }
        for point in &mut self.gazetteer.points {
            if point.city == number && inherited(&point.zipcodes) {
                point.zipcodes.clear();
            }
        }
        self.gazetteer.places[number].zipcodes.clone_from(&record.zipcodes);
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    fn move_to_city(&mut self) {
        let (city, in_city) = self.in_city();
        let (reference, mut record, at) = self.pick(Self::is_point);
        let At::Point(number) = at else { return };
        record.default.city.clone_from(&in_city.default.city);
        record.default.county.clone_from(&in_city.default.county);
        record.default.administrative.clone_from(&in_city.default.administrative);
        record.zipcodes.clone_from(&in_city.zipcodes);
        // What the former city is called elsewhere is no name of this one.
        for (_, names) in &mut record.languages {
            *names = PatchNames { name: names.name.take(), ..PatchNames::default() };
        }
        let point = &mut self.gazetteer.points[number];
        point.city = city;
        point.zipcodes.clear();
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    /// Calls the city of a record otherwise in a language, as no other record of it does.
    fn translate_city(&mut self) {
        let in_city = |at| match at {
            At::Place(_) => None,
            At::Street(number) => Some(BASE.gazetteer.streets[number].city),
            At::Point(number) => Some(BASE.gazetteer.points[number].city),
        };
        let (reference, mut record, at) = self.pick(|at| in_city(at).is_some());
        let code = (*self.random.of(&["fr", "tlh"])).to_string();
        let city = in_city(at).unwrap_or_default();
        let is_known = self.translated.iter().any(|(c, l, _)| (*c, l) == (city, &code));
        if is_known || BASE.gazetteer.places[city].names.default != record.default.city {
            return;
        }
        let name = self.random.name();
        self.names.insert(name.clone());
        record.languages.retain(|(other, _)| *other != code);
        let names = PatchNames { city: Some(name.clone()), ..PatchNames::default() };
        record.languages.push((code.clone(), names));
        record.languages.sort_by(|(code, _), (other, _)| code.cmp(other));
        self.translated.push((city, code, name));
        self.rename(at, &record);
        self.put(Some(reference), record);
    }

    /// Returns the geocoders with the corrections over the base and in it.
    pub(crate) fn geocoders(
        &mut self,
        corrections: &[Correction],
    ) -> (Geocoder<Vec<u8>>, Geocoder<Vec<u8>>) {
        let overlay = Overlay::build(&BASE.shard, corrections).unwrap();
        assert_eq!(overlay.skipped(), []);
        assert_eq!(overlay.len(), corrections.len());
        let mut laid_over = Geocoder::new();
        laid_over.insert(BASE.shard.with_overlay(Arc::new(overlay)).unwrap());
        for (city, code, name) in &self.translated {
            let names = &mut self.gazetteer.places[*city].names;
            if names.default != *name && names.languages.iter().all(|(other, _)| other != code) {
                names.languages.push((code.clone(), name.clone()));
                names.languages.sort_by(|(code, _), (other, _)| code.cmp(other));
            }
        }
        self.gazetteer.streets.retain(|street| street.city != usize::MAX);
        self.gazetteer.points.retain(|point| point.city != usize::MAX);
        let written = ShardWriter::new(&self.gazetteer).write().unwrap();
        let mut rebuilt = Geocoder::new();
        rebuilt.insert(Shard::open(written.bytes).unwrap());
        (laid_over, rebuilt)
    }

    /// Whether it is decided by the metre if a city beside a result is near enough to be named.
    pub(crate) fn is_at_edge(&self, hit: &Hit) -> bool {
        let cities = self.gazetteer.places.iter().filter(|place| place.kind == RecordType::City);
        let cities: Vec<LonLat> = cities.map(|city| city.coordinates).collect();
        // A house is as near as its street.
        let street = hit.street.as_ref().map(|street| &street.name);
        let streets = self
            .gazetteer
            .streets
            .iter()
            .filter(|other| street.is_some_and(|name| has_name(&other.names, name)));
        let mut points = streets.map(|street| street.coordinates).chain([at(hit)]);
        let is_near = |distance_m: f64| (distance_m - NEIGHBOUR_M).abs() < STREET_TOLERANCE_M;
        !hit.kind.is_place()
            && points.any(|point| cities.iter().any(|city| is_near(city.distance_m(point))))
    }

    /// Whether further records have the name of a result: of equal ones with the same labels only
    /// the first is shown.
    pub(crate) fn is_twin(&self, hit: &Hit) -> bool {
        let name = hit.street.as_ref().map_or(&hit.name, |street| &street.name);
        let streets = self.gazetteer.streets.iter().map(|street| &street.names);
        let points = self.gazetteer.points.iter().map(|point| &point.names);
        streets.chain(points).filter(|names| has_name(names, name)).count() > 1
    }

    /// Returns the queries to be compared: the names touched, their beginnings, with errors, and
    /// names that nothing has touched.
    pub(crate) fn queries(&mut self) -> Vec<String> {
        let mut queries: Vec<String> = self.names.iter().cloned().collect();
        for name in self.names.clone() {
            let letters: Vec<char> = name.chars().collect();
            let end = 1 + self.random.below(letters.len());
            queries.push(letters[..end].iter().collect());
            let mut wrong = letters.clone();
            let at = self.random.below(letters.len());
            if self.random.below(2) == 0 {
                wrong.remove(at);
            } else {
                wrong[at] = 'x';
            }
            queries.push(wrong.into_iter().collect());
        }
        for _ in 0..30 {
            let (_, record, _) = self.random.of(&BASE.records);
            queries.push(format!("{} {}", record.default.name, record.default.city));
        }
        for zipcode in ["9490", "9497", "96", "97", "98"] {
            queries.push(zipcode.into());
        }
        queries
    }
}

/// Takes postcodes off houses that their street does not have any more.
fn keep_listed(street: &mut StreetRecord) {
    for house in &mut street.houses {
        house.zipcode = house.zipcode.take().filter(|code| street.zipcodes.contains(code));
    }
}

/// Whether something is called so, in any language.
fn has_name(names: &Names, name: &str) -> bool {
    names.default == name || names.languages.iter().any(|(_, other)| other == name)
}

fn new_street(record: &PatchRecord, city: usize) -> StreetRecord {
    StreetRecord {
        names: Names::new(&record.default.name),
        city,
        zipcodes: Vec::new(),
        coordinates: record.coordinates,
        geometry: Vec::new(),
        houses: Vec::new(),
        importance: default_importance(RecordType::Street, 0),
    }
}
