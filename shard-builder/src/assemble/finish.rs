//! From drafts to records: what is still missing is derived, what leads nowhere is left out.

use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::gazetteer::{Gazetteer, Names, PlaceRecord, PointRecord};
use geocoder_core::{CountryCode, LonLat, RecordType};

use super::Assembler;
use super::near::{NearCities, middle};
use super::places::{PlaceDraft, Places};
use super::position::Position;
use crate::error::{Error, Result};
use crate::importance;
use crate::lexicon::{self, lexicon_for};
use crate::report::Report;
use crate::zipcode;

/// A city with fewer addresses than this share of a namesake's is an error in its areas.
const STRAY_SHARE: u32 = 100;
/// Farthest that a stray city is from the namesake that it belongs to, in metres.
const STRAY_M: f64 = 100_000.0;
/// Farthest that a city adopts the county of another one, in metres.
const ADOPTION_M: f64 = 100_000.0;

impl Assembler {
    /// Makes the records of everything that was read.
    pub(super) fn finish(mut self, report: &mut Report) -> Result<Gazetteer> {
        let country = self.country;
        if let Some((gazetteer, _)) = self.whole.take() {
            return Ok(gazetteer);
        }
        let strays = self.places.strays(report);
        self.streets.move_cities(&strays);
        self.places.derive_positions(self.streets.points());
        self.places.adopt_orphans(report);
        self.places.count_inhabitants();
        let near = NearCities::new(&self.places);
        self.points.find_cities(&self.places, &near);
        self.points.find_zipcodes(&self.places, &self.streets);
        let used: BTreeSet<usize> = self.streets.cities().chain(self.points.places()).collect();
        let world = country == CountryCode::WORLD;
        let (places, numbers) = self.places.finish(&used, world, report);
        // Cities of the world are records of their region: they have no number of their own.
        let place = |draft: usize| {
            let number = numbers.get(&draft).copied()?;
            places.get(number).map(|place: &PlaceRecord| (number, place.zipcodes.as_slice()))
        };
        let streets = self.streets.finish(place, report);
        let mut points = self.points.finish(place);
        if world {
            points.extend(self.places.city_records(&numbers));
        }
        if streets.is_empty() && points.is_empty() && places.len() < 2 {
            return Err(Error::Empty { country });
        }
        Ok(Gazetteer {
            country: Some(country),
            places,
            streets,
            points,
            arcs: self.places.arcs,
            attribution: Vec::new(),
            lexicon: lexicon_for(country),
            ..Gazetteer::default()
        })
    }
}

impl Places {
    /// Finds cities that only a few addresses name so, while far more name a namesake near by:
    /// their region or county is an error of these addresses. Returns where they belong.
    fn strays(&mut self, report: &mut Report) -> BTreeMap<usize, usize> {
        let mut moves = BTreeMap::new();
        let from_addresses = |draft: &PlaceDraft| {
            draft.kind == RecordType::City && draft.ids.is_empty() && draft.addresses > 0
        };
        for (index, draft) in self.drafts.iter().enumerate() {
            if !from_addresses(draft) || !matches!(draft.position, Position::Derived { .. }) {
                continue;
            }
            let fits = |other: &usize| {
                let near = self.get(*other).and_then(|other| {
                    let much_larger = other.addresses / STRAY_SHARE > draft.addresses;
                    let points = other.position.point().zip(draft.position.point())?;
                    Some(much_larger && points.0.distance_m(points.1) <= STRAY_M)
                });
                near == Some(true)
            };
            let namesakes = self.namesakes(index).into_iter().filter(fits);
            let main = namesakes.max_by_key(|other| self.get(*other).map(|other| other.addresses));
            if let Some(main) = main {
                moves.insert(index, main);
                report.warn("city of a few stray addresses", &draft.names.default);
            }
        }
        for (stray, main) in &moves {
            let Some(draft) = self.drafts.get_mut(*stray) else { continue };
            let (count, votes) = (draft.addresses, std::mem::take(&mut draft.votes));
            draft.names = Names::default();
            draft.parent = Some(*main);
            if let Some(main) = self.drafts.get_mut(*main) {
                main.addresses += count;
                for (code, count) in votes {
                    *main.votes.entry(code).or_default() += count;
                }
            }
        }
        moves
    }

