//! Finds the street that an address names.
//!
//! The name is that of `addr:street`, else of the relation or interpolation way that groups a
//! street with its houses, else of `addr:place`. Where `addr:city` names another municipality than the one around, a
//! street there within 200 m is it: houses beside a border. Else it is looked for among the
//! streets of the municipality: as it is, as another name, in another spelling (abbreviated,
//! divided or joined, without marks), and cut at a bracket or dash. Else it becomes a street
//! known from addresses only.

use std::collections::BTreeMap;

use geocoder_core::LonLat;
use geocoder_core::gazetteer::Names;
use geocoder_core::lexicon::Lexicon;

use super::grouping::GroupStreets;
use super::locate::Locator;
use super::object::ObjectKind;
use super::street::{StreetKey, Streets};
use super::tags::Tags;
use crate::geometry::nearest_on_lines;
use crate::importance;
use crate::name;
use crate::spelling::Speller;

/// Farthest that a street of the named city may be from a house beyond the border, in metres.
const ACROSS_BORDER_M: f64 = 200.0;

/// What is known of an address that looks for its street.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The object that has the address.
    pub(crate) member: (ObjectKind, i64),
    pub(crate) tags: &'a Tags,
    pub(crate) point: LonLat,
    /// The municipality around it.
    pub(crate) city: usize,
}

/// Streets by city and the key of a name, `None` where several have it.
type OneStreet = BTreeMap<StreetKey, Option<StreetKey>>;

/// Finds streets by all their names and spellings.
#[derive(Debug)]
pub(crate) struct Joiner<'a> {
    locator: &'a Locator,
    speller: Speller,
    by_other_name: OneStreet,
    by_spelling: OneStreet,
    grouped: &'a GroupStreets,
}

impl<'a> Joiner<'a> {
    /// Indexes the streets that are mapped as such.
    pub(crate) fn new(
        grouped: &'a GroupStreets,
        locator: &'a Locator,
        lexicon: &Lexicon,
        streets: &Streets,
    ) -> Self {
        let speller = Speller::new(lexicon);
        let (mut by_other_name, mut by_spelling) = (OneStreet::new(), OneStreet::new());
        for (key, draft) in &streets.drafts {
            let names = draft.names();
            for text in name::all(&names) {
                add(&mut by_other_name, (key.0, name::marked_key(text)), key);
                add(&mut by_spelling, (key.0, speller.key(text)), key);
            }
        }
        Self { locator, speller, by_other_name, by_spelling, grouped }
    }

    /// Returns the street of an address, which may be a new one, and how it was found; nothing
    /// when the address names none.
    pub(crate) fn street_of(
        &self,
        streets: &mut Streets,
        asked: &Asked<'_>,
    ) -> Option<(StreetKey, &'static str)> {
        let first = |list: Option<&str>| list.and_then(|list| name::split(list).next());
        let street = first(asked.tags.get("addr:street"))
            .or_else(|| self.grouped.get(&asked.member).cloned());
        let (named, is_place) = match street {
            Some(street) => (street, false),
            None => (first(asked.tags.get("addr:place"))?, true),
        };
        let text = name::marked_key(&named);
        if text.is_empty() {
            return None;
        }
        if let Some(found) = self.across_border(streets, asked, &named) {
            return Some((found, "street of the city named, across the border"));
        }
        let key = (asked.city, text);
        if streets.drafts.contains_key(&key) {
            return Some((key, if is_place { "name of a place" } else { "name of a street" }));
        }
        if let Some((found, how)) = self.variant(asked.city, &named) {
            return Some((found, how));
        }
        let draft = streets.drafts.entry(key.clone()).or_default();
        draft.add_spelling(&Names::new(named));
        draft.raise(importance::ADDRESSED_NAME);
        Some((key, if is_place { "name of a place" } else { "name that no street has" }))
    }

    fn variant(&self, city: usize, named: &str) -> Option<(StreetKey, &'static str)> {
        let one = |map: &OneStreet, text| map.get(&(city, text)).cloned().flatten();
        let respelled = |text: &str| {
            let mut spellings = self.speller.keys(text).into_iter();
            spellings.find_map(|spelling| one(&self.by_spelling, spelling))
        };
        if let Some(found) = one(&self.by_other_name, name::marked_key(named)) {
            return Some((found, "other name of a street"));
        }
        if let Some(found) = respelled(named) {
            return Some((found, "other spelling of a street"));
        }
        // What follows a bracket or dash says where in the street: a building, a floor.
        let cut = named.find(['(', ',', '–']).or_else(|| named.find(" - "))?;
        let found = named.get(..cut).and_then(respelled)?;
        Some((found, "name of a street and more"))
    }

    fn across_border(
        &self,
        streets: &Streets,
        asked: &Asked<'_>,
        named: &str,
    ) -> Option<StreetKey> {
        let city = self.locator.city_named(asked.tags.get("addr:city")?, asked.point)?;
        if city == asked.city {
            return None;
        }
        let exact = (city, name::marked_key(named));
        let key = match streets.drafts.get(&exact) {
            Some(_) => exact,
            None => self.variant(city, named)?.0,
        };
        let lines = streets.drafts.get(&key)?.lines();
        let (distance_m, _) = nearest_on_lines(&lines, asked.point)?;
        (distance_m <= ACROSS_BORDER_M).then_some(key)
    }
}

fn add(map: &mut OneStreet, at: StreetKey, street: &StreetKey) {
    let entry = map.entry(at).or_insert_with(|| Some(street.clone()));
    if entry.as_ref() != Some(street) {
        *entry = None;
    }
}
