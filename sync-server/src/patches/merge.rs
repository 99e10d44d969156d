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
