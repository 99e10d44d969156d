//! Importance: how prominent a record is before anyone asks, 0 to 255.
//!
//! It is the prominence of the record's kind (tables in the sources) plus what its size adds:
//! 12 per factor of ten in inhabitants (6 for countries, which have the most and stand highest),
//! 4 per doubling of houses, 5 per doubling of length or
//! of stops merged, each within a limit. Size never outweighs the step from village to town
//! by itself, and a capital stands above its neighbours.

use geocoder_core::RecordType;

use crate::source::geonames::Seat;

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
    let per_digit = if prominence == COUNTRY { 6.0 } else { 12.0 };
    let inhabitants = per_digit * (f64::from(population) + 1.0).log10();
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

/// Returns the importance of a populated place by its inhabitants and what it is the seat of.
///
/// The prominence is that of OpenStreetMap's city, town, village or hamlet of that size, by the
/// limits of <https://wiki.openstreetmap.org/wiki/Key:place>.
pub(crate) fn settlement(population: u32, seat: Seat) -> u8 {
    let prominence: u8 = match population {
        100_000.. => 110,
        10_000.. => 95,
        1_000.. => 70,
        _ => 45,
    };
    let more = match seat {
        Seat::Capital => 30,
        Seat::First => 15,
        Seat::Second => 8,
        Seat::Third => 4,
        Seat::Fourth => 2,
        Seat::None => 0,
    };
    place(prominence.saturating_add(more), population, "")
}

/// Returns the importance of an airport, larger when airlines serve it and so gave it a code.
pub(crate) fn airport(has_iata: bool) -> u8 {
    if has_iata { 170 } else { of_point(RecordType::Airport) }
}

/// Returns the importance of a railway station: a halt's prominence, plus 8 per doubling of its
/// weight, which grows with the trains and passengers that stop there.
pub(crate) fn station(weight: f64) -> u8 {
    let weight = if weight.is_finite() { weight.max(0.0) } else { 0.0 };
    total(90, 8.0 * (weight / 10.0 + 1.0).log2())
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
    fn seats_and_sizes_raise_settlements_up_to_the_capital() {
        assert!(settlement(2_138_551, Seat::Capital) > settlement(2_138_551, Seat::First));
        assert!(settlement(900, Seat::Third) > settlement(900, Seat::None));
        assert!(settlement(12_000, Seat::None) > settlement(9_000, Seat::Second));
        assert_eq!(settlement(0, Seat::None), 45);
    }

    #[test]
    fn airlines_and_trains_raise_airports_and_stations() {
        assert!(airport(true) > airport(false));
        assert!(station(1_121.2) > station(46.35) && station(46.35) > station(0.5));
        assert_eq!(station(f64::NAN), 90);
        assert!(station(f64::MAX) > station(1e6));
    }

    #[test]
    fn importance_grows_with_size_and_never_overflows() {
        assert!(place(70, 5_000, "") > place(70, 500, ""));
        assert!(place(95, 5_000, "yes") > place(95, 6_000, ""));
        assert!(place(COUNTRY, 1_400_000_000, "") > place(COUNTRY, 300_000_000, ""));
        assert_eq!(place(COUNTRY, u32::MAX, "yes"), 255);
        assert!(street(50, 100, 1_000.0) > street(50, 3, 1_000.0));
        assert_eq!(street(50, 0, 0.0), 50);
        assert!(point(50, 4) > point(50, 1));
    }
}
