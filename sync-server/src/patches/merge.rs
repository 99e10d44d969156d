//! Three-way comparison of a patch, field by field: what it says, what its record was, what the
//! base says now.

use geocoder_core::{LonLat, RecordType};

use super::origin::house_of_street;
use super::record::each_field;
use crate::model::Fields;
use crate::model::patch::Street;

/// Degrees by which coordinates of the same place differ at most: they are shown to five places.
const TOLERANCE_DEGREES: f64 = 1.5e-5;
/// Longest distance between two positions of one house: its door and its middle.
const HOUSE_M: f64 = 25.0;
/// The same of a point, which may be a whole site; further away is another one of that name.
pub(super) const POINT_M: f64 = 100.0;
/// The same of a street or place, which stands for all of its extent.
const EXTENDED_M: f64 = 1000.0;

/// What became of a patch's fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Merged {
    /// The fields that the patch changes.
    pub(super) fields: Fields,
    /// How many of them the base has as the patch was made for, or never says.
    pub(super) applied: usize,
    /// How many the base has as the patch says.
    pub(super) redundant: usize,
    /// How many the base has changed to something else.
    pub(super) conflicting: usize,
}

/// Compares the fields of a patch with those that its record had, none for an addition, and those
/// that the base has now.
pub(super) fn merge(wanted: &Fields, before: Option<&Fields>, base: &Fields) -> Merged {
    let mut merged = Merged { fields: wanted.clone(), ..Merged::default() };
    let (is_addition, radius_m) = (before.is_none(), radius_m(base));
    // Streets and points show the inhabitants of their city and do not change them.
    if base.kind.is_some_and(|kind| !kind.is_place()) {
        merged.fields.population = None;
    }
    macro_rules! judge {
        ($($field:ident),*) => {
            $(if let Some(wanted) = &merged.fields.$field {
                let before = before.and_then(|before| before.$field.as_ref());
                if wanted.is_unsaid(is_addition)
                    || before.is_some_and(|before| wanted.equals(before))
                {
                    merged.fields.$field = None;
                } else {
                    match &base.$field {
                        None => merged.applied += 1,
                        Some(now) if wanted.equals(now) => merged.redundant += 1,
                        Some(now) if before.is_some_and(|before| before.equals(now)) => {
                            merged.applied += 1;
                        }
                        Some(now) if wanted.is_about(now, radius_m) => merged.redundant += 1,
                        Some(_) if before.is_none() && !is_addition => merged.applied += 1,
                        Some(_) => merged.conflicting += 1,
                    }
                }
            })*
        };
    }
    each_field!(judge);
    merged
}

/// Returns the longest distance between two positions that say the same of a record.
pub(super) fn radius_m(record: &Fields) -> f64 {
    let is_house = record.street.as_ref().is_some_and(|street| !street.number.is_empty());
    match record.kind {
        Some(RecordType::Street) if is_house => HOUSE_M,
        Some(kind) if kind == RecordType::Street || kind.is_place() => EXTENDED_M,
        _ => POINT_M,
    }
}

/// A value of a field.
trait FieldValue {
    /// Whether two values are the same.
    fn equals(&self, other: &Self) -> bool;

    /// Whether they mean the same though they differ.
    fn is_about(&self, _other: &Self, _radius_m: f64) -> bool {
        false
    }

    /// Whether the value says nothing; one that a correction empties says something.
    fn is_unsaid(&self, _is_addition: bool) -> bool {
        false
    }
}

impl FieldValue for String {
    fn equals(&self, other: &Self) -> bool {
        self.trim() == other.trim()
    }

    fn is_unsaid(&self, is_addition: bool) -> bool {
        is_addition && self.trim().is_empty()
    }
}

impl FieldValue for Vec<String> {
    fn equals(&self, other: &Self) -> bool {
        self.iter().all(|text| other.contains(text)) && other.iter().all(|text| self.contains(text))
    }

    fn is_unsaid(&self, is_addition: bool) -> bool {
        is_addition && self.is_empty()
    }
}

impl FieldValue for u32 {
    fn equals(&self, other: &Self) -> bool {
        self == other
    }

    fn is_unsaid(&self, is_addition: bool) -> bool {
        is_addition && *self == 0
    }
}

impl FieldValue for (f64, f64) {
    fn equals(&self, other: &Self) -> bool {
        (self.0 - other.0).abs() < TOLERANCE_DEGREES && (self.1 - other.1).abs() < TOLERANCE_DEGREES
    }

    fn is_about(&self, other: &Self, radius_m: f64) -> bool {
        let point = |(lat, lon): (f64, f64)| LonLat::new(lon, lat);
        let points = point(*self).zip(point(*other));
        points.is_some_and(|(own, other)| own.distance_m(other) <= radius_m)
    }
}

