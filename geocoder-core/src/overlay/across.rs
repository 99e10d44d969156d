//! From results of an earlier base to the records of this one, which may say other things of
//! them.

use super::draft::terms_of;
use super::hierarchy::references;
use super::{Origin, RecordRef};
use crate::error::Result;
use crate::geo::{BBox, DEGREE_M};
use crate::present::full_name;
use crate::record::RecordType;
use crate::shard::{Dictionary, Lookup, Role, Shard, TermRef, point};
use crate::text::same_suffix;
use crate::trigonometry::cos_degrees;

/// By so much a street, house or point may have moved from one base to the next.
const MOVED_M: f64 = 1_000.0;
/// The same of cities, whose centre each source draws somewhere else.
const CITY_MOVED_M: f64 = 10_000.0;
/// The same of regions and counties.
const AREA_MOVED_M: f64 = 100_000.0;

/// What is looked for, and what was found.
struct Wanted<'a> {
    origin: &'a Origin,
    /// The origin with nothing around it but the city.
    inside: Origin,
    /// Terms of its name, and of its street where that is known apart from the number; none where
    /// the base does not have them all.
    name: Option<Vec<TermRef>>,
    street: Option<Vec<TermRef>>,
    /// Terms of its name that the base has.
    words: Vec<TermRef>,
    /// The nearest so far, and its distance.
    nearest: Option<(f64, RecordRef)>,
}

impl Wanted<'_> {
    fn distance_m(&self, lat: i32, lon: i32) -> f64 {
        self.origin.coordinates.distance_m(point(lat, lon))
    }

    fn is_house(&self, number: u32, suffix: &str) -> bool {
        let house = self.origin.house.as_ref();
        house.is_some_and(|house| house.number == number && same_suffix(&house.suffix, suffix))
    }
}

/// Keeps what is nearer than what was found before.
fn offer(best: &mut Option<(f64, RecordRef)>, distance_m: f64, found: RecordRef) {
    if best.as_ref().is_none_or(|(least, _)| distance_m < *least) {
        *best = Some((distance_m, found));
    }
}

impl<D: AsRef<[u8]>> Shard<D> {
    /// Finds the record of the base that a result of an earlier base was: of the same type, name
    /// and city, in any of their languages, at most 1 km away (cities 10 km, larger places
    /// 100 km), whatever its postcodes, population and what else contains it. Of several the
    /// nearest is returned. A house is found by its street, number and suffix, when it is there.
    ///
    /// # Errors
    /// Fails when a chunk that is needed is corrupt.
    pub fn resolve_across(&self, origin: &Origin) -> Result<Option<RecordRef>> {
        let base = self.without_overlay();
        let terms = |text: &str| references(&base, Dictionary::Records, &terms_of(text));
        let mut words = Vec::new();
        for word in terms_of(&origin.name) {
            words.extend(terms(&word)?.into_iter().flatten());
        }
        let street = origin.house.as_ref().map(|house| terms(&house.street)).transpose()?;
        let mut wanted = Wanted {
            origin,
            inside: Origin {
                county: None,
                administrative: None,
                country: String::new(),
                ..origin.clone()
            },
            name: terms(&origin.name)?,
            street: street.flatten(),
            words,
            nearest: None,
        };
        if origin.kind.is_place() {
            base.places_across(&mut wanted)?;
        }
        base.records_across(&mut wanted)?;
        Ok(wanted.nearest.map(|(_, found)| found))
    }

    fn places_across(&self, wanted: &mut Wanted<'_>) -> Result<()> {
        let limit_m = match wanted.origin.kind {
            RecordType::City => CITY_MOVED_M,
            RecordType::Country => f64::INFINITY,
            _ => AREA_MOVED_M,
        };
        for (ordinal, place) in (0u32..).zip(&self.places().places) {
            let distance_m = wanted.distance_m(place.lat, place.lon);
            if place.result_kind() == Some(wanted.origin.kind)
                && distance_m <= limit_m
                && self.any_name(
                    &self.place_names(place)?,
                    &wanted.origin.name,
                    Dictionary::Places,
                )?
                && self.is_inside(&wanted.inside, ordinal)?
            {
                offer(&mut wanted.nearest, distance_m, RecordRef::Place { ordinal });
            }
        }
        Ok(())
    }

