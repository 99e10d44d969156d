//! Fields of rows: coordinates and numbers as sources write them.

use geocoder_core::{CountryCode, LonLat};

/// Reads a pair of decimal degrees. The origin of the grid stands for an unknown place.
pub(super) fn coordinates(lat: &str, lon: &str) -> Option<LonLat> {
    point(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
}

/// Makes a point of a pair of degrees in range, unless both are zero.
pub(super) fn point(lat: f64, lon: f64) -> Option<LonLat> {
    LonLat::new(lon, lat).filter(|point| point.lat != 0.0 || point.lon != 0.0)
}

/// Reads a number of inhabitants; what is no number is unknown.
pub(super) fn population(text: &str) -> u32 {
    text.trim().parse::<u64>().map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether a row of a country belongs into a build; rows without a country always do.
pub(super) fn is_wanted(build: CountryCode, row: Option<CountryCode>) -> bool {
    build == CountryCode::WORLD || row.is_none_or(|row| row == build)
}

/// A country's code in upper case, as identifiers have it.
pub(super) fn upper(country: CountryCode) -> String {
    country.as_str().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_finite_in_range_and_not_the_origin() {
        let point = coordinates(" 64.14", "-21.9 ").unwrap();
        assert_eq!((point.lat, point.lon), (64.14, -21.9));
        for (lat, lon) in [("91", "0"), ("NaN", "1"), ("1", "inf"), ("", "1"), ("0.0", "-0")] {
            assert!(coordinates(lat, lon).is_none(), "{lat} {lon}");
        }
        assert!(coordinates("0", "9.5").is_some());
    }

    #[test]
    fn populations_are_bounded_and_otherwise_unknown() {
        assert_eq!(population("2138551"), 2_138_551);
        assert_eq!(population("99999999999"), u32::MAX);
        assert_eq!(population("many"), 0);
    }
}
