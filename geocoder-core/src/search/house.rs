//! Finds a house number on a street: the house itself, one beside it, or a point between two.

use super::query::{Query, TokenMask};
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
    /// Points lost by further numbers of the query that mean nothing here.
    pub(crate) foreign: f32,
}

/// Finds the best house for the numbers of a query. Words that are taken are certain to mean
/// something else here, words that are known may.
pub(crate) fn find_house(
    houses: &[StoredHouse],
    suffix_text: impl Fn(&StoredHouse) -> String,
    query: &Query,
    taken: TokenMask,
    known: TokenMask,
    weights: &Weights,
) -> Option<FoundHouse> {
    let digits = query.numbers.iter().fold(0, |mask, number| mask | number.digits());
    let all = query.numbers.iter().fold(0, |mask, number| mask | number.mask);
    let free = query.numbers.iter().filter(|candidate| candidate.digits() & taken == 0);
    let found = free.filter_map(|candidate| {
        let mut house = locate(houses, &suffix_text, &candidate.number, weights)?;
        house.mask = candidate.mask;
        // A number made of more words explains more of the query.
        house.points += (count(candidate.mask) - 1.0) * weights.number_word;
        let left = all & !candidate.mask & !known;
        house.foreign = count(left & digits) * weights.number_foreign
            + count(left & !digits) * weights.number_word;
        Some(house)
    });
    found.max_by(|a, b| (a.points - a.foreign).total_cmp(&(b.points - b.foreign)))
}

#[expect(clippy::cast_precision_loss, reason = "a count of words")]
fn count(mask: TokenMask) -> f32 {
    mask.count_ones() as f32
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
        foreign: 0.0,
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
    between(houses, start, wanted.number, weights)
}

/// Places a number between its neighbours, on the same side of the street unless they are one
/// house; beyond the last known house there is no telling.
fn between(
    houses: &[StoredHouse],
    start: usize,
    number: u32,
    weights: &Weights,
) -> Option<FoundHouse> {
    let (lower, higher) = houses.split_at_checked(start)?;
    let house = |before: &StoredHouse, lat, lon, precision, points| FoundHouse {
        number,
        suffix: String::new(),
        lat,
        lon,
        precision,
        zipcode: before.zipcode,
        mask: 0,
        points,
        foreign: 0.0,
    };
    if let (Some(before), Some(behind)) = (lower.last(), higher.first())
        && (before.lat, before.lon) == (behind.lat, behind.lon)
    {
        let (lat, lon) = (before.lat, before.lon);
        return Some(house(before, lat, lon, Precision::Range, weights.number_near));
    }
    let same_side = |house: &&StoredHouse| house.number % 2 == number % 2;
    let before = lower.iter().rev().find(same_side)?;
    let behind = higher.iter().find(same_side)?;
    let share = f64::from(number - before.number) / f64::from(behind.number - before.number);
    #[expect(clippy::cast_possible_truncation, reason = "lies between two coordinates")]
    let at = |from: i32, to: i32| from + (f64::from(to - from) * share).round() as i32;
    let (lat, lon) = (at(before.lat, behind.lat), at(before.lon, behind.lon));
    let points = weights.number_interpolated;
    let mut found = house(before, lat, lon, Precision::Interpolated, points);
    if before.zipcode != behind.zipcode {
        found.zipcode = 0;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::Suffix;

    fn house(number: u32, lat: i32) -> StoredHouse {
        StoredHouse { number, suffix: Suffix::None, lat, lon: 0, zipcode: 0 }
    }

    fn find(houses: &[StoredHouse], query: &str) -> Option<(u32, i32, Precision)> {
        let query = Query::parse(query);
        let found = find_house(houses, |_| String::new(), &query, 0, 0, &Weights::default());
        found.map(|house| (house.number, house.lat, house.precision))
    }

    #[test]
    fn a_number_between_two_of_one_house_is_that_house() {
        let houses = [house(8, 0), house(12, 100), house(14, 100), house(18, 200)];
        assert_eq!(find(&houses, "12-14"), Some((12, 100, Precision::Exact)));
        assert_eq!(find(&houses, "13"), Some((13, 100, Precision::Range)));
        assert_eq!(find(&houses, "16"), Some((16, 150, Precision::Interpolated)));
        assert_eq!(find(&houses, "12 bis"), Some((12, 100, Precision::Range)));
        assert_eq!(find(&houses, "20"), None);
    }
}
