//! Proposals: corrections that end users ask for, of which each becomes a pending patch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time::Timestamp;

/// A proposal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// App of the key that it came with.
    pub app_id: String,
    /// Chosen by the device; a proposal that is sent again has the same.
    pub mutation_id: String,
    /// SHA-256 of what was proposed, in hexadecimal.
    pub content_hash: String,
    /// The patch that it became; `None` when it was refused at once.
    pub patch_id: Option<String>,
    /// Same for all corrections of one record.
    pub record_id: Option<String>,
    /// Why it was refused at once.
    pub refusal: Option<Refusal>,
    /// Key that it came with.
    pub key_id: String,
    /// When it arrived.
    pub created_at: Timestamp,
}

/// Why a proposal is refused at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// For people.
    pub message: String,
    /// Every field that was refused.
    pub errors: Vec<serde_json::Value>,
}

/// What a patch knows of the proposal that it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalMark {
    /// Id of the proposal.
    pub mutation_id: String,
    /// Whether the record had another correction when it arrived, or was not there.
    pub conflict: bool,
    /// What the end user said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Same for all corrections of one record.
    #[serde(default)]
    pub record_id: String,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProposalOutcome {
    /// Nobody has decided yet.
    Pending,
    /// Its patch was approved.
    Approved,
    /// It was refused.
    Rejected,
    /// The record has another correction, or is not there: a person decides.
    Conflict,
}
