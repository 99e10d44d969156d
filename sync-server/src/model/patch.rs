//! A patch: a person's correction of one record, with its translations.

use std::collections::BTreeMap;

use geocoder_core::RecordType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::proposal::ProposalMark;
use super::time::Timestamp;

/// Whether end users see a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PatchStatus {
    /// Seen by administrators only.
    Pending,
    /// Seen in searches.
    Approved,
}

impl PatchStatus {
    /// Returns the name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
        }
    }
}

/// A house number and its street.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Street {
    /// Number without suffix; empty when the record is the whole street.
    pub number: String,
    /// Suffix of the number.
    pub suffix: String,
    /// Name of the street.
    pub name: String,
}

/// Fields of a record, each of which may be absent, in PlaceKit's names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Name of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// County.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrative: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Code of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrativecode: Option<String>,
    /// Code of the county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countycode: Option<String>,
    /// Code of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citycode: Option<String>,
    /// Code of the country, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countrycode: Option<String>,
    /// Postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zipcode: Option<Vec<String>>,
    /// Inhabitants of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<u32>,
    /// Latitude and longitude in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<(f64, f64)>,
    /// Kind of record.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<RecordType>,
    /// House number and street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Street>,
}

/// A patch as it is stored.
///
/// A field is that of the language asked for, else of `default`, else of `origin`, else of the
/// first translation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// 32 hexadecimal digits.
    pub id: String,
    /// App that the patch belongs to.
    pub app_id: String,
    /// Whether end users see it.
    pub status: PatchStatus,
    /// The record that is corrected, as it was found; `None` for a new one.
    pub origin: Option<Fields>,
    /// Where the origin was found: a reference of the engine, valid for one generation.
    pub target: Option<Target>,
    /// Whether the patch is of the world's shard rather than of that of its country.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_world: bool,
    /// Whether the record is taken away rather than changed.
    pub remove: bool,
    /// Fields in no particular language.
    pub default: Option<Fields>,
    /// Fields by language code.
    pub languages: BTreeMap<String, Fields>,
    /// The language that came first, which stands for missing fields in no language.
    #[serde(default)]
    pub first_language: Option<String>,
    /// The proposal that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalMark>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1.
    pub revision: i64,
}

/// A reference to a record of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Generation of the shard.
    pub generation: String,
    /// The engine's reference to the record.
    pub record: serde_json::Value,
    /// Whether the record is a house that the base does not have, between two that it has.
    #[serde(default)]
    pub absent: bool,
    /// Whether the shard is the world's rather than that of the record's country.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_world: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}
