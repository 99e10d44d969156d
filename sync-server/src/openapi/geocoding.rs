//! Bodies and answers of `/search` and `/reverse`, which the engine reads and writes itself.

use utoipa::ToSchema;

use super::values::{Coordinates, CountryCode, MaxResults, RecordType, TypeFilter};

/// What is searched for; unknown members are ignored, and null counts as absent.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", examples(json!({"query": "Städtle 43 Vad", "maxResults": 1})))]
pub struct SearchOptions {
    /// What the user has typed so far; the last word may be unfinished.
    #[schema(default = "")]
    pub query: Option<String>,
    /// Countries to search in. Without any, the country of the caller's address is meant, or all
    /// when only cities and countries are searched for. Ignored when `types` is `["country"]`.
    #[schema(max_items = 300)]
    pub countries: Option<Vec<CountryCode>>,
    /// Types of results; without any, all of them.
    #[schema(max_items = 300)]
    pub types: Option<Vec<TypeFilter>>,
    /// Most results of the answer.
    pub max_results: Option<MaxResults>,
    /// Language of the names shown, as ISO 639-1 code; names that have no translation stay as
    /// they are.
    pub language: Option<String>,
    /// Results near this point come first.
    pub coordinates: Option<Coordinates>,
    /// Whether the country of the caller's address comes before `countries`.
    #[schema(rename = "countryByIP", default = false)]
    pub country_by_ip: Option<bool>,
    /// `true` adds the terms of each score; anything else does not.
    pub explain: Option<serde_json::Value>,
}

/// What is looked up around a point; unknown members are ignored, and null counts as absent.
#[derive(Debug, ToSchema)]
#[schema(
    rename_all = "camelCase",
    examples(json!({"coordinates": "47.1394,9.5226", "types": ["street"]}))
)]
pub struct ReverseOptions {
    /// The point; without it, that of the caller's address, as far as the server knows it.
    pub coordinates: Option<Coordinates>,
    /// Countries to look in; without any, all.
    #[schema(max_items = 300)]
    pub countries: Option<Vec<CountryCode>>,
    /// Types of results; without any, all of them.
    #[schema(max_items = 300)]
    pub types: Option<Vec<TypeFilter>>,
    /// Most results of the answer.
    pub max_results: Option<MaxResults>,
    /// Language of the names shown, as ISO 639-1 code.
    pub language: Option<String>,
    /// Whether the country of the caller's address comes before `countries`.
    #[schema(rename = "countryByIP", default = true)]
    pub country_by_ip: Option<bool>,
}

/// Results of a search, best or nearest first.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// The results.
    #[schema(max_items = 20)]
    pub results: Vec<SearchResult>,
    /// Number of results.
    #[schema(maximum = 20)]
    pub results_count: u32,
    /// Most results that were asked for.
    #[schema(minimum = 1, maximum = 20)]
    pub max_results: u32,
    /// The query as it was sent; empty for lookups around a point.
    pub query: String,
}

/// A record that was found; missing texts are empty.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({
    "name": "Städtle 43", "highlight": "<mark>Städtle 43</mark>", "city": "Vaduz",
    "county": "", "administrative": "", "country": "Liechtenstein", "administrativecode": "",
    "countrycode": "li", "countycode": "", "citycode": "", "zipcode": ["9490"],
    "population": 5229, "lat": 47.13814, "lng": 9.52271, "coordinates": "47.13814, 9.52271",
    "type": "street", "street": {"number": "43", "suffix": "", "name": "Städtle"},
    "precision": "exact"
})))]
pub struct SearchResult {
    /// House number and street, or the name of the place.
    pub name: String,
    /// The name with HTML escaped and `<mark>` around what the query matched.
    pub highlight: String,
    /// City.
    pub city: String,
    /// Second-level region.
    pub county: String,
    /// First-level region.
    pub administrative: String,
    /// Country.
    pub country: String,
    /// Official code of the first-level region, for some countries.
    pub administrativecode: String,
    /// ISO 3166-1 alpha-2 code, lower case.
    #[schema(pattern = "^[a-z]{2}$")]
    pub countrycode: String,
    /// Official code of the second-level region, for some countries.
    pub countycode: String,
    /// Official code of the city, for some countries.
    pub citycode: String,
    /// Postcodes.
    pub zipcode: Vec<String>,
    /// Inhabitants of the city or region; 0 when unknown.
    pub population: u32,
    /// Latitude in degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Longitude in degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lng: f64,
    /// Latitude and longitude as one text.
    pub coordinates: String,
    /// Type of the record.
    #[schema(rename = "type")]
    pub kind: RecordType,
    /// Parts of the address, of streets and houses only.
    #[schema(nullable = false)]
    pub street: Option<StreetAddress>,
    /// How exact the coordinates are.
    pub precision: Precision,
    /// Metres from the point that was asked for; lookups around a point only.
    #[schema(minimum = 0, nullable = false)]
    pub distance: Option<f64>,
    /// Terms of the score, when they were asked for.
    #[schema(nullable = false)]
    pub explain: Option<Explanation>,
}

/// Parts of an address.
#[derive(Debug, ToSchema)]
pub struct StreetAddress {
    /// House number without its suffix; empty for a whole street.
    pub number: String,
    /// Suffix of the number, such as `bis`.
    pub suffix: String,
    /// Name of the street.
    pub name: String,
}

/// How exact coordinates are: those of the very house, of a range of numbers that holds it,
/// between its neighbours, of the street, or of an area.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Precision {
    /// Of the very house.
    Exact,
    /// Of a range of numbers that holds it.
    Range,
    /// Between its neighbours.
    Interpolated,
    /// Of the street.
    Street,
    /// Of an area.
    Area,
}

/// Why a result stands where it does.
#[derive(Debug, ToSchema)]
pub struct Explanation {
    /// Sum of the terms.
    pub score: f64,
    /// Name and value of each term.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub terms: Vec<(String, f64)>,
}
