//! Postcodes: from addresses, areas and tags to streets, points and cities.
//!
//! A city has the postcodes that at least 2 % or 20 of its addresses have, and always its most
//! frequent one, most frequent first; anything rarer is taken for an error. A street has those
//! postcodes of its city that its own addresses or tags have. A street or point of a city with
//! several postcodes that has none itself takes that of the nearest house within 500 m.

use std::collections::BTreeMap;
use std::rc::Rc;

use geocoder_core::gazetteer::PlaceRecord;
use geocoder_core::{LonLat, RecordType};

use super::address::CityMentions;
use super::neighbour::Neighbours;
use super::postal_area::PostalAreas;
use super::street::{StreetDraft, Streets};
use crate::name;
use crate::report::Report;
use crate::zipcode::frequent;

/// Gives houses inside an area of a postcode that code when they have none.
///
/// A street without houses takes the code of the area that its middle is in.
pub(crate) fn fill_houses(streets: &mut Streets, postal: &PostalAreas) {
    if postal.is_empty() {
        return;
    }
    for draft in streets.drafts.values_mut() {
        if draft.houses.is_empty() && draft.zipcodes.is_empty() {
            let code = draft.middle().and_then(|middle| postal.code_at(middle));
            draft.zipcodes.extend(code.map(|code| (code.as_ref().into(), 1)));
        }
        let StreetDraft { houses, zipcodes, .. } = draft;
        for house in houses.values_mut().filter(|house| house.zipcode.is_none()) {
            if let Some(code) = postal.code_at(house.point()) {
                house.zipcode = Some(Rc::clone(code));
                *zipcodes.entry(code.as_ref().into()).or_default() += 1;
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
    let mut parts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (index, place) in places.iter().enumerate() {
        if let Some(parent) = place.parent {
            parts.entry((parent, name::key(&place.names.default))).or_insert(index);
        }
    }
    for (named, mention) in mentions {
        if let Some(part) = parts.get(named).and_then(|index| places.get_mut(*index)) {
            part.zipcodes = frequent(&mention.zipcodes);
        }
    }
}

/// Gives cities of which no address or tag tells a postcode that of the area at their centre.
pub(crate) fn fill_from_areas(places: &mut [PlaceRecord], postal: &PostalAreas) {
    let without =
        |place: &&mut PlaceRecord| place.kind == RecordType::City && place.zipcodes.is_empty();
    for place in places.iter_mut().filter(without) {
        let code = postal.code_at(place.coordinates);
        place.zipcodes.extend(code.map(|code| code.as_ref().to_owned()));
    }
}

/// Gives parts of a municipality that no address names the postcode of what is around them.
pub(crate) fn fill_parts(places: &mut [PlaceRecord], near: &Neighbours) {
    for index in 0..places.len() {
        let Some(part) = places.get(index).filter(|part| part.zipcodes.is_empty()) else {
            continue;
        };
        let Some(parent) = part.parent else { continue };
        let codes = match places.get(parent) {
            Some(city) if city.kind == RecordType::City => city.zipcodes.as_slice(),
            _ => continue,
        };
        let codes = match codes {
            [_, _, ..] => near.zipcode(parent, part.coordinates).into_iter().collect(),
            few => few.to_vec(),
        };
        if let Some(part) = places.get_mut(index) {
            part.zipcodes = codes;
        }
    }
}

/// Returns the postcodes of a street of a municipality, shown under a city of its own or one
/// of its parts; most frequent first, empty means that city's.
pub(crate) fn of_street(
    places: &[PlaceRecord],
    (municipality, city): (usize, usize),
    counts: &BTreeMap<String, u32>,
    middle: Option<LonLat>,
    near: &Neighbours,
) -> Vec<String> {
    let codes_of = |index: usize| -> &[String] {
        places.get(index).map_or(&[], |place| place.zipcodes.as_slice())
    };
    let allowed = codes_of(municipality);
    let mut codes: Vec<(&String, &u32)> =
        counts.iter().filter(|(code, _)| allowed.contains(code)).collect();
    codes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut codes: Vec<String> = codes.into_iter().map(|(code, _)| code.clone()).collect();
    if codes.is_empty() && allowed.len() > 1 {
        codes.extend(middle.and_then(|point| near.zipcode(municipality, point)));
    }
    // Houses can only tell codes that their street has, so several are kept even if the same.
    if codes.len() == 1 && codes == codes_of(city) {
        codes.clear();
    }
    codes
}
