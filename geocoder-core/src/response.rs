//! What the engine answers, in the field order and shape of PlaceKit's API.

use serde::Serialize;

use crate::record::{CountryCode, Precision, RecordType};

/// Answer to a search or reverse request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchResponse {
    /// Results, best (search) or nearest (reverse) first.
    pub results: Vec<Hit>,
    /// Number of results.
    pub results_count: usize,
    /// Number of results that was asked for.
    pub max_results: usize,
    /// The query as it was given; empty for reverse requests.
    pub query: String,
    /// Chunks that are not loaded and could change the answer; always empty in full mode.
    #[serde(skip)]
    pub missing_chunks: Vec<ChunkId>,
}

/// Names one chunk of one loaded shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkId {
    /// Country of the shard.
    pub country: CountryCode,
    /// Number in the shard's chunk table.
    pub chunk: u32,
}

/// House number, suffix and street name of a result, as separate fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreetAddress {
    /// House number without its suffix, or empty.
    pub number: String,
    /// Suffix such as `bis` or `a`, or empty.
    pub suffix: String,
    /// Street name in the language of display.
    pub name: String,
}

/// One result; missing strings are empty, never absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// House number and street, or the name of the place.
    pub name: String,
    /// `name`, HTML-escaped, with `<mark>` around what the query matched.
    pub highlight: String,
    /// City, or empty.
    pub city: String,
    /// County, or empty.
    pub county: String,
    /// First-level region, or empty.
    pub administrative: String,
    /// Country.
    pub country: String,
    /// ISO 3166-2 part of the region, where PlaceKit gives it.
    pub administrativecode: String,
    /// ISO 3166-1 alpha-2 code, lower case.
    pub countrycode: String,
    /// Code of the county, where PlaceKit gives it.
    pub countycode: String,
    /// Official code of the city, such as INSEE's.
    pub citycode: String,
    /// Postcodes.
    pub zipcode: Vec<String>,
    /// Inhabitants of the city or area; 0 when unknown.
    pub population: u32,
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lng: f64,
    /// `lat, lng` as text.
    pub coordinates: String,
    /// Type of the record.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// Parts of the address, for streets and houses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<StreetAddress>,
    /// How exact the coordinates are.
    pub precision: Precision,
    /// Metres from the asked point, for reverse requests.
    #[serde(rename = "distance", skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Terms of the score, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Explanation>,
}

/// The terms whose sum is the score of a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Sum of all terms.
    pub score: f32,
    /// Name and value of every term that is not zero.
    pub terms: Vec<(&'static str, f32)>,
}
