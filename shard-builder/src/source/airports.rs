//! Airports of the airportsdata list: <https://github.com/mborsetti/airportsdata>.

use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};

use super::{Sink, Source, fields};
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::{Error, Result};
use crate::input::{DelimitedRows, Lines};
use crate::progress::Progress;
use crate::report::Report;
use crate::{importance, name};

/// Columns that are read.
const COLUMNS: [&str; 7] = ["icao", "iata", "name", "city", "country", "lat", "lon"];

/// A table of airports.
#[derive(Debug, Clone)]
pub struct Airports {
    /// The file, comma separated.
    pub path: PathBuf,
    /// Whether airfields without an IATA code are records too.
    pub all: bool,
}

impl Source for Airports {
    fn label(&self) -> String {
        format!("airports {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![Attribution {
            source: "airportsdata".into(),
            licence: "MIT".into(),
            url: "https://github.com/mborsetti/airportsdata".into(),
            notice: "airportsdata, © Mike Borsetti".into(),
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
        let lines = Lines::open(&self.path, progress)?;
        let mut rows = DelimitedRows::of(&self.path, lines, Some(','), report)?;
        let mut indices = [0; COLUMNS.len()];
        for (index, column) in indices.iter_mut().zip(COLUMNS) {
            let found = rows.header().iter().position(|name| name == column);
            *index = found.ok_or_else(|| Error::Format {
                path: self.path.clone(),
                line: 1,
                problem: format!("no column '{column}', this is no list of airports"),
            })?;
        }
        while rows.advance(report)? {
            let row = rows.fields();
            let columns = indices.map(|index| row.get(index).copied().unwrap_or_default());
            match self.airport(columns, rows.spot().line) {
                Err(problem) => rows.refuse(&problem, report)?,
                Ok(None) => {
                    rows.accept();
                    report.clip("without an IATA code");
                }
                Ok(Some(entry)) => {
                    rows.accept();
                    if fields::is_wanted(country, entry.locality.country) {
                        sink.entry(entry, report);
                    } else {
                        report.clip("of another country");
                    }
                }
            }
        }
        Ok(())
    }
}

impl Airports {
    fn airport(&self, columns: [&str; 7], line: u64) -> Result<Option<Entry>, String> {
        let [icao, iata, own, city, country, lat, lon] = columns.map(str::trim);
        let country =
            CountryCode::parse(country).ok_or(format!("'{country}' is no country code"))?;
        let coordinates =
            fields::coordinates(lat, lon).ok_or(format!("'{lat}', '{lon}' is no position"))?;
        let mut names = Names::new(name::clean(own));
        if names.default.is_empty() {
            return Err("no name".into());
        }
        if iata.is_empty() && !self.all {
            return Ok(None);
        }
        // People ask for the airport of the city that it serves, which its name may not tell.
        let served = name::clean(city);
        let told = name::key(&names.default);
        let is_told = told.contains(&name::key(&served)) && told.contains("airport");
        let of_city = Some(format!("{served} Airport")).filter(|_| !is_told && !served.is_empty());
        name::add_alternates(&mut names, [iata, icao].map(name::clean).into_iter().chain(of_city));
        let mut entry = Entry::new(EntryKind::Record(RecordType::Airport), names);
        for (scheme, code) in [("iata", iata), ("icao", icao)] {
            if !code.is_empty() {
                entry.ids.push(format!("{scheme}:{code}"));
            }
        }
        entry.locality.country = Some(country);
        entry.locality.city = AreaName::named(name::clean(city));
        entry.coordinates = Some(coordinates);
        entry.importance = importance::airport(!iata.is_empty());
        entry.line = line;
        Ok(Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::collected::{Collected, bundled, whole};
    use super::*;

    #[test]
    fn an_airport_is_known_by_the_city_it_serves_where_its_name_does_not_tell() {
        let airports = Airports { path: bundled("thematic/airports.csv"), all: true };
        let named = |own: &str, city: &str| {
            let columns = ["SCOV", "OVL", own, city, "CL", "-30.559", "-71.176"];
            airports.airport(columns, 1).unwrap().unwrap().names.alternates
        };
        assert_eq!(named("El Tuqui Airport", "Ovalle"), ["OVL", "SCOV", "Ovalle Airport"]);
        assert_eq!(named("Ovalle El Tuqui Airport", "Ovalle"), ["OVL", "SCOV"]);
        assert_eq!(named("Ovalle Field", "Ovalle"), ["OVL", "SCOV", "Ovalle Airport"]);
        assert_eq!(named("El Tuqui Airport", ""), ["OVL", "SCOV"]);
        assert_eq!(named("El Tuqui Field", ""), ["OVL", "SCOV"]);
    }

    #[test]
    fn airports_are_known_by_their_codes() {
        let path = bundled("thematic/airports.csv");
        let read = Collected::of(&Airports { path: path.clone(), all: false }, "is");
        let keflavik = read.by_id("iata:KEF");
        assert_eq!(keflavik.names.default, "Keflavik International Airport");
        assert_eq!(keflavik.names.alternates, ["KEF", "BIKF", "Reykjavik Airport"]);
        assert_eq!(keflavik.ids, ["iata:KEF", "icao:BIKF"]);
        assert_eq!(keflavik.locality.city.name, "Reykjavik");
        assert!(read.report.clipped["of another country"] > 0);
        let all = Collected::of(&Airports { path, all: true }, "is");
        let small = all.entries.iter().find(|entry| entry.ids.len() == 1).unwrap();
        assert!(small.importance < keflavik.importance);
        let without = read.report.clipped["without an IATA code"] as usize;
        let of_others = all.entries.len() - read.entries.len();
        assert!(of_others > 0 && of_others <= without);
    }

    #[test]
    fn a_table_of_something_else_is_refused() {
        let path = bundled("tables/iceland.csv");
        let error = Collected::try_of(&Airports { path, all: false }, "is").unwrap_err();
        assert!(error.to_string().contains("no column 'icao', this is no list of airports"));
    }

    #[test]
    fn the_whole_list_of_airports_is_read() {
        let Some(path) = whole("airportsdata-20260905.csv.xz") else { return };
        let read = Collected::of(&Airports { path: path.clone(), all: false }, "zz");
        assert_eq!(read.entries.len(), 7_884);
        let all = Collected::of(&Airports { path, all: true }, "zz");
        let left_out = all.report.warnings.values().map(|warning| warning.count).sum::<u64>();
        assert_eq!(all.entries.len() as u64 + left_out, 28_298);
        assert!(left_out < 10, "{:?}", all.report.warnings);
    }
}
