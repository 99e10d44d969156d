//! Bodies of the routes of patches, which are read member by member.

use utoipa::ToSchema;

use super::values::{
    AnyCountryCode, Code, Coordinates, CountryCode, LanguageCode, MaxResults, PatchId, RecordType,
    ShownName, ShownText, TypeFilter, Zipcode,
};
use crate::model::PatchStatus;

/// Type of a record that can be added or corrected.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum PatchType {
    /// A first-level region.
    Administrative,
    /// An airport.
    Airport,
    /// A bus station.
    Bus,
    /// A city, town or village.
    City,
    /// A second-level region.
    County,
    /// A street, or a house of one.
    Street,
    /// A sight.
    Tourism,
    /// A town hall.
    Townhall,
    /// A railway station.
    Train,
}

/// A record, whole; unknown members are ignored.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({
    "name": "Café Central", "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
    "zipcode": ["9490"], "population": 5229, "coordinates": "47.1391, 9.5226", "type": "tourism"
})))]
pub struct NewRecord {
    /// Name of the place, or house number and street.
    pub name: ShownName,
    /// City.
    pub city: ShownText,
    /// Second-level region.
    pub county: Option<ShownText>,
    /// First-level region.
    pub administrative: Option<ShownText>,
    /// Country.
    pub country: ShownText,
    /// Code of the country.
    pub countrycode: CountryCode,
    /// Official code of the first-level region.
    pub administrativecode: Option<Code>,
    /// Official code of the second-level region.
    pub countycode: Option<Code>,
    /// Official code of the city.
    pub citycode: Option<Code>,
    /// Postcodes.
    #[schema(max_items = 250)]
    pub zipcode: Vec<Zipcode>,
    /// Inhabitants of the city.
    #[schema(maximum = 2_147_483_647)]
    pub population: u32,
    /// Where it is.
    pub coordinates: Coordinates,
    /// What it is.
    #[schema(rename = "type")]
    pub kind: PatchType,
    /// The house and street that it is.
    pub street: Option<NewStreet>,
}

/// The record that is corrected, as `/search` or `/reverse` has answered it; other members of
/// such an answer are ignored.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({
    "name": "Städtle", "city": "Vaduz", "county": "", "administrative": "",
    "country": "Liechtenstein", "countrycode": "li", "zipcode": ["9490"], "population": 5229,
    "coordinates": "47.13908, 9.52259", "type": "street"
})))]
pub struct Origin {
    /// Name of the place, or house number and street.
    pub name: ShownName,
    /// City.
    pub city: ShownText,
    /// Second-level region.
    pub county: Option<ShownText>,
    /// First-level region.
    pub administrative: Option<ShownText>,
    /// Country.
    pub country: ShownText,
    /// Code of the country.
    pub countrycode: CountryCode,
    /// Official code of the first-level region.
    pub administrativecode: Option<Code>,
    /// Official code of the second-level region.
    pub countycode: Option<Code>,
    /// Official code of the city.
    pub citycode: Option<Code>,
    /// Postcodes.
    #[schema(max_items = 250)]
    pub zipcode: Vec<Zipcode>,
    /// Inhabitants of the city.
    #[schema(maximum = 2_147_483_647)]
    pub population: u32,
    /// Where it is.
    pub coordinates: Coordinates,
    /// What it is.
    #[schema(rename = "type")]
    pub kind: RecordType,
    /// The house and street that it is.
    pub street: Option<NewStreet>,
}

/// Fields of a record that change, at least one of them; unknown members are ignored.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1, examples(json!({"name": "Städtle"})))]
pub struct RecordUpdate {
    /// Name of the place, or house number and street.
    pub name: Option<ShownName>,
    /// City.
    pub city: Option<ShownText>,
    /// Second-level region.
    pub county: Option<ShownText>,
    /// First-level region.
    pub administrative: Option<ShownText>,
    /// Country.
    pub country: Option<ShownText>,
    /// Code of the country.
    pub countrycode: Option<CountryCode>,
    /// Official code of the first-level region.
    pub administrativecode: Option<Code>,
    /// Official code of the second-level region.
    pub countycode: Option<Code>,
    /// Official code of the city.
    pub citycode: Option<Code>,
    /// Postcodes.
    #[schema(max_items = 250)]
    pub zipcode: Option<Vec<Zipcode>>,
    /// Inhabitants of the city.
    #[schema(maximum = 2_147_483_647)]
    pub population: Option<u32>,
    /// Where it is.
    pub coordinates: Option<Coordinates>,
    /// What it is.
    #[schema(rename = "type")]
    pub kind: Option<PatchType>,
    /// The house and street that it is.
    pub street: Option<NewStreet>,
}

