//! Addresses: objects with a house number become houses of streets.
//!
//! The street of an address is the one that it names ([`super::joiner`]); without a name it is
//! the nearest street of the municipality within 60 m, unless that has the number already.
//!
//! One number of one street is one house however often it is mapped. Its position is the best
//! of: an entrance, a plain address node, the middle of a building, anything else. Houses of an
//! interpolation are added where there is no other.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use geocoder_core::{CountryCode, LonLat};

use super::extract::{Extract, Spot};
use super::feature;
use super::house::{HouseDraft, house_key};
use super::interpolation::{Interpolations, Section};
use super::joiner::{Asked, Joiner};
use super::locate::{Locator, Nowhere};
use super::near_street::NearStreets;
use super::object::ObjectKind;
use super::street::{StreetKey, Streets};
use super::tags::Tags;
use crate::house_number::{self, HouseNumber};
use crate::name;
use crate::report::Report;

/// Houses of one number farther apart than this are a sign of two streets of one name.
const FAR_TWIN_M: f64 = 500.0;
/// Rank of the position of a house that only an interpolation knows.
const INTERPOLATED_RANK: u8 = 4;

/// How often each name was given as the city of addresses, by municipality.
pub(crate) type CityMentions = BTreeMap<(usize, String), Mention>;

/// One name given as a city.
#[derive(Debug, Default)]
pub(crate) struct Mention {
    /// The name as written.
    pub(crate) name: String,
    /// Number of addresses.
    pub(crate) count: u32,
    /// Postcodes of these addresses.
    pub(crate) zipcodes: BTreeMap<String, u32>,
}

/// An address with its municipality: index of the place and of the spot.
pub(crate) type Located = (u32, u32);

/// Finds the municipality of every address of the country, and which cities they name.
pub(crate) fn locate(
    extract: &Extract,
    locator: &Locator,
    country: CountryCode,
    spread: &BTreeSet<i64>,
    report: &mut Report,
) -> (Vec<Located>, CityMentions) {
    let mut located = Vec::new();
    let mut mentions = CityMentions::new();
    for (index, spot) in (0_u32..).zip(&extract.spots) {
        let tags = &spot.tags;
        let is_spread = spot.kind == ObjectKind::Way && spread.contains(&spot.id);
        if !feature::has_number(tags) || is_spread {
            continue;
        }
        let Some(city) = city_of(tags, spot.point(), locator, country, report) else { continue };
        if let Some(named) = tags.get("addr:city") {
            let mention = mentions.entry((city, name::key(named))).or_default();
            mention.name = name::clean(named);
            mention.count += 1;
            for code in name::zipcodes(tags.get("addr:postcode").unwrap_or_default()) {
                *mention.zipcodes.entry(code).or_default() += 1;
            }
        }
        if let Ok(city) = u32::try_from(city) {
            located.push((city, index));
        }
    }
    (located, mentions)
}

fn city_of(
    tags: &Tags,
    point: LonLat,
    locator: &Locator,
    country: CountryCode,
    report: &mut Report,
) -> Option<usize> {
    let code = tags.get("addr:country");
    if code.is_some_and(|code| !code.trim().eq_ignore_ascii_case(country.as_str())) {
        report.clip("address tagged with another country");
        return None;
    }
    match locator.city(point, tags.get("addr:city")) {
        Ok(city) => return Some(city),
        Err(Nowhere::Abroad) => report.clip("address outside the country"),
        Err(Nowhere::Unincorporated) => report.reject("no city around or near"),
    }
    None
}

/// Joins addresses to streets.
#[derive(Debug)]
pub(crate) struct AddressJoin<'a> {
    pub(crate) joiner: Joiner<'a>,
    pub(crate) locator: &'a Locator,
    pub(crate) country: CountryCode,
    /// Postcodes so far; many houses share one.
    zipcodes: BTreeSet<Rc<str>>,
}

impl<'a> AddressJoin<'a> {
    /// Prepares to join addresses of a country.
    pub(crate) fn new(joiner: Joiner<'a>, locator: &'a Locator, country: CountryCode) -> Self {
        Self { joiner, locator, country, zipcodes: BTreeSet::new() }
    }

    /// Joins addresses to the streets, making new ones as needed.
    pub(crate) fn join(
        &mut self,
        spots: &[Spot],
        located: Vec<Located>,
        interpolations: Interpolations,
        streets: &mut Streets,
        report: &mut Report,
    ) {
        let mut without_street = Vec::new();
        for (city, index) in located {
            let Some(spot) = spots.get(index as usize) else { continue };
            let city = city as usize;
            let (member, tags, point) = ((spot.kind, spot.id), &spot.tags, spot.point());
            match self.joiner.street_of(streets, &Asked { member, tags, point, city }) {
                Some((key, how)) => {
                    let named_city = tags.get("addr:city");
                    if let (Some(named), Some(draft)) = (named_city, streets.drafts.get_mut(&key)) {
                        *draft.cities.entry(name::key(named)).or_default() += 1;
                    }
                    self.add_houses(streets, &key, spot, how, report);
                }
                None => without_street.push((city, spot)),
            }
        }
        // Guesses come last, so that they never displace what an address says of itself.
        if without_street.is_empty() && interpolations.sections.is_empty() {
            return;
        }
        let near = NearStreets::new(streets);
        for (city, spot) in without_street {
            self.join_nearest(&near, city, spot, streets, report);
        }
        for section in interpolations.sections {
            self.join_section(&near, &section, streets, report);
        }
    }

