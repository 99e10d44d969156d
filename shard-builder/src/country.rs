//! What differs between countries in OpenStreetMap: which boundary level means what.
//!
//! The levels are those of <https://wiki.openstreetmap.org/wiki/Tag:boundary%3Dadministrative>.
//! A country that is not listed has regions at 4, counties at 6 and municipalities at 8. Of
//! several municipal levels the smallest area around a point counts, so that a larger one fills
//! the gaps of the smaller.

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
    /// Whether ceremonial counties stand before administrative ones.
    pub ceremonial: bool,
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
    ceremonial: false,
    region_codes: false,
    county_code_tag: "",
    city_code_tag: "",
};

/// A country with its levels of regions, counties, municipalities and quarters.
type Levels = (&'static str, &'static [u8], &'static [u8], &'static [u8], &'static [u8]);

/// Countries that differ from the default, and some that are known not to; by code.
const LEVELS: [Levels; 78] = [
    ("ad", &[], &[], &[7], &[]),
    ("al", &[6], &[], &[7], &[8]),
    ("am", &[4], &[], &[7, 8], &[]),
    ("ar", &[4], &[5], &[7, 8], &[9]),
    ("at", &[4], &[6], &[8], &[9]),
    ("au", &[4], &[6], &[9, 10], &[]),
    ("ba", &[4], &[5], &[6, 7], &[]),
    ("bd", &[4], &[5], &[6], &[8]),
    ("be", &[4], &[6], &[8], &[9]),
    ("br", &[4], &[], &[8], &[9, 10]),
    ("ca", &[4], &[6], &[8], &[9, 10]),
    ("cn", &[4], &[5], &[6], &[8]),
    ("co", &[4], &[], &[6], &[8]),
    ("cy", &[6], &[], &[8], &[]),
    ("cz", &[6], &[7], &[8], &[9, 10]),
    ("de", &[4], &[6], &[8], &[9, 10]),
    ("dk", &[4], &[], &[7], &[]),
    ("ee", &[6], &[], &[7], &[8, 9]),
    ("eg", &[4], &[], &[6], &[8]),
    ("es", &[4], &[6], &[8], &[9]),
    ("fi", &[6], &[], &[8], &[10]),
    ("fr", &[4], &[6], &[8], &[9]),
    ("gb", &[4], &[6], &[8, 10], &[]),
    ("gh", &[4], &[], &[6], &[8]),
    ("gi", &[], &[], &[], &[]),
    ("gr", &[5], &[6], &[7], &[8, 9]),
    ("hk", &[], &[5], &[6], &[]),
    ("hr", &[6], &[], &[7], &[8, 9]),
    ("hu", &[6], &[7], &[8], &[9]),
    ("id", &[4], &[], &[5], &[6, 7]),
    ("ie", &[5], &[6], &[7, 8], &[]),
    ("in", &[4], &[5], &[6, 8], &[9]),
    ("ir", &[4], &[5], &[6, 8], &[]),
    ("is", &[5], &[], &[6], &[]),
    ("it", &[4], &[6], &[8], &[9]),
    ("jp", &[4], &[6], &[7], &[8, 9]),
    ("ke", &[4], &[], &[6], &[8]),
    ("kr", &[4], &[], &[6], &[7, 8]),
    ("li", &[], &[], &[8], &[]),
    ("lt", &[4], &[5], &[6, 8], &[]),
    ("lu", &[], &[6], &[8], &[9]),
    ("lv", &[], &[5], &[7, 8], &[]),
    ("ma", &[4], &[5], &[8], &[]),
    ("mc", &[], &[], &[8], &[10]),
    ("md", &[4], &[], &[8], &[]),
    ("me", &[], &[], &[6], &[8]),
    ("mk", &[4], &[], &[7], &[8]),
    ("mo", &[], &[], &[], &[]),
    ("mt", &[4], &[], &[8], &[]),
    ("mx", &[4], &[], &[6], &[8, 9]),
    ("my", &[4], &[6], &[7, 8], &[]),
    ("ng", &[4], &[], &[6], &[8]),
    ("nl", &[4], &[], &[8, 10], &[]),
    ("no", &[4], &[], &[7], &[9]),
    ("np", &[4], &[6], &[7], &[9]),
    ("nz", &[4], &[], &[6], &[8, 10]),
    ("ph", &[3], &[4], &[6], &[10]),
    ("pk", &[4], &[6], &[7, 8], &[]),
    ("pl", &[4], &[6], &[7, 8], &[9]),
    ("pt", &[4, 6], &[], &[7], &[8]),
    ("ro", &[4], &[], &[6, 7, 8], &[]),
    ("rs", &[6], &[], &[7, 8], &[9]),
    ("ru", &[4], &[6], &[8], &[9]),
    ("se", &[4], &[], &[7], &[]),
    ("sg", &[], &[], &[], &[]),
    ("si", &[], &[], &[8], &[]),
    ("sk", &[4], &[8], &[6, 9], &[10]),
    ("sm", &[], &[], &[6, 8], &[]),
    ("th", &[4], &[], &[6], &[8]),
    ("tn", &[4], &[], &[5, 8], &[]),
    ("tr", &[4], &[], &[6], &[8]),
    ("tw", &[4], &[6], &[7, 8], &[9]),
    ("ua", &[4], &[6], &[7, 8, 9], &[]),
    ("us", &[4], &[6], &[5, 7, 8], &[10]),
    ("va", &[], &[], &[], &[]),
    ("vn", &[4], &[], &[6], &[8]),
    ("xk", &[4], &[], &[6, 7, 8], &[]),
    ("za", &[4], &[6], &[7, 8], &[9, 10]),
];

impl CountryProfile {
    /// Returns the profile of a country, or the default one.
    pub fn of(country: CountryCode) -> Self {
        let code = country.as_str();
        let listed = LEVELS.binary_search_by_key(&code, |(listed, ..)| listed).ok();
        let levels = match listed.and_then(|index| LEVELS.get(index)) {
            Some(&(_, administrative, county, city, quarter)) => {
                Self { administrative, county, city, quarter, ..DEFAULT }
            }
            None => DEFAULT,
        };
        match code {
            "gb" => Self { ceremonial: true, ..levels },
            "fr" => Self { county_code_tag: "ref:INSEE", city_code_tag: "ref:INSEE", ..levels },
            "it" => Self { region_codes: true, county_code_tag: "ref", ..levels },
            "us" | "ca" | "es" | "ie" => Self { region_codes: true, ..levels },
            _ => levels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(code: &str) -> CountryProfile {
        CountryProfile::of(CountryCode::parse(code).unwrap())
    }

    #[test]
    fn unlisted_countries_have_regions_counties_and_municipalities() {
        assert_eq!(profile("zz"), DEFAULT);
        let mc = profile("MC");
        assert_eq!((mc.city, mc.quarter), (&[8][..], &[10][..]));
        assert!(profile("fr").city_code_tag == "ref:INSEE" && profile("gb").ceremonial);
    }

    #[test]
    fn countries_are_in_order_and_no_level_means_two_things() {
        assert!(LEVELS.is_sorted_by(|a, b| a.0 < b.0));
        for (code, administrative, county, city, quarter) in LEVELS {
            let mut all = [administrative, county, city, quarter].concat();
            all.sort_unstable();
            assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{code}");
            assert!(all.iter().all(|level| (3..=10).contains(level)), "{code}");
        }
    }

    #[test]
    fn the_documented_table_is_the_one_in_use() {
        let text = include_str!("../../docs/BUILDING.md");
        let documented: Vec<[String; 5]> = text
            .lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| ")?.split('|').map(|cell| cell.trim().into());
                let row: [String; 5] = std::array::from_fn(|_| cells.next().unwrap_or_default());
                let is_code = row[0].len() == 2 && row[0].bytes().all(|b| b.is_ascii_uppercase());
                is_code.then_some(row)
            })
            .collect();
        let shown =
            |levels: &[u8]| levels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let used: Vec<[String; 5]> = LEVELS
            .iter()
            .map(|(code, a, b, c, d)| [code.to_uppercase(), shown(a), shown(b), shown(c), shown(d)])
            .collect();
        assert_eq!(documented, used);
    }
}
