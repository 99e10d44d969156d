//! Importance: how prominent a record is before anyone asks, 0 to 255.
//!
//! It is the prominence of the record's kind (tables in the sources) plus what its size adds:
//! 12 per factor of ten in inhabitants, 4 per doubling of houses, 5 per doubling of length or
//! of stops merged, each within a limit. Size never outweighs the step from village to town
//! by itself, and a capital stands above its neighbours.

use geocoder_core::RecordType;

/// Prominence of regions by their level.
pub(crate) const COUNTRY: u8 = 200;
/// Prominence of first-level regions.
pub(crate) const ADMINISTRATIVE: u8 = 150;
/// Prominence of counties.
pub(crate) const COUNTY: u8 = 125;
/// Prominence of a municipality without a known centre.
pub(crate) const MUNICIPALITY: u8 = 75;
/// Prominence of a street known from addresses only.
pub(crate) const ADDRESSED_NAME: u8 = 40;

/// Returns the importance of a place; `capital` is the value of the tag, empty when absent.
pub(crate) fn place(prominence: u8, population: u32, capital: &str) -> u8 {
    let inhabitants = 12.0 * (f64::from(population) + 1.0).log10();
    let seat = match capital {
        "yes" | "2" => 30.0,
        "4" => 15.0,
        _ => 0.0,
    };
    total(prominence, inhabitants + seat)
}

/// Returns the importance of a point of which nothing but the kind is known.
pub(crate) fn of_point(kind: RecordType) -> u8 {
    match kind {
        RecordType::Airport => 100,
        RecordType::Train => 110,
        RecordType::Townhall => 90,
        RecordType::Tourism => 55,
        _ => 50,
    }
}

/// Returns the importance of a place of which nothing but the kind and population is known.
pub(crate) fn of_place(kind: RecordType, population: u32) -> u8 {
    let prominence = match kind {
        RecordType::Country => COUNTRY,
        RecordType::Administrative => ADMINISTRATIVE,
        RecordType::County => COUNTY,
        _ => MUNICIPALITY,
    };
    place(prominence, population, "")
}

/// Returns the importance of a street.
pub(crate) fn street(prominence: u8, houses: usize, length_m: f64) -> u8 {
    let addresses = (4.0 * (houses as f64 + 1.0).log2()).min(30.0);
    let extent = (5.0 * (length_m / 250.0 + 1.0).log2()).min(20.0);
    total(prominence, addresses + extent)
}

/// Returns the importance of a point that was mapped as several objects.
pub(crate) fn point(prominence: u8, merged: usize) -> u8 {
    total(prominence, (5.0 * (merged.max(1) as f64).log2()).min(20.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn total(prominence: u8, more: f64) -> u8 {
    (f64::from(prominence) + more).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importance_grows_with_size_and_never_overflows() {
        assert!(place(70, 5_000, "") > place(70, 500, ""));
        assert!(place(95, 5_000, "yes") > place(95, 6_000, ""));
        assert_eq!(place(COUNTRY, u32::MAX, "yes"), 255);
        assert!(street(50, 100, 1_000.0) > street(50, 3, 1_000.0));
        assert_eq!(street(50, 0, 0.0), 50);
        assert!(point(50, 4) > point(50, 1));
    }
}
