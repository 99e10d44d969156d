//! What callers ask: forward search and reverse geocoding, already validated.

use crate::{geo::LonLat, record::CountryCode, record::TypeSet};

/// Default number of results, as in PlaceKit's API.
pub const DEFAULT_MAX_RESULTS: usize = 5;
/// Largest number of results, as in PlaceKit's API.
pub const MAX_RESULTS: usize = 20;
/// Bytes of a query that are looked at; the rest is ignored. No address on record is longer.
pub const MAX_QUERY_BYTES: usize = 512;

/// A forward search: free text to places.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// What the user typed so far; the last word may be unfinished.
    pub query: String,
    /// Countries to search; empty means all loaded shards.
    pub countries: Vec<CountryCode>,
    /// ISO 639-1 code of the preferred display language.
    pub language: Option<String>,
    /// Types wanted.
    pub types: TypeSet,
    /// Number of results wanted, 1 to [`MAX_RESULTS`].
    pub max_results: usize,
    /// Point near which results are preferred.
    pub coordinates: Option<LonLat>,
    /// Whether results carry the terms of their score.
    pub explain: bool,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: String::new(),
            countries: Vec::new(),
            language: None,
            types: TypeSet::ALL,
            max_results: DEFAULT_MAX_RESULTS,
            coordinates: None,
            explain: false,
        }
    }
}

/// A reverse search: a point to what is there, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ReverseRequest {
    /// The point.
    pub coordinates: LonLat,
    /// Countries to search; empty means all loaded shards.
    pub countries: Vec<CountryCode>,
    /// ISO 639-1 code of the preferred display language.
    pub language: Option<String>,
    /// Types wanted.
    pub types: TypeSet,
    /// Number of results wanted, 1 to [`MAX_RESULTS`].
    pub max_results: usize,
}

impl ReverseRequest {
    /// Asks what is at a point, with the defaults for everything else.
    pub fn at(coordinates: LonLat) -> Self {
        Self {
            coordinates,
            countries: Vec::new(),
            language: None,
            types: TypeSet::ALL,
            max_results: DEFAULT_MAX_RESULTS,
        }
    }
}
