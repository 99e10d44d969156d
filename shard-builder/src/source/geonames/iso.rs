//! ISO 3166-2 codes of first-level regions by GeoNames' own codes, where results show them.
//!
//! GeoNames' codes are those of `admin1CodesASCII.txt`; the pairs were made by the names of both.

/// Codes by country: GeoNames' and the part of ISO 3166-2 after the country.
const CODES: [(&str, &[(&str, &str)]); 3] = [
    (
        "ca",
        &[
            ("01", "AB"),
            ("02", "BC"),
            ("03", "MB"),
            ("04", "NB"),
            ("05", "NL"),
            ("07", "NS"),
            ("08", "ON"),
            ("09", "PE"),
            ("10", "QC"),
            ("11", "SK"),
            ("12", "YT"),
            ("13", "NT"),
            ("14", "NU"),
        ],
    ),
    (
        "es",
        &[
            ("07", "IB"),
            ("27", "RI"),
            ("29", "MD"),
            ("31", "MC"),
            ("32", "NC"),
            ("34", "AS"),
            ("39", "CB"),
            ("51", "AN"),
            ("52", "AR"),
            ("53", "CN"),
            ("54", "CM"),
            ("55", "CL"),
            ("56", "CT"),
            ("57", "EX"),
            ("58", "GA"),
            ("59", "PV"),
            ("60", "VC"),
            ("CE", "CE"),
            ("ML", "ML"),
        ],
    ),
    (
        "it",
        &[
            ("01", "65"),
            ("02", "77"),
            ("03", "78"),
            ("04", "72"),
            ("05", "45"),
            ("06", "36"),
            ("07", "62"),
            ("08", "42"),
            ("09", "25"),
            ("10", "57"),
            ("11", "67"),
            ("12", "21"),
            ("13", "75"),
            ("14", "88"),
            ("15", "82"),
            ("16", "52"),
            ("17", "32"),
            ("18", "55"),
            ("19", "23"),
            ("20", "34"),
        ],
    ),
];

/// Returns the code of a region that results show; nothing in countries where they show none.
pub(super) fn region_code<'a>(country: &str, region: &'a str) -> Option<&'a str> {
    // Ireland and the United States use the codes of the standard.
    if matches!(country, "ie" | "us") {
        return Some(region);
    }
    let (_, codes) = CODES.iter().find(|(of, _)| *of == country)?;
    codes.iter().find(|(own, _)| *own == region).map(|(_, iso)| *iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_the_code_of_the_standard() {
        assert_eq!(region_code("it", "19"), Some("23"), "Aosta Valley");
        assert_eq!(region_code("es", "59"), Some("PV"), "Basque Country");
        assert_eq!(region_code("us", "NY"), Some("NY"));
        assert_eq!(region_code("is", "39"), None);
        assert_eq!(region_code("it", "99"), None);
    }

    #[test]
    fn no_code_stands_for_two_regions() {
        for (country, codes) in CODES {
            let own: std::collections::BTreeSet<_> = codes.iter().map(|pair| pair.0).collect();
            let iso: std::collections::BTreeSet<_> = codes.iter().map(|pair| pair.1).collect();
            assert_eq!((own.len(), iso.len()), (codes.len(), codes.len()), "{country}");
        }
    }
}