    /// Puts cities that are only known from addresses in the middle of these, and areas without
    /// any point in the middle of their cities.
    fn derive_positions(&mut self, addresses: impl Iterator<Item = (usize, LonLat)>) {
        let mut of_city: BTreeMap<usize, Vec<LonLat>> = BTreeMap::new();
        for (city, point) in addresses {
            let derived = |draft: &PlaceDraft| matches!(draft.position, Position::Derived { .. });
            if self.get(city).is_some_and(derived) {
                of_city.entry(city).or_default().push(point);
            }
        }
        for (city, points) in of_city {
            if let Some(draft) = self.drafts.get_mut(city)
                && let Some(point) = median(points)
            {
                draft.position = Position::Derived { lon: point.lon, lat: point.lat, count: 1.0 };
            }
        }
        let mut below: BTreeMap<usize, Vec<LonLat>> = BTreeMap::new();
        for (index, draft) in self.drafts.iter().enumerate() {
            if draft.kind == RecordType::City
                && let Some(point) = draft.position.point()
            {
                self.chain(index)
                    .skip(1)
                    .for_each(|area| below.entry(area).or_default().push(point));
            }
        }
        for (area, points) in below {
            if let Some(draft) = self.drafts.get_mut(area)
                && draft.position == Position::Unknown
                && let Some(point) = middle(points.into_iter())
            {
                draft.position = Position::Guessed(point);
            }
        }
    }

    /// Moves cities out of regions that only a later source has: back to where the first source
    /// that has regions put them, else to the region and county of the nearest city of that one.
    fn adopt_orphans(&mut self, report: &mut Report) {
        let region = |places: &Self, city: usize| {
            places.chain(city).find(|index| {
                places.get(*index).is_some_and(|d| d.kind == RecordType::Administrative)
            })
        };
        let cities: Vec<usize> = (0..self.drafts.len())
            .filter(|index| self.get(*index).is_some_and(|d| d.kind == RecordType::City))
            .collect();
        let source = |places: &Self, index: usize| places.get(index).map(|draft| draft.source);
        let made_by = |places: &Self, city: usize| {
            region(places, city).and_then(|region| source(places, region))
        };
        let first_made_by = |city: &usize| {
            let draft = self.get(*city)?;
            [draft.parent, draft.first_parent]
                .into_iter()
                .flatten()
                .filter_map(|p| made_by(self, p))
                .min()
        };
        let Some(first) = cities.iter().filter_map(first_made_by).min() else {
            return;
        };
        for city in &cities {
            let back = self.get(*city).and_then(|draft| draft.first_parent);
            if made_by(self, *city) != Some(first)
                && back.is_some_and(|parent| made_by(self, parent) == Some(first))
                && let Some(draft) = self.drafts.get_mut(*city)
            {
                draft.parent = back;
            }
        }
        let (settled, orphans): (Vec<usize>, Vec<usize>) =
            cities.iter().partition(|city| made_by(self, **city) == Some(first));
        let orphans: Vec<usize> =
            orphans.into_iter().filter(|city| made_by(self, *city).is_some()).collect();
        if orphans.is_empty() || self.country() == CountryCode::WORLD {
            return;
        }
        let near = NearCities::among(self, settled.into_iter());
        for orphan in orphans {
            let Some(at) = self.get(orphan).and_then(|draft| draft.position.point()) else {
                continue;
            };
            let Some(city) = near.nearest(self, at, ADOPTION_M) else { continue };
            let parent = self
                .chain(city)
                .skip(1)
                .find(|index| self.get(*index).is_some_and(|draft| draft.kind != RecordType::City));
            if let Some(draft) = self.drafts.get_mut(orphan) {
                report.warn("city took the region of its nearest neighbour", &draft.names.default);
                draft.parent = parent;
            }
        }
    }

    /// Makes the records of places; returns the number of each draft's record. Of the world,
    /// cities are left to [`Self::city_records`] and stand under the number of their region.
    fn finish(
        &mut self,
        used: &BTreeSet<usize>,
        world: bool,
        report: &mut Report,
    ) -> (Vec<PlaceRecord>, BTreeMap<usize, usize>) {
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        for (index, draft) in self.drafts.iter().enumerate() {
            let kept = draft.kind == RecordType::City
                || draft.kind == RecordType::Country
                || !draft.boundary.is_empty()
                || used.contains(&index)
                || (world && draft.kind == RecordType::Administrative);
            if kept {
                needed.extend(self.chain(index));
            }
        }
        self.name_the_nameless(&needed, report);
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        let mut records = Vec::new();
        // Larger areas first, so that parents have their number before their children.
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by_key(|index| (self.chain(*index).count(), *index));
        for index in order {
            let Some(draft) = self.get(index) else { continue };
            let parent = self.chain(index).skip(1).find_map(|above| numbers.get(&above).copied());
            let city_of_world = world && draft.kind == RecordType::City;
            if city_of_world || draft.names.default.is_empty() || !needed.contains(&index) {
                // Whatever refers to it goes to what is around it.
                if let Some(parent) = parent {
                    numbers.insert(index, parent);
                }
                if !city_of_world && !needed.contains(&index) {
                    report.warn("area without any city", &draft.names.default);
                }
                continue;
            }
            numbers.insert(index, records.len());
            records.push(self.record(index, draft, parent));
        }
        (records, numbers)
    }