    fn join_nearest(
        &mut self,
        near: &NearStreets,
        city: usize,
        spot: &Spot,
        streets: &mut Streets,
        report: &mut Report,
    ) {
        let Some(key) = near.find(city, spot.point()) else {
            report.reject("no street named and none near");
            return;
        };
        let numbers = numbers_of(&spot.tags, self.country);
        let houses = streets.drafts.get(&key).map(|draft| &draft.houses);
        let known = |number: &HouseNumber| {
            houses.is_some_and(|houses| houses.contains_key(&house_key(number)))
        };
        if !numbers.is_empty() && numbers.iter().all(known) {
            report.reject("no street named, and the nearest has the number");
        } else {
            self.add_houses(streets, &key, spot, "nearest street", report);
        }
    }

    /// Adds the houses of an interpolation that nothing else has.
    fn join_section(
        &mut self,
        near: &NearStreets,
        section: &Section,
        streets: &mut Streets,
        report: &mut Report,
    ) {
        let Some(point) = section.houses.first().map(|(_, point)| *point) else { return };
        let tags = &section.tags;
        let Some(city) = city_of(tags, point, self.locator, self.country, report) else { return };
        let asked = Asked { member: (ObjectKind::Way, section.way), tags, point, city };
        let named = self.joiner.street_of(streets, &asked).map(|(key, _)| key);
        let Some(key) = named.or_else(|| near.find(city, point)) else {
            report.reject("no street named and none near");
            return;
        };
        let zipcode = self.zipcode(tags);
        let Some(draft) = streets.drafts.get_mut(&key) else { return };
        report.join("interpolation between two numbers");
        let rank = (INTERPOLATED_RANK, ObjectKind::Way, section.way);
        for (number, point) in &section.houses {
            if let Entry::Vacant(entry) = draft.houses.entry(house_key(number)) {
                entry.insert(HouseDraft::new(number, *point, zipcode.clone(), rank));
            }
        }
    }

    fn add_houses(
        &mut self,
        streets: &mut Streets,
        key: &StreetKey,
        spot: &Spot,
        how: &'static str,
        report: &mut Report,
    ) {
        let text = spot.tags.get("addr:housenumber").unwrap_or_default();
        let numbers = numbers_of(&spot.tags, self.country);
        let Some(draft) = streets.drafts.get_mut(key).filter(|_| !numbers.is_empty()) else {
            report.reject("no usable number");
            report.warn(
                "unusable house number",
                format_args!("{text} at {} {}", spot.kind.name(), spot.id),
            );
            return;
        };
        report.join(how);
        let zipcode = self.zipcode(&spot.tags);
        if let Some(code) = &zipcode {
            *draft.zipcodes.entry(code.as_ref().into()).or_default() += 1;
        }
        let rank = (position_rank(spot), spot.kind, spot.id);
        for number in numbers {
            let house = HouseDraft::new(&number, spot.point(), zipcode.clone(), rank);
            match draft.houses.entry(house_key(&number)) {
                Entry::Vacant(entry) => {
                    entry.insert(house);
                }
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    if known.point().distance_m(spot.point()) > FAR_TWIN_M {
                        let (kind, id) = (spot.kind.name(), spot.id);
                        report
                            .warn("same address far apart", format_args!("{text} at {kind} {id}"));
                    }
                    known.merge(house);
                }
            }
        }
    }

    /// Returns the postcode of an address, the same one for all that have it.
    fn zipcode(&mut self, tags: &Tags) -> Option<Rc<str>> {
        let code = name::zipcodes(tags.get("addr:postcode").unwrap_or_default()).next()?;
        if let Some(known) = self.zipcodes.get(code.as_str()) {
            return Some(Rc::clone(known));
        }
        let code: Rc<str> = code.into();
        self.zipcodes.insert(Rc::clone(&code));
        Some(code)
    }
}

/// Returns the house numbers of an address.
fn numbers_of(tags: &Tags, country: CountryCode) -> Vec<HouseNumber> {
    let text = tags.get("addr:housenumber").unwrap_or_default();
    let conscription =
        tags.get("addr:conscriptionnumber").or_else(|| tags.get("addr:provisionalnumber"));
    let of_street = tags.get("addr:streetnumber");
    let is_paired = matches!(country.as_str(), "cz" | "sk") || conscription.is_some();
    if is_paired {
        return house_number::parse_paired(text, conscription, of_street);
    }
    if text.is_empty() {
        return house_number::parse(of_street.unwrap_or_default());
    }
    match tags.is("addr:interpolation", &["all"]) {
        true => house_number::parse_all(text),
        false => house_number::parse(text),
    }
}

/// Returns how well an object says where its house is; lower is better.
fn position_rank(spot: &Spot) -> u8 {
    const BUSINESS: [&str; 7] =
        ["amenity", "craft", "leisure", "office", "shop", "tourism", "historic"];
    let tags = &spot.tags;
    let business = BUSINESS.iter().any(|key| tags.has(key));
    match spot.kind {
        ObjectKind::Node if tags.has("entrance") => 0,
        ObjectKind::Node if !business => 1,
        ObjectKind::Way | ObjectKind::Relation if tags.has("building") => 2,
        _ => 3,
    }
}
