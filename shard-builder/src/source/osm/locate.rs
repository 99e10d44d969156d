//! Tells to which city a point belongs.

use std::collections::BTreeMap;

use geocoder_core::{LonLat, RecordType};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::boundary::Level;
use super::hierarchy::Hierarchy;
use crate::geometry::{Area, AreaIndex};
use crate::name;

/// Farthest that a city named by an address may be when no boundary tells, in metres.
const NAMED_CITY_M: f64 = 30_000.0;
/// Farthest that a city that is merely the nearest may be, in metres.
const NEAREST_CITY_M: f64 = 15_000.0;
/// Least importance of a city that is taken for being the nearest: a village's.
const NEAREST_CITY_IMPORTANCE: u8 = 70;

/// Why a point has no city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nowhere {
    /// It is outside the country.
    Abroad,
    /// It is in the country, but no boundary holds it and no city is near.
    Unincorporated,
}

/// Finds the city of points.
#[derive(Debug)]
pub(crate) struct Locator {
    country: Option<Area>,
    cities: AreaIndex<usize>,
    centres: RTree<GeomWithData<[f64; 2], usize>>,
    by_key: BTreeMap<String, Vec<(usize, LonLat)>>,
    lon_scale: f64,
}

impl Locator {
    /// Prepares to find cities of a hierarchy.
    pub(crate) fn new(hierarchy: &Hierarchy) -> Self {
        let areas: Vec<(usize, Area)> = hierarchy
            .areas
            .iter()
            .filter(|(_, level, _)| *level == Level::City)
            .map(|(index, _, area)| (*index, area.clone()))
            .collect();
        let lat = hierarchy.places.first().map_or(0.0, |country| country.coordinates.lat);
        let lon_scale = lat.to_radians().cos();
        let mut by_key: BTreeMap<String, Vec<(usize, LonLat)>> = BTreeMap::new();
        let mut parts: BTreeMap<String, Vec<(usize, LonLat)>> = BTreeMap::new();
        let mut centres = Vec::new();
        let parents = |index: usize| hierarchy.places.get(index).map(|place| place.kind);
        for (index, place) in hierarchy.places.iter().enumerate() {
            // Parts of a municipality have no streets of their own.
            if place.kind != RecordType::City {
                continue;
            }
            if let Some(parent) = place.parent.filter(|p| parents(*p) == Some(RecordType::City)) {
                for text in name::all(&place.names) {
                    parts.entry(name::key(text)).or_default().push((parent, place.coordinates));
                }
                continue;
            }
            if place.importance >= NEAREST_CITY_IMPORTANCE {
                let p = place.coordinates;
                centres.push(GeomWithData::new([p.lon * lon_scale, p.lat], index));
            }
            for text in name::all(&place.names) {
                by_key.entry(name::key(text)).or_default().push((index, place.coordinates));
            }
        }
        // A part's name means its municipality, unless a municipality has that name.
        for (key, of) in parts {
            by_key.entry(key).or_insert(of);
        }
        let centres = RTree::bulk_load(centres);
        let cities = AreaIndex::new(areas);
        Self { country: hierarchy.country.clone(), cities, centres, by_key, lon_scale }
    }

    /// Learns one more name of a city.
    pub(crate) fn add_name(&mut self, text: &str, city: usize, point: LonLat) {
        self.by_key.entry(name::key(text)).or_insert_with(|| vec![(city, point)]);
    }

    /// Returns the city around a point: by boundary, else the one named, else the nearest.
    pub(crate) fn city(&self, point: LonLat, named: Option<&str>) -> Result<usize, Nowhere> {
        if let Some(index) = self.city_around(point) {
            return Ok(index);
        }
        if self.country.as_ref().is_some_and(|area| !area.contains(point)) {
            return Err(Nowhere::Abroad);
        }
        named
            .and_then(|named| self.city_named(named, point))
            .or_else(|| self.nearest_city(point))
            .ok_or(Nowhere::Unincorporated)
    }

    /// Returns the smallest municipality whose boundary holds the point.
    pub(crate) fn city_around(&self, point: LonLat) -> Option<usize> {
        self.cities.smallest_around(point).map(|(index, _)| *index)
    }

    /// Returns the nearest city within reach that has a name, or has a part of that name.
    pub(crate) fn city_named(&self, named: &str, point: LonLat) -> Option<usize> {
        let namesakes = self.by_key.get(&name::key(named))?.iter();
        let nearest = namesakes
            .map(|(index, at)| (at.distance_m(point), *index))
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 <= NAMED_CITY_M).then_some(nearest.1)
    }

    fn nearest_city(&self, point: LonLat) -> Option<usize> {
        let nearest = self.centres.nearest_neighbor([point.lon * self.lon_scale, point.lat])?;
        let [x, lat] = *nearest.geom();
        let at = LonLat { lon: x / self.lon_scale, lat };
        (at.distance_m(point) <= NEAREST_CITY_M).then_some(nearest.data)
    }
}
