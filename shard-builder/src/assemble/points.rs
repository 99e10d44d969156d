//! Points being collected: airports, stations, stops, town halls and sights of all sources.

use std::collections::HashMap;

use geocoder_core::gazetteer::{Names, PointRecord};
use geocoder_core::{LonLat, RecordType};

use super::SourceNumber;
use super::near::{NearCities, NearZipcodes};
use super::places::Places;
use super::streets::Streets;
use crate::entry::{AreaName, Entry};
use crate::importance;
use crate::name;

/// Farthest that a point is from the city it names, in metres.
const NAMED_CITY_M: f64 = 60_000.0;
/// Farthest that a point is from a city that is merely the nearest, in metres.
const NEAREST_CITY_M: f64 = 30_000.0;

/// Height of a band of latitude in degrees: no point is its own namesake farther than one away.
const BAND_DEGREES: f64 = 0.05;

fn band(at: LonLat) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "at most 1,800 bands")]
    let band = (at.lat / BAND_DEGREES).floor() as i32;
    band
}

#[derive(Debug)]
struct PointDraft {
    kind: RecordType,
    names: Names,
    ids: Vec<String>,
    /// City of a source that knows it.
    place: Option<usize>,
    /// Country or region that the source names, at least.
    above: Option<usize>,
    city: AreaName,
    zipcodes: Vec<String>,
    coordinates: LonLat,
    importance: u8,
    source: SourceNumber,
}

/// All points so far.
#[derive(Debug, Default)]
pub(super) struct Points {
    drafts: Vec<PointDraft>,
    by_id: HashMap<String, usize>,
    /// By type, name and band of latitude: thousands of stops share a name.
    by_name: HashMap<(RecordType, String, i32), Vec<usize>>,
}

impl Points {
    /// Takes a point; tells whether it is new.
    pub(super) fn point(
        &mut self,
        kind: RecordType,
        entry: Entry,
        above: Option<usize>,
        source: SourceNumber,
    ) -> Option<bool> {
        let coordinates = entry.coordinates?;
        let draft = PointDraft {
            kind,
            names: entry.names,
            ids: entry.ids,
            place: None,
            above,
            city: entry.locality.city,
            zipcodes: entry.locality.zipcodes,
            coordinates,
            importance: match entry.importance {
                0 => importance::of_point(kind),
                stated => stated,
            },
            source,
        };
        Some(self.take(draft))
    }

    fn take(&mut self, draft: PointDraft) -> bool {
        let known = draft.ids.iter().find_map(|id| self.by_id.get(id).copied());
        let index = known.or_else(|| self.namesake(&draft));
        let is_new = index.is_none();
        let index = index.unwrap_or(self.drafts.len());
        for id in &draft.ids {
            self.by_id.entry(id.clone()).or_insert(index);
        }
        let band =
            band(self.drafts.get(index).map_or(draft.coordinates, |known| known.coordinates));
        for text in name::all(&draft.names) {
            let list = self.by_name.entry((draft.kind, name::key(text), band)).or_default();
            if !list.contains(&index) {
                list.push(index);
            }
        }
        match self.drafts.get_mut(index) {
            None => self.drafts.push(draft),
            Some(known) => {
                name::unite(&mut known.names, draft.names);
                known.ids.extend(draft.ids);
                known.place = known.place.or(draft.place);
                known.importance = known.importance.max(draft.importance);
                if known.zipcodes.is_empty() {
                    known.zipcodes = draft.zipcodes;
                }
                if known.city.is_empty() {
                    known.city = draft.city;
                }
            }
        }
        is_new
    }

    /// Finds the point of another source that has one of the names and is near.
    fn namesake(&self, wanted: &PointDraft) -> Option<usize> {
        let reach_m = match wanted.kind {
            RecordType::Airport => 5_000.0,
            RecordType::Train => 500.0,
            _ => 150.0,
        };
        let middle = band(wanted.coordinates);
        let lists = name::all(&wanted.names).map(name::key).flat_map(|key| {
            let bands = (middle - 1)..=(middle + 1);
            bands.filter_map(move |band| self.by_name.get(&(wanted.kind, key.clone(), band)))
        });
        let near = lists.flatten().filter_map(|index| {
            let draft = self.drafts.get(*index)?;
            let distance_m = draft.coordinates.distance_m(wanted.coordinates);
            let fits = draft.source != wanted.source && distance_m <= reach_m;
            fits.then_some((distance_m, *index))
        });
        near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, index)| index)
    }

    /// Takes over the points of a source that knows their cities; tells how many are new.
    pub(super) fn import(
        &mut self,
        records: Vec<PointRecord>,
        places: &[usize],
        source: SourceNumber,
    ) -> (u64, u64) {
        let (mut new, mut known) = (0, 0);
        for record in records {
            let is_new = self.take(PointDraft {
                kind: record.kind,
                names: record.names,
                ids: Vec::new(),
                place: places.get(record.city).copied(),
                above: None,
                city: AreaName::default(),
                zipcodes: record.zipcodes,
                coordinates: record.coordinates,
                importance: record.importance,
                source,
            });
            *(if is_new { &mut new } else { &mut known }) += 1;
        }
        (new, known)
    }

    /// Gives every point without a city the one it names, is inside of or is near to.
    pub(super) fn find_cities(&mut self, places: &Places, near: &NearCities) {
        for draft in self.drafts.iter_mut().filter(|draft| draft.place.is_none()) {
            let at = draft.coordinates;
            let city = places
                .known_city(&draft.city, at, NAMED_CITY_M)
                .or_else(|| places.city_around(at))
                .or_else(|| near.city(places, at, NEAREST_CITY_M));
            draft.place = city.or(draft.above);
        }
    }

    /// Gives points of cities with several postcodes that of the nearest street.
    pub(super) fn find_zipcodes(&mut self, places: &Places, streets: &Streets) {
        let several = |draft: &PointDraft| {
            let city = draft.place.and_then(|place| places.get(place));
            draft.zipcodes.is_empty() && city.is_some_and(|city| city.zipcodes().len() > 1)
        };
        if !self.drafts.iter().any(several) {
            return;
        }
        let near = NearZipcodes::new(streets.zipcodes());
        for draft in self.drafts.iter_mut().filter(|draft| several(draft)) {
            draft.zipcodes.extend(near.zipcode(draft.coordinates));
        }
    }

    /// Returns the places of all points.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.drafts.iter().filter_map(|draft| draft.place)
    }

    /// Makes the records; `place` gives the number and postcodes of each place.
    pub(super) fn finish<'p>(
        self,
        place: impl Fn(usize) -> Option<(usize, &'p [String])>,
    ) -> Vec<PointRecord> {
        let records = self.drafts.into_iter().filter_map(|draft| {
            let (city, of_city) = place(draft.place?)?;
            let zipcodes = if draft.zipcodes == of_city { Vec::new() } else { draft.zipcodes };
            Some(PointRecord {
                kind: draft.kind,
                names: draft.names,
                city,
                zipcodes,
                coordinates: draft.coordinates,
                population: 0,
                importance: draft.importance,
            })
        });
        records.collect()
    }
}