    fn record(&self, index: usize, draft: &PlaceDraft, parent: Option<usize>) -> PlaceRecord {
        // A place of which nobody says where it is lies in the middle of what is around it.
        let point = self.chain(index).find_map(|around| self.get(around)?.position.point());
        // Where the population is unknown, the cities of an area tell, and addresses of a city.
        let known = draft.population.max(draft.addresses);
        let size = if draft.population > 0 { known } else { known.max(draft.inhabitants) };
        let mut names = draft.names.clone();
        if draft.kind == RecordType::Country
            && let Some(country) = CountryCode::parse(&draft.code)
        {
            names.alternates.extend(lexicon::other_names_of(country).map(str::to_owned));
        }
        PlaceRecord {
            kind: draft.kind,
            names,
            parent,
            coordinates: point.unwrap_or(LonLat { lon: 0.0, lat: 0.0 }),
            population: draft.population,
            zipcodes: draft.zipcodes(),
            code: draft.code.clone(),
            importance: match draft.importance {
                stated if stated > 0 && draft.inhabitants == 0 => stated,
                stated => stated.max(importance::of_place(draft.kind, size)),
            },
            located: draft.position.is_known(),
            boundary: draft.boundary.clone(),
        }
    }

    /// Counts the inhabitants of all cities of every area.
    fn count_inhabitants(&mut self) {
        let cities: Vec<(usize, u32)> = self
            .drafts
            .iter()
            .enumerate()
            .filter(|(_, draft)| draft.kind == RecordType::City && draft.population > 0)
            .map(|(index, draft)| (index, draft.population))
            .collect();
        for (city, population) in cities {
            let areas: Vec<usize> = self.chain(city).skip(1).collect();
            for area in areas {
                if let Some(draft) = self.drafts.get_mut(area)
                    && draft.kind != RecordType::City
                {
                    draft.inhabitants = draft.inhabitants.saturating_add(population);
                }
            }
        }
    }

    /// Shows countries without a name by their code; other nameless places are left out.
    fn name_the_nameless(&mut self, needed: &BTreeSet<usize>, report: &mut Report) {
        for index in needed {
            let Some(draft) = self.drafts.get_mut(*index) else { continue };
            if !draft.names.default.is_empty() {
                continue;
            }
            if draft.kind == RecordType::Country {
                draft.names = Names::new(draft.code.to_uppercase());
                report.warn("no name of the country", format_args!("{}", draft.code));
            } else if !draft.ids.is_empty() {
                let ids = draft.ids.join(" ");
                report.warn("area that is referred to but not described", ids);
            }
        }
    }

    /// Makes the records of the world's cities.
    fn city_records(&self, numbers: &BTreeMap<usize, usize>) -> Vec<PointRecord> {
        let cities =
            self.drafts.iter().enumerate().filter(|(_, draft)| {
                draft.kind == RecordType::City && !draft.names.default.is_empty()
            });
        let records = cities.filter_map(|(index, draft)| {
            let record = self.record(index, draft, None);
            Some(PointRecord {
                kind: RecordType::City,
                names: record.names,
                city: *numbers.get(&index)?,
                zipcodes: record.zipcodes,
                coordinates: draft.position.point()?,
                importance: record.importance,
                population: record.population,
            })
        });
        records.collect()
    }
}

impl PlaceDraft {
    /// Returns the postcodes as stated, then those of its addresses.
    pub(super) fn zipcodes(&self) -> Vec<String> {
        let mut codes = self.zipcodes.clone();
        for code in zipcode::frequent(&self.votes) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }
}

/// Returns the point nearest to the median of both axes.
fn median(mut points: Vec<LonLat>) -> Option<LonLat> {
    let middle = points.len() / 2;
    points.sort_by(|a, b| a.lat.total_cmp(&b.lat));
    let lat = points.get(middle)?.lat;
    points.sort_by(|a, b| a.lon.total_cmp(&b.lon));
    let lon = points.get(middle)?.lon;
    let centre = LonLat { lon, lat };
    points.into_iter().min_by(|a, b| a.distance_m(centre).total_cmp(&b.distance_m(centre)))
}