impl FieldValue for RecordType {
    fn equals(&self, other: &Self) -> bool {
        self == other
    }
}

impl FieldValue for Street {
    fn equals(&self, other: &Self) -> bool {
        match (house_of_street(self), house_of_street(other)) {
            (Some(own), Some(other)) => own == other,
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn street(name: &str, zipcode: &str, coordinates: (f64, f64)) -> Fields {
        Fields {
            name: Some(name.into()),
            zipcode: Some(vec![zipcode.into()]),
            coordinates: Some(coordinates),
            kind: Some(RecordType::Street),
            population: Some(5),
            ..Fields::default()
        }
    }

    fn numbers(merged: &Merged) -> (usize, usize, usize) {
        (merged.applied, merged.redundant, merged.conflicting)
    }

    const HERE: (f64, f64) = (47.14, 9.52);

    #[test]
    fn a_field_is_judged_by_what_it_was_and_what_it_is() {
        let before = street("A", "1", HERE);
        for (wanted, now, expected) in [
            ("B", "A", (1, 0, 0)),
            ("B", "B", (0, 1, 0)),
            ("B", "C", (0, 0, 1)),
            // What is named as it was is no change, whatever became of it.
            ("A", "C", (0, 0, 0)),
        ] {
            let wanted = Fields { name: Some(wanted.into()), ..Fields::default() };
            let merged = merge(&wanted, Some(&before), &street(now, "2", HERE));
            assert_eq!(numbers(&merged), expected, "{wanted:?} {now}");
        }
    }

    #[test]
    fn fields_that_are_no_change_of_the_patch_are_left_to_the_base() {
        let before = street("A", "1", HERE);
        let wanted = Fields { population: Some(9), ..street("B", "1", HERE) };
        let merged = merge(&wanted, Some(&before), &street("A", "2", (47.15, 9.53)));
        assert_eq!(merged.fields, Fields { name: Some("B".into()), ..Fields::default() });
    }

    #[test]
    fn positions_are_the_same_within_what_a_record_of_its_type_extends() {
        let north = |metres: f64| (HERE.0 + metres / 111_195.0, HERE.1);
        let before = |record: &Fields| Fields { coordinates: Some((47.0, 9.0)), ..record.clone() };
        let house = Street { number: "3".into(), name: "A".into(), ..Street::default() };
        let of = |kind, street| Fields { kind: Some(kind), street, ..Fields::default() };
        for (record, near_m, far_m) in [
            (of(RecordType::Street, Some(house)), 20.0, 30.0),
            (of(RecordType::Tourism, None), 90.0, 110.0),
            (of(RecordType::Street, None), 900.0, 1100.0),
            (of(RecordType::City, None), 900.0, 1100.0),
        ] {
            for (metres, expected) in [(near_m, (0, 1, 0)), (far_m, (0, 0, 1))] {
                let wanted = Fields { coordinates: Some(north(metres)), ..Fields::default() };
                let base = Fields { coordinates: Some(HERE), ..record.clone() };
                let merged = merge(&wanted, Some(&before(&record)), &base);
                assert_eq!(numbers(&merged), expected, "{record:?} {metres} m");
            }
        }
    }

    #[test]
    fn an_addition_says_only_what_it_has() {
        let base = Fields { city: Some("Vaduz".into()), ..street("A", "1", HERE) };
        let wanted = Fields {
            city: Some(String::new()),
            zipcode: Some(Vec::new()),
            ..street("A", "1", HERE)
        };
        assert_eq!(numbers(&merge(&wanted, None, &base)).2, 0);
        let other = Fields { zipcode: Some(vec!["2".into()]), ..wanted };
        assert_eq!(numbers(&merge(&other, None, &base)).2, 1);
        // A correction that empties a field says something.
        let wanted = Fields { city: Some(String::new()), ..Fields::default() };
        assert_eq!(numbers(&merge(&wanted, Some(&base), &base)), (1, 0, 0));
    }

    #[test]
    fn postcodes_have_no_order_and_numbers_of_houses_many_spellings() {
        let base = Fields {
            zipcode: Some(vec!["1".into(), "2".into()]),
            street: Some(Street { number: "3".into(), suffix: "a".into(), name: "A".into() }),
            ..Fields::default()
        };
        let wanted = Fields {
            zipcode: Some(vec!["2".into(), "1".into()]),
            street: Some(Street { number: "3a".into(), suffix: String::new(), name: "A".into() }),
            ..Fields::default()
        };
        assert_eq!(numbers(&merge(&wanted, Some(&Fields::default()), &base)), (0, 2, 0));
    }
}
