//! Who changed what: the audit log of an app and the history of a patch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time::Timestamp;

/// One entry of the audit log; it never holds a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Position in the log, gap-free from 1; 0 until it is stored.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// App that the change belongs to.
    pub app_id: String,
    /// Key that was used; `None` for the command line.
    pub actor_key_id: Option<String>,
    /// Address that the request came from.
    pub ip: Option<String>,
    /// What was done, such as `key.create`.
    pub action: String,
    /// Id of what it was done to.
    pub target: String,
    /// SHA-256 in hexadecimal of the target's JSON before, empty when there was none.
    pub before_hash: String,
    /// The same after.
    pub after_hash: String,
    /// Id of the request.
    pub request_id: Option<String>,
    /// SHA-256 in hexadecimal over the hash of the entry before and this entry: nobody can take
    /// an entry out or change it without changing all later ones. Empty until it is stored.
    pub hash: String,
}

/// One change of a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// App of the patch.
    pub app_id: String,
    /// The patch.
    pub patch_id: String,
    /// Position in the history of this patch, from 1; 0 until it is stored.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Key that was used; `None` for the command line.
    pub actor_key_id: Option<String>,
    /// `create`, `update`, `approve`, `unapprove`, `translate`, `delete-language`, `reject`,
    /// `delete`, `keep` or `retire`.
    pub action: String,
    /// Why, when a person said so.
    pub reason: Option<String>,
    /// The patch before, null when there was none.
    pub from: serde_json::Value,
    /// The patch after, null when there is none.
    pub to: serde_json::Value,
}
