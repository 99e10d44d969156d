//! What differs between countries in OpenStreetMap: which boundary level means what.
//!
//! The levels are those of <https://wiki.openstreetmap.org/wiki/Tag:boundary%3Dadministrative>.
//! A country that is not listed has regions at 4, counties at 6 and municipalities at 8.

use geocoder_core::CountryCode;

/// Meaning of the administrative levels of one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountryProfile {
    /// Levels of regions, PlaceKit's `administrative`.
    pub administrative: &'static [u8],
    /// Levels of counties.
    pub county: &'static [u8],
    /// Levels of municipalities, to which streets and points belong.
    pub city: &'static [u8],
    /// Levels of parts of municipalities that people name as a city.
    pub quarter: &'static [u8],
    /// Whether regions carry the ISO 3166-2 part as their code.
    pub region_codes: bool,
    /// Tag of the official code of counties, empty when there is none.
    pub county_code_tag: &'static str,
    /// Tag of the official code of cities, empty when there is none.
    pub city_code_tag: &'static str,
}

const DEFAULT: CountryProfile = CountryProfile {
    administrative: &[4],
    county: &[6],
    city: &[8],
    quarter: &[],
    region_codes: false,
    county_code_tag: "",
    city_code_tag: "",
};

impl CountryProfile {
    /// Returns the profile of a country, or the default one.
    pub fn of(country: CountryCode) -> Self {
        match country.as_str() {
            // Level 6 are the electoral districts, which nobody uses in addresses.
            "li" => Self { administrative: &[], county: &[], ..DEFAULT },
            "mc" => Self { administrative: &[], county: &[], quarter: &[10], ..DEFAULT },
            "ad" => Self { administrative: &[], county: &[], city: &[7], ..DEFAULT },
            "dk" | "jp" | "no" | "se" => Self { county: &[], city: &[7], ..DEFAULT },
            "is" => Self { administrative: &[5], county: &[], city: &[6], ..DEFAULT },
            "cz" => Self { administrative: &[6], county: &[7], ..DEFAULT },
            "pt" => Self { administrative: &[6], county: &[], city: &[7], ..DEFAULT },
            "lu" => Self { administrative: &[], ..DEFAULT },
            "fr" => Self {
                quarter: &[9],
                county_code_tag: "ref:INSEE",
                city_code_tag: "ref:INSEE",
                ..DEFAULT
            },
            "it" => Self { region_codes: true, county_code_tag: "ref", ..DEFAULT },
            "us" | "ca" | "es" | "ie" => Self { region_codes: true, ..DEFAULT },
            _ => DEFAULT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlisted_countries_have_regions_counties_and_municipalities() {
        let zz = CountryCode::parse("zz").unwrap();
        assert_eq!(CountryProfile::of(zz), DEFAULT);
        let mc = CountryProfile::of(CountryCode::parse("MC").unwrap());
        assert_eq!((mc.city, mc.quarter), (&[8][..], &[10][..]));
    }
}
