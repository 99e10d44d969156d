//! Postcodes: from addresses, areas and tags to streets, points and cities.
//!
//! A city has the postcodes that at least 2 % or 20 of its addresses have, and always its most
//! frequent one, most frequent first; anything rarer is taken for an error. A street has those
//! postcodes of its city that its own addresses or tags have. A street or point of a city with
//! several postcodes that has none itself takes that of the nearest house within 500 m.

use std::collections::BTreeMap;

use geocoder_core::LonLat;
use geocoder_core::gazetteer::PlaceRecord;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::address::CityMentions;
use super::street::{StreetDraft, Streets};
use crate::geometry::Area;
use crate::name;
use crate::report::Report;

/// Farthest house whose postcode is borrowed, in metres.
const BORROW_M: f64 = 500.0;

/// Gives houses inside an area of a postcode that code when they have none.
pub(crate) fn fill_houses(streets: &mut Streets, postal: &[(String, Area)]) {
    if postal.is_empty() {
        return;
    }
    for draft in streets.drafts.values_mut() {
        let StreetDraft { houses, zipcodes, .. } = draft;
        for house in houses.values_mut().filter(|house| house.zipcode.is_none()) {
            let around = postal.iter().find(|(_, area)| area.contains(house.coordinates));
            if let Some((code, _)) = around {
                house.zipcode = Some(code.clone());
                *zipcodes.entry(code.clone()).or_default() += 1;
            }
        }
    }
}

/// Sets the postcodes of cities from their addresses.
pub(crate) fn fill_cities(
    places: &mut [PlaceRecord],
    streets: &Streets,
    mentions: &CityMentions,
    report: &mut Report,
) {
    let mut votes: BTreeMap<usize, BTreeMap<String, u32>> = BTreeMap::new();
    for ((city, _), draft) in &streets.drafts {
        let of_city = votes.entry(*city).or_default();
        for (code, count) in &draft.zipcodes {
            *of_city.entry(code.clone()).or_default() += count;
        }
    }
    for (city, counts) in &votes {
        if let Some(place) = places.get_mut(*city) {
            for code in frequent(counts) {
                if !place.zipcodes.contains(&code) {
                    place.zipcodes.push(code);
                }
            }
            for (code, count) in counts.iter().filter(|(code, _)| !place.zipcodes.contains(code)) {
                let name = &place.names.default;
                report.warn(
                    "postcode too rare in its city",
                    format_args!("{code} in {name} ({count})"),
                );
            }
        }
    }
    // Parts of a municipality have the postcodes of the addresses that name them.
    for ((city, key), mention) in mentions {
        let part = places
            .iter_mut()
            .find(|place| place.parent == Some(*city) && name::key(&place.names.default) == *key);
        if let Some(part) = part {
            part.zipcodes = frequent(&mention.zipcodes);
        }
    }
}

/// Returns the postcodes that are no errors, most frequent first.
fn frequent(counts: &BTreeMap<String, u32>) -> Vec<String> {
    let total: u32 = counts.values().sum();
    let most = counts.values().max().copied().unwrap_or(0);
    let mut kept: Vec<(&String, &u32)> = counts
        .iter()
        .filter(|(_, count)| **count == most || **count >= 20 || **count * 50 >= total)
        .collect();
    kept.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    kept.into_iter().map(|(code, _)| code.clone()).collect()
}

/// Answers postcodes of points from the nearest house that has one.
#[derive(Debug)]
pub(crate) struct NearHouses {
    houses: RTree<GeomWithData<[f64; 2], (usize, String)>>,
    lon_scale: f64,
}

impl NearHouses {
    /// Indexes the houses of cities with several postcodes.
    pub(crate) fn new(places: &[PlaceRecord], streets: &Streets) -> Self {
        let lat = places.first().map_or(0.0, |country| country.coordinates.lat);
        let lon_scale = lat.to_radians().cos();
        let mut houses = Vec::new();
        for ((city, _), draft) in &streets.drafts {
            let Some(place) = places.get(*city).filter(|place| place.zipcodes.len() > 1) else {
                continue;
            };
            for house in draft.houses.values() {
                let code = house.zipcode.as_ref().filter(|code| place.zipcodes.contains(code));
                if let Some(code) = code {
                    let at = [house.coordinates.lon * lon_scale, house.coordinates.lat];
                    houses.push(GeomWithData::new(at, (*city, code.clone())));
                }
            }
        }
        Self { houses: RTree::bulk_load(houses), lon_scale }
    }

    /// Returns the postcode of the nearest house of the same city.
    pub(crate) fn zipcode(&self, city: usize, point: LonLat) -> Option<String> {
        let at = [point.lon * self.lon_scale, point.lat];
        let reach = BORROW_M / geocoder_core::geo::DEGREE_M;
        let nearest = self.houses.nearest_neighbor_iter_with_distance_2(at);
        nearest
            .take_while(|(_, distance_2)| *distance_2 <= reach * reach)
            .find(|(house, _)| house.data.0 == city)
            .map(|(house, _)| house.data.1.clone())
    }
}

/// Returns the postcodes of a street, most frequent first; empty means its city's.
pub(crate) fn of_street(
    city: &PlaceRecord,
    counts: &BTreeMap<String, u32>,
    middle: Option<LonLat>,
    city_index: usize,
    near: &NearHouses,
) -> Vec<String> {
    let mut codes: Vec<(&String, &u32)> =
        counts.iter().filter(|(code, _)| city.zipcodes.contains(code)).collect();
    codes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut codes: Vec<String> = codes.into_iter().map(|(code, _)| code.clone()).collect();
    if codes.is_empty() && city.zipcodes.len() > 1 {
        codes.extend(middle.and_then(|point| near.zipcode(city_index, point)));
    }
    // Houses can only tell codes that their street has, so several are kept even if the same.
    if codes.len() == 1 && codes == city.zipcodes {
        codes.clear();
    }
    codes
}
