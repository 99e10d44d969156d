//! A closed world for the French cases: the official communes and the addresses that the cases
//! expect, hidden among the same streets in other communes.

use std::collections::HashMap;

use geocoder_core::RecordType;
use geocoder_core::gazetteer::{Gazetteer, House, Names, StreetRecord};
use hereabouts_corpora::fold::fold;
use hereabouts_corpora::random::Random;

use crate::suites::SuiteCase;

/// Name of the data set in the cases.
pub const ANSWERABLE_BY: &str = "closed-world-fr";
/// Communes that have the same street, each with the same house.
const DISTRACTORS: usize = 5;

/// Adds the streets and houses of the cases to the communes.
///
/// The commune is that of the expected city, of several of that name the one that is largest;
/// without one, all communes of the postcode. Houses stand where their commune does. Cases whose
/// commune cannot be told so, mostly for a postcode that only firms have, are taken out.
pub fn populate(gazetteer: &mut Gazetteer, cases: &mut Vec<SuiteCase>, seed: u64) {
    let mut random = Random::new(seed, ANSWERABLE_BY);
    let communes: Vec<usize> = (0..gazetteer.places.len())
        .filter(|index| {
            gazetteer.places.get(*index).is_some_and(|place| place.kind == RecordType::City)
        })
        .collect();
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    let mut by_zipcode: HashMap<String, Vec<usize>> = HashMap::new();
    for index in &communes {
        let Some(place) = gazetteer.places.get(*index) else { continue };
        by_name.entry(fold(&place.names.default)).or_default().push(*index);
        for zipcode in &place.zipcodes {
            by_zipcode.entry(zipcode.clone()).or_default().push(*index);
        }
    }
    let mut streets: HashMap<(usize, String), StreetRecord> = HashMap::new();
    cases.retain(|case| {
        if case.answerable_by != ANSWERABLE_BY {
            return true;
        }
        let Some(street) = &case.expect.street else { return false };
        let named = case.expect.city.as_ref().and_then(|city| by_name.get(&fold(city)));
        let in_zipcode = case.expect.postcode.as_ref().and_then(|code| by_zipcode.get(code));
        let mut expected: Vec<usize> = match (named, in_zipcode) {
            (Some(named), Some(zipcode)) => {
                named.iter().copied().filter(|index| zipcode.contains(index)).collect()
            }
            (Some(named), None) => {
                let population =
                    |index: &usize| gazetteer.places.get(*index).map(|place| place.population);
                named.iter().copied().max_by_key(population).into_iter().collect()
            }
            (None, Some(zipcode)) => zipcode.clone(),
            (None, None) => Vec::new(),
        };
        if expected.is_empty() {
            return false;
        }
        for _ in 0..DISTRACTORS {
            expected.extend(random.pick(&communes));
        }
        for commune in expected {
            let Some(place) = gazetteer.places.get(commune) else { continue };
            let record = streets.entry((commune, fold(street))).or_insert_with(|| StreetRecord {
                names: Names::new(street.clone()),
                city: commune,
                zipcodes: Vec::new(),
                coordinates: place.coordinates,
                geometry: Vec::new(),
                houses: Vec::new(),
                importance: 0,
            });
            let numbers =
                case.expect.housenumber.as_deref().map(shard_builder::house_number::parse);
            for number in numbers.into_iter().flatten() {
                let house = House {
                    number: number.number,
                    suffix: number.suffix,
                    coordinates: place.coordinates,
                    zipcode: None,
                };
                if !record.houses.contains(&house) {
                    record.houses.push(house);
                }
            }
        }
        true
    });
    let mut streets: Vec<((usize, String), StreetRecord)> = streets.into_iter().collect();
    streets.sort_by(|a, b| a.0.cmp(&b.0));
    gazetteer.streets.extend(streets.into_iter().map(|(_, street)| street));
}