/// House number and street; missing members are empty.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"number": "43", "suffix": "", "name": "Städtle"})))]
pub struct NewStreet {
    /// House number without its suffix.
    pub number: Option<ShownText>,
    /// Suffix of the number.
    pub suffix: Option<ShownText>,
    /// Name of the street.
    pub name: Option<ShownText>,
}

/// A record that is missing.
#[derive(Debug, ToSchema)]
pub struct NewPatch {
    /// The record.
    pub record: NewRecord,
    /// Whether end users see it; `pending` unless told otherwise.
    pub status: Option<PatchStatus>,
    /// Language of the record's texts, when they are a translation.
    pub language: Option<LanguageCode>,
}

/// A record that is wrong, and what becomes of it.
#[derive(Debug, ToSchema)]
pub struct Correction {
    /// The record as it is.
    pub origin: Origin,
    /// What it becomes; required unless `remove` is true.
    pub update: Option<RecordUpdate>,
    /// Whether the record is taken away.
    pub remove: Option<bool>,
    /// Whether end users see it; `pending` unless told otherwise.
    pub status: Option<PatchStatus>,
    /// Language of the update's texts, when they are a translation.
    pub language: Option<LanguageCode>,
}

/// What changes in a patch.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"update": {"name": "Städtle"}, "status": "approved"})))]
pub struct PatchChanges {
    /// Fields that change.
    pub update: Option<RecordUpdate>,
    /// Whether the record is taken away.
    pub remove: Option<bool>,
    /// Whether end users see it.
    pub status: Option<PatchStatus>,
    /// Language of the update's texts, when they are a translation.
    pub language: Option<LanguageCode>,
}

/// How a patch ends.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"reason": "the street has been renamed"})))]
pub struct PatchEnd {
    /// Why, for its history.
    #[schema(max_length = 1000, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Which patches are wanted; unknown members are ignored, and null counts as absent.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", examples(json!({"status": "pending", "maxResults": 20})))]
pub struct PatchSearchOptions {
    /// Their status.
    pub status: Option<PatchStatus>,
    /// Words that start words of theirs.
    pub query: Option<String>,
    /// Their countries.
    #[schema(max_items = 300)]
    pub countries: Option<Vec<AnyCountryCode>>,
    /// Their types.
    #[schema(max_items = 300)]
    pub types: Option<Vec<TypeFilter>>,
    /// Language in which they are shown.
    pub language: Option<String>,
    /// Most results of the answer.
    pub max_results: Option<MaxResults>,
    /// Number of results to leave out.
    #[schema(maximum = 1_000_000)]
    pub offset: Option<u32>,
    /// Those near this point come first; otherwise those changed last.
    pub coordinates: Option<Coordinates>,
}

/// Operations that are done together or not at all.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"operations": [{"method": "create", "record": {
    "name": "Café Central", "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
    "zipcode": ["9490"], "population": 5229, "coordinates": "47.1391, 9.5226", "type": "tourism"
}}]})))]
pub struct PatchOperations {
    /// The operations.
    #[schema(min_items = 1, max_items = 100)]
    pub operations: Vec<PatchOperation>,
}

/// One operation of many.
#[derive(Debug, ToSchema)]
#[serde(tag = "method", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "it is described, never made")]
pub enum PatchOperation {
    /// Adds a record, as `POST /patch`.
    Create(NewPatch),
    /// Corrects a record, as `PUT /patch`.
    Upsert(Correction),
    /// Changes a patch, as `PATCH /patch/{id}`.
    Update(IdentifiedChanges),
    /// Ends a patch, as `DELETE /patch/{id}`.
    Delete(IdentifiedEnd),
}

/// A patch and what changes in it.
#[derive(Debug, ToSchema)]
pub struct IdentifiedChanges {
    /// The patch.
    pub id: PatchId,
    /// Fields that change.
    pub update: Option<RecordUpdate>,
    /// Whether the record is taken away.
    pub remove: Option<bool>,
    /// Whether end users see it.
    pub status: Option<PatchStatus>,
    /// Language of the update's texts, when they are a translation.
    pub language: Option<LanguageCode>,
}

/// A patch and how it ends.
#[derive(Debug, ToSchema)]
pub struct IdentifiedEnd {
    /// The patch.
    pub id: PatchId,
    /// Why, for its history.
    #[schema(max_length = 1000, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Patches after operations, in their order; null for those that ended.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct PatchesDone {
    /// The patches.
    pub results: Vec<Option<crate::patches::view::PatchView>>,
    /// Number of operations.
    pub results_count: u32,
}
