//! Bodies of proposals and of decisions about patches, which are read member by member.

use utoipa::ToSchema;

use super::patching::{Origin, RecordUpdate};
use super::values::LanguageCode;

/// Corrections that an end user proposes.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"proposals": [{
    "mutationId": "0190a3f0-6e1f-7c3d-8a54-3f6f5a0b1c2d", "comment": "seen today",
    "update": {
        "name": "Café Central", "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 5229, "coordinates": "47.1391, 9.5226", "type": "tourism"
    }
}]})))]
pub struct NewProposals {
    /// The proposals; each is judged by itself.
    #[schema(min_items = 1, max_items = 100)]
    pub proposals: Vec<NewProposal>,
}

/// A correction that an end user proposes; what is wrong with it is said in its result.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct NewProposal {
    /// Chosen by the device, the same whenever the proposal is sent again; best a UUID.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.:-]+$")]
    pub mutation_id: String,
    /// The record as it is; without it, a record is proposed, whose `update` is whole.
    pub origin: Option<Origin>,
    /// What it becomes; required unless `remove` is true.
    pub update: Option<RecordUpdate>,
    /// Whether the record is taken away.
    pub remove: Option<bool>,
    /// Language of the update's texts, when they are a translation.
    pub language: Option<LanguageCode>,
    /// For those who decide.
    #[schema(max_length = 1000, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
    pub comment: Option<String>,
}

/// What a person decides about a patch that does not fit its base.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"resolution": "keep"})))]
pub struct ConflictDecision {
    /// Whether it stays or ends.
    pub resolution: DecisionName,
    /// Why, for its history.
    #[schema(max_length = 1000, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Whether a patch stays or ends.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum DecisionName {
    /// It counts over the present base.
    Keep,
    /// It ends.
    Retire,
}
