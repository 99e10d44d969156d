//! Airports of airportsdata.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::geo::Point;
use crate::input;

/// An airport with an IATA code.
#[derive(Debug, Clone, Deserialize)]
pub struct Airport {
    /// ICAO code, or empty.
    pub icao: String,
    /// IATA code.
    pub iata: String,
    /// Name.
    pub name: String,
    /// City that it serves.
    pub city: String,
    /// ISO 3166-1 code, upper case.
    pub country: String,
    lat: f64,
    lon: f64,
}

impl Airport {
    /// Where it is.
    pub fn at(&self) -> Point {
        Point { lat: self.lat, lon: self.lon }
    }
}

/// Reads the airports that have an IATA code.
///
/// # Errors
/// Fails when the file cannot be read or a row does not have the columns.
pub fn read(path: &Path) -> anyhow::Result<Vec<Airport>> {
    let mut reader = csv::Reader::from_reader(input::open(path)?);
    let rows: Result<Vec<Airport>, csv::Error> = reader.deserialize().collect();
    let rows = rows.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(rows.into_iter().filter(|airport| !airport.iata.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airports_without_an_iata_code_are_left_out() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/airports-iata.csv.xz");
        let airports = read(&path).unwrap();
        assert!(airports.len() > 7_000);
        let keflavik = airports.iter().find(|airport| airport.iata == "KEF").unwrap();
        assert_eq!((keflavik.icao.as_str(), keflavik.country.as_str()), ("BIKF", "IS"));
    }
}
