//! Finds a house number on a street: the house itself, one beside it, or a point between two.

use super::query::{NumberCandidate, TokenMask};
use crate::record::Precision;
use crate::shard::StoredHouse;
use crate::text::{self, HouseNumber};
use crate::weights::Weights;

/// A house, or the place where it must be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundHouse {
    pub(crate) number: u32,
    pub(crate) suffix: String,
    /// Position in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    pub(crate) precision: Precision,
    /// One more than the index in the street's list of postcodes, 0 when it is not known.
    pub(crate) zipcode: u32,
    /// Words of the query that the number is made of.
    pub(crate) mask: TokenMask,
    pub(crate) points: f32,
}

/// Finds the best house for the numbers of a query whose words mean nothing else here.
pub(crate) fn find_house(
    houses: &[StoredHouse],
    suffix_text: impl Fn(&StoredHouse) -> String,
    candidates: &[NumberCandidate],
    taken: TokenMask,
    weights: &Weights,
) -> Option<FoundHouse> {
    let free = candidates.iter().filter(|candidate| candidate.mask & taken == 0);
    let found = free.filter_map(|candidate| {
        let mut house = locate(houses, &suffix_text, &candidate.number, weights)?;
        house.mask = candidate.mask;
        // A number made of more words explains more of the query.
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        let words = candidate.mask.count_ones() as f32;
        house.points += words - 1.0;
        Some(house)
    });
    found.max_by(|a, b| a.points.total_cmp(&b.points))
}

fn locate(
    houses: &[StoredHouse],
    suffix_text: &impl Fn(&StoredHouse) -> String,
    wanted: &HouseNumber,
    weights: &Weights,
) -> Option<FoundHouse> {
    let found = |house: &StoredHouse, precision, points| FoundHouse {
        number: house.number,
        suffix: suffix_text(house),
        lat: house.lat,
        lon: house.lon,
        precision,
        zipcode: house.zipcode,
        mask: 0,
        points,
    };
    // Houses ascend by number.
    let start = houses.partition_point(|house| house.number < wanted.number);
    let same = houses.iter().skip(start).take_while(|house| house.number == wanted.number);
    let mut other_suffix = None;
    for house in same {
        if text::same_suffix(&suffix_text(house), &wanted.suffix) {
            return Some(found(house, Precision::Exact, weights.number_exact));
        }
        other_suffix = other_suffix.or(Some(house));
    }
    if let Some(house) = other_suffix {
        return Some(found(house, Precision::Range, weights.number_near));
    }
    if let Some(last) = wanted.last {
        let mut inside = houses.iter().skip(start).take_while(|house| house.number <= last);
        if let Some(house) = inside.next() {
            return Some(found(house, Precision::Range, weights.number_near));
        }
    }
    interpolate(houses, start, wanted.number, weights.number_interpolated)
}

/// Places a number between its neighbours on the same side of the street; beyond the last
/// known house there is no telling.
fn interpolate(
    houses: &[StoredHouse],
    start: usize,
    number: u32,
    points: f32,
) -> Option<FoundHouse> {
    let same_side = |house: &&StoredHouse| house.number % 2 == number % 2;
    let before = houses.get(..start)?.iter().rev().find(same_side)?;
    let behind = houses.get(start..)?.iter().find(same_side)?;
    let span = f64::from(behind.number - before.number);
    let share = f64::from(number - before.number) / span;
    #[expect(clippy::cast_possible_truncation, reason = "lies between two coordinates")]
    let between = |from: i32, to: i32| from + (f64::from(to - from) * share).round() as i32;
    Some(FoundHouse {
        number,
        suffix: String::new(),
        lat: between(before.lat, behind.lat),
        lon: between(before.lon, behind.lon),
        precision: Precision::Interpolated,
        zipcode: if before.zipcode == behind.zipcode { before.zipcode } else { 0 },
        mask: 0,
        points,
    })
}
