//! Where callers are: by the address they come from, as a hint for what they ask.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use actix_web::http::header::HeaderMap;
use clap::Args;
use geocoder_core::{CountryCode, LonLat};
use maxminddb::{MaxMindDbError, Reader, path};

/// Options about where callers are.
#[derive(Debug, Clone, Default, Args)]
pub struct GeographyConfig {
    /// Database of countries or cities by IP address, in MaxMind's format
    #[arg(long, env = "HEREABOUTS_GEOIP", value_name = "FILE")]
    pub geoip: Option<PathBuf>,
    /// Country that is searched when neither the request nor the caller's address names one
    #[arg(long, env = "HEREABOUTS_DEFAULT_COUNTRY", value_name = "CODE", value_parser = country)]
    pub default_country: Option<CountryCode>,
}

fn country(text: &str) -> Result<CountryCode, String> {
    CountryCode::parse(text).ok_or_else(|| "must be an ISO 3166-1 alpha-2 country code".into())
}

/// Why the database of addresses cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} is not usable as --geoip: it must be a MaxMind DB (.mmdb) of countries or cities", path.display())]
pub struct GeoipUnusable {
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: MaxMindDbError,
}

/// Finds out where callers are.
#[derive(Debug, Default)]
pub struct Geography {
    reader: Option<Reader<Vec<u8>>>,
    default_country: Option<CountryCode>,
}

/// Where a caller is, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Location {
    /// The country.
    pub country: Option<CountryCode>,
    /// A point in the caller's city, from databases of cities.
    pub point: Option<LonLat>,
}

impl Geography {
    /// Opens what the options name.
    ///
    /// # Errors
    /// Fails when the database cannot be read.
    pub fn open(config: &GeographyConfig) -> Result<Self, GeoipUnusable> {
        let open = |path: &PathBuf| open_reader(path);
        let reader = config.geoip.as_ref().map(open).transpose()?;
        Ok(Self { reader, default_country: config.default_country })
    }

    /// Returns the country for callers of whom nothing is known.
    pub fn default_country(&self) -> Option<CountryCode> {
        self.default_country
    }

    /// Finds where an address is; what the database does not tell stays open.
    pub fn locate(&self, address: IpAddr) -> Location {
        let Some(reader) = &self.reader else { return Location::default() };
        let Ok(found) = reader.lookup(address.to_canonical()) else { return Location::default() };
        // MaxMind's databases nest the code, free ones have it at the top.
        let code: Option<String> = found
            .decode_path(&path!["country", "iso_code"])
            .ok()
            .flatten()
            .or_else(|| found.decode_path(&path!["country_code"]).ok().flatten());
        let degrees = |name: &'static str| -> Option<f64> {
            found.decode_path(&path!["location", name]).ok().flatten()
        };
        let point = degrees("latitude").zip(degrees("longitude"));
        Location {
            country: code.as_deref().and_then(CountryCode::parse),
            point: point.and_then(|(lat, lon)| LonLat::parse_lat_lng(&format!("{lat},{lon}"))),
        }
    }
}

fn open_reader(path: &Path) -> Result<Reader<Vec<u8>>, GeoipUnusable> {
    Reader::open_readfile(path).map_err(|source| GeoipUnusable { path: path.into(), source })
}

/// Returns the address that a request is about: the one that PlaceKit's clients forward for their
/// users, else the caller's own.
///
/// Whoever calls can forward any address, so that this is good for a hint and for nothing else.
pub fn hinted_address(headers: &HeaderMap, caller: Option<IpAddr>) -> Option<IpAddr> {
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let first = forwarded.and_then(|list| list.split(',').next()).map(str::trim);
    first.and_then(|text| text.parse().ok()).or(caller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn without_a_database_nothing_is_known() {
        let geography = Geography::open(&GeographyConfig::default()).unwrap();
        assert_eq!(geography.locate(IpAddr::from([8, 8, 8, 8])), Location::default());
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_by_its_name() {
        let config =
            GeographyConfig { geoip: Some("Cargo.toml".into()), ..GeographyConfig::default() };
        let error = Geography::open(&config).unwrap_err().to_string();
        assert!(error.contains("Cargo.toml") && error.contains("--geoip"), "{error}");
    }

    #[test]
    fn the_first_forwarded_address_is_the_hint_and_nonsense_is_none() {
        let caller = Some(IpAddr::from([10, 0, 0, 1]));
        for (forwarded, expected) in [
            (None, caller),
            (Some("203.0.113.9, 10.1.1.1"), Some(IpAddr::from([203, 0, 113, 9]))),
            (Some(" 2001:db8::1 "), "2001:db8::1".parse().ok()),
            (Some("unknown, 203.0.113.9"), caller),
            (Some(""), caller),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = forwarded {
                let name = HeaderName::from_static("x-forwarded-for");
                headers.insert(name, HeaderValue::from_static(value));
            }
            assert_eq!(hinted_address(&headers, caller), expected, "{forwarded:?}");
        }
    }
}