    fn records_across(&self, wanted: &mut Wanted<'_>) -> Result<()> {
        let limit_m = if wanted.origin.kind == RecordType::City { CITY_MOVED_M } else { MOVED_M };
        let at = wanted.origin.coordinates;
        let high = limit_m / DEGREE_M;
        // Meridians come together at the poles, where everything is near in longitude.
        let wide = high / cos_degrees(at.lat).max(high / 360.0);
        let near = |bbox: &BBox| {
            let beside = |lon: f64| (bbox.min_lon - wide..=bbox.max_lon + wide).contains(&lon);
            (bbox.min_lat - high..=bbox.max_lat + high).contains(&at.lat)
                && [-360.0, 0.0, 360.0].into_iter().any(|turn| beside(at.lon + turn))
        };
        for (number, entry) in self.places().records.iter().enumerate() {
            if !near(&entry.bbox) {
                continue;
            }
            let Lookup::Found(boxes) = self.block_boxes(number)? else { continue };
            for (block, _) in boxes.iter().filter(|(_, bbox)| near(bbox)) {
                self.block_across(wanted, *block, limit_m)?;
            }
        }
        Ok(())
    }

    fn block_across(&self, wanted: &mut Wanted<'_>, block: u32, limit_m: f64) -> Result<()> {
        let Lookup::Found(decoded) = self.block(block)? else { return Ok(()) };
        let Some(place) = self.places().place_of_block(block) else { return Ok(()) };
        for (index, record) in (0u32..).zip(&decoded.records) {
            if record.kind != wanted.origin.kind {
                continue;
            }
            let shown = || {
                let names = decoded.names.names(index as usize);
                names.filter(|name| name.role != Role::Alternate)
            };
            let called = |terms: &Option<Vec<TermRef>>| {
                shown().any(|name| Some(name.shown) == terms.as_deref())
            };
            let distance_m = wanted.distance_m(record.lat, record.lon);
            let itself =
                wanted.origin.house.is_none() && distance_m <= limit_m && called(&wanted.name);
            let street = record.kind == RecordType::Street
                && match wanted.origin.house {
                    Some(_) => called(&wanted.street),
                    // The name of a house holds that of its street.
                    None => shown()
                        .any(|name| name.shown.iter().all(|term| wanted.words.contains(term))),
                };
            // A city that is a record is in no city but itself.
            if (itself || street)
                && (record.kind == RecordType::City || self.is_inside(&wanted.inside, place)?)
            {
                if itself {
                    offer(&mut wanted.nearest, distance_m, RecordRef::Record { block, index });
                }
                if street {
                    self.houses_across(wanted, block, index)?;
                }
            }
        }
        Ok(())
    }

    /// Finds a house on a street of the base.
    fn houses_across(&self, wanted: &mut Wanted<'_>, block: u32, index: u32) -> Result<()> {
        let Lookup::Found((table, houses)) = self.street_houses(block, index as usize)? else {
            return Ok(());
        };
        let mut names = Vec::new();
        let origin = wanted.origin;
        let mut full = Vec::new();
        if origin.house.is_none() {
            let Lookup::Found(decoded) = self.block(block)? else { return Ok(()) };
            let Some(record) = decoded.records.get(index as usize) else { return Ok(()) };
            let Lookup::Found(stored) = self.record_names(block, record)? else { return Ok(()) };
            names = self.shown_names(&stored, Dictionary::Records)?;
            full = terms_of(&origin.name);
        }
        for house in houses.of(index as usize) {
            let distance_m = wanted.distance_m(house.lat, house.lon);
            if distance_m > MOVED_M {
                continue;
            }
            let (number, suffix) = (house.number, table.suffix_text(house.suffix));
            let first = self.meta().number_first;
            let named = |(_, street): &(Role, String)| {
                terms_of(&full_name(number, &suffix, street, first)) == full
            };
            if wanted.is_house(number, &suffix) || names.iter().any(named) {
                let found = RecordRef::House { block, index, number, suffix };
                offer(&mut wanted.nearest, distance_m, found);
            }
        }
        Ok(())
    }
}
