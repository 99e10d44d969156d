//! German railway stations, one JSON object a line: <https://github.com/derhuerst/db-stations>.

use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};
use serde::Deserialize;

use super::{Sink, Source, entry_lines, fields};
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;
use crate::{importance, name};

/// A list of German stations.
#[derive(Debug, Clone)]
pub struct Stations {
    /// The file, newline-delimited JSON.
    pub path: PathBuf,
}

#[derive(Deserialize)]
struct Station {
    id: String,
    name: String,
    weight: Option<f64>,
    location: Location,
    address: Option<Address>,
}

#[derive(Deserialize)]
struct Location {
    latitude: f64,
    longitude: f64,
}

#[derive(Deserialize)]
struct Address {
    #[serde(default)]
    city: String,
    #[serde(default)]
    zipcode: String,
}

impl Source for Stations {
    fn label(&self) -> String {
        format!("stations {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![Attribution {
            source: "DB InfraGO stations".into(),
            licence: "CC-BY-4.0".into(),
            url: "https://github.com/derhuerst/db-stations".into(),
            notice: "© DB InfraGO AG".into(),
            share_alike: false,
        }]
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        if !fields::is_wanted(country, CountryCode::parse("de")) {
            return Ok(());
        }
        entry_lines::read(&self.path, country, parse, sink, report, progress)
    }
}

fn parse(text: &str, line: u64) -> Result<Entry, String> {
    let station: Station = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Location { latitude, longitude } = station.location;
    let point = fields::point(latitude, longitude);
    let mut entry =
        Entry::new(EntryKind::Record(RecordType::Train), Names::new(name::clean(&station.name)));
    if entry.names.default.is_empty() {
        return Err("no name".into());
    }
    entry.coordinates = Some(point.ok_or(format!("{latitude}, {longitude} is no position"))?);
    entry.ids = vec![format!("dbstation:{}", station.id)];
    entry.locality.country = CountryCode::parse("de");
    if let Some(address) = station.address {
        entry.locality.city = AreaName::named(name::clean(&address.city));
        entry.locality.zipcodes = name::zipcodes(&address.zipcode).collect();
    }
    // A station of unknown weight leaves it to its kind.
    entry.importance = station.weight.map_or(0, importance::station);
    entry.line = line;
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::super::collected::{Collected, bundled, whole};
    use super::*;

    #[test]
    fn stations_have_their_city_postcode_and_weight() {
        let path = bundled("thematic/stations.ndjson");
        let read = Collected::of(&Stations { path: path.clone() }, "de");
        let named = |name: &str| {
            let found = read.entries.iter().find(|entry| entry.names.default == name);
            found.unwrap_or_else(|| panic!("no {name}"))
        };
        let abensberg = named("Abensberg");
        assert_eq!(abensberg.ids, ["dbstation:8000410"]);
        assert_eq!(abensberg.locality.city.name, "Abensberg");
        assert_eq!(abensberg.locality.zipcodes, ["93326"]);
        assert!(named("Köln Hbf").importance > abensberg.importance);
        assert_eq!(named("Duisburg-Entenfang").importance, 0);
        assert!(Collected::of(&Stations { path }, "is").entries.is_empty());
    }

    #[test]
    fn all_german_stations_are_read() {
        let Some(path) = whole("db-stations-5.0.2.ndjson.xz") else { return };
        let read = Collected::of(&Stations { path }, "de");
        assert_eq!(read.entries.len(), 5_388);
        assert!(read.report.warnings.is_empty(), "{:?}", read.report.warnings);
    }
}
