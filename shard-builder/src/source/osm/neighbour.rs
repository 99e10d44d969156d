//! What the nearest addresses tell of a street or point that says less: its postcode and the
//! settlement under whose name it is known.
//!
//! A street whose addresses mostly name a village of the municipality, or another one, as their
//! city is shown under that, as people write it: `Feldkircher Strasse, Nendeln`, not `Eschen`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use geocoder_core::LonLat;
use geocoder_core::gazetteer::PlaceRecord;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::locate::Locator;
use super::street::{StreetKey, Streets};

/// Farthest house from which anything is borrowed, in metres.
const BORROW_M: f64 = 500.0;

/// Moves streets to the municipality that their addresses name, where it is not the one around.
///
/// Exclaves in the mountains and estates at a border have the address of the village that they
/// are reached from. Two thirds of at least three addresses decide, or of any number when the
/// street is known from addresses only.
pub(crate) fn rehome(
    streets: &mut Streets,
    locator: &Locator,
    settlements: &BTreeMap<(usize, String), usize>,
) {
    let mut moves = Vec::new();
    for (key, draft) in &streets.drafts {
        // Addresses that name no city speak for the municipality around them.
        let total = draft
            .cities
            .values()
            .sum::<u32>()
            .max(u32::try_from(draft.houses.len()).unwrap_or(u32::MAX));
        let winner = draft.cities.iter().find(|(_, count)| *count * 3 >= total * 2);
        let Some((named, count)) = winner else { continue };
        let enough = *count >= MIN_MOVING_ADDRESSES || !draft.has_way();
        if !enough || settlements.contains_key(&(key.0, named.clone())) {
            continue;
        }
        let city = draft.middle().and_then(|middle| locator.city_named(named, middle));
        if let Some(city) = city.filter(|city| *city != key.0) {
            moves.push((key.clone(), (city, key.1.clone())));
        }
    }
    for (from, to) in moves {
        if let Some(draft) = streets.drafts.remove(&from) {
            streets.drafts.entry(to).or_default().absorb(draft);
        }
    }
}

/// Returns the city to show each street under, for streets whose addresses name a city.
///
/// It is the settlement that two thirds of them name, else the municipality.
pub(crate) fn shown_cities(
    streets: &Streets,
    settlements: &BTreeMap<(usize, String), usize>,
) -> BTreeMap<StreetKey, usize> {
    let mut shown = BTreeMap::new();
    for (key, draft) in &streets.drafts {
        let total: u32 = draft.cities.values().sum();
        if total == 0 {
            continue;
        }
        let mut votes: BTreeMap<usize, u32> = BTreeMap::new();
        for (named, count) in &draft.cities {
            if let Some(settlement) = settlements.get(&(key.0, named.clone())) {
                *votes.entry(*settlement).or_default() += count;
            }
        }
        let winner = votes.into_iter().find(|(_, count)| count * 3 >= total * 2);
        shown.insert(key.clone(), winner.map_or(key.0, |(settlement, _)| settlement));
    }
    shown
}

/// Addresses that can move a mapped street to another municipality.
const MIN_MOVING_ADDRESSES: u32 = 3;

/// What is known of a house.
#[derive(Debug, Clone)]
struct Neighbour {
    municipality: usize,
    shown_city: usize,
    zipcode: Option<Rc<str>>,
}

/// Houses of municipalities in which addresses differ in postcode or settlement.
#[derive(Debug)]
pub(crate) struct Neighbours {
    houses: RTree<GeomWithData<[f64; 2], Neighbour>>,
    lon_scale: f64,
}

impl Neighbours {
    /// Indexes the houses that can tell something.
    pub(crate) fn new(
        places: &[PlaceRecord],
        streets: &Streets,
        shown: &BTreeMap<StreetKey, usize>,
    ) -> Self {
        let lat = places.first().map_or(0.0, |country| country.coordinates.lat);
        let lon_scale = lat.to_radians().cos();
        let divided: BTreeSet<usize> =
            shown.iter().filter(|(key, city)| key.0 != **city).map(|(key, _)| key.0).collect();
        let mut houses = Vec::new();
        for (key, draft) in &streets.drafts {
            let Some(place) = places.get(key.0) else { continue };
            if place.zipcodes.len() < 2 && !divided.contains(&key.0) {
                continue;
            }
            let shown_city = shown.get(key).copied().unwrap_or(key.0);
            for house in draft.houses.values() {
                let zipcode = house
                    .zipcode
                    .clone()
                    .filter(|code| place.zipcodes.iter().any(|known| **known == **code));
                let point = house.point();
                let at = [point.lon * lon_scale, point.lat];
                let known = Neighbour { municipality: key.0, shown_city, zipcode };
                houses.push(GeomWithData::new(at, known));
            }
        }
        Self { houses: RTree::bulk_load(houses), lon_scale }
    }

    /// Returns the postcode of the nearest house of a municipality that has one.
    pub(crate) fn zipcode(&self, municipality: usize, point: LonLat) -> Option<String> {
        self.near(municipality, point).find_map(|known| known.zipcode.as_deref().map(Into::into))
    }

    /// Returns the city that the nearest house of a municipality is shown under.
    pub(crate) fn shown_city(&self, municipality: usize, point: LonLat) -> usize {
        self.near(municipality, point).next().map_or(municipality, |known| known.shown_city)
    }

    fn near(&self, municipality: usize, point: LonLat) -> impl Iterator<Item = &Neighbour> {
        let at = [point.lon * self.lon_scale, point.lat];
        let reach = BORROW_M / geocoder_core::geo::DEGREE_M;
        self.houses
            .nearest_neighbor_iter_with_distance_2(at)
            .take_while(move |(_, distance_2)| *distance_2 <= reach * reach)
            .map(|(house, _)| &house.data)
            .filter(move |known| known.municipality == municipality)
    }
}
