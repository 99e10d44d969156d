//! Postal codes, 12 columns: <https://download.geonames.org/export/zip/readme.txt>.

use std::path::PathBuf;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Names;

use super::super::{Sink, entry_lines, fields};
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::Result;
use crate::name;
use crate::progress::Progress;
use crate::report::Report;

/// Hands over each postcode with the place it belongs to.
///
/// # Errors
/// Fails when a file cannot be read or is of another format.
pub(super) fn read(
    paths: &[PathBuf],
    country: CountryCode,
    sink: &mut dyn Sink,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    for path in paths {
        entry_lines::read(path, country, parse, sink, report, progress)?;
    }
    Ok(())
}

fn parse(text: &str, line: u64) -> Result<Entry, String> {
    let columns: Vec<&str> = text.split('\t').collect();
    let [country, code, place, name1, _, name2, _, _, _, lat, lon, _] = columns.as_slice() else {
        return Err(format!("{} columns instead of 12", columns.len()));
    };
    let country = CountryCode::parse(country.trim())
        .ok_or_else(|| format!("'{country}' is no country code"))?;
    let mut entry = Entry::new(EntryKind::Zipcode, Names::new(name::clean(place)));
    entry.locality.country = Some(country);
    // Codes of areas here are often others than those of the places, so names must do.
    entry.locality.administrative = AreaName::named(name::clean(name1));
    entry.locality.county = AreaName::named(name::clean(name2));
    entry.locality.zipcodes = name::zipcodes(code).collect();
    entry.coordinates = fields::coordinates(lat, lon);
    entry.line = line;
    if entry.names.default.is_empty() || entry.locality.zipcodes.is_empty() {
        return Err("no postcode or no place".into());
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_names_its_place_and_areas() {
        let row = "LI\t9490\tVaduz\t\t\t\t\t\t\t47.1415\t9.5215\t6";
        let entry = parse(row, 7).unwrap();
        assert_eq!(entry.names.default, "Vaduz");
        assert_eq!(entry.locality.zipcodes, ["9490"]);
        assert_eq!(entry.locality.country, CountryCode::parse("li"));
        assert_eq!(entry.coordinates.unwrap().lat, 47.1415);
        let row =
            "GB\tAB10 1AB\tAberdeen\tScotland\tSCT\tAberdeen City\tS12000033\t\t\t57\t-2.1\t6";
        let entry = parse(row, 8).unwrap();
        assert_eq!(entry.locality.administrative.name, "Scotland");
        assert_eq!(entry.locality.county.name, "Aberdeen City");
        assert_eq!(entry.locality.zipcodes, ["AB10 1AB"]);
        assert!(parse("LI\t9490\tVaduz", 9).is_err());
    }
}
