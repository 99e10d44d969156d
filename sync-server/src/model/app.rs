//! An app: owner of keys and patches; apps below another one are its sub-accounts.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// An app as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Ten upper-case letters.
    pub id: String,
    /// The app above; `None` for the root.
    pub parent_id: Option<String>,
    /// Name for people.
    pub name: String,
    /// Whether its keys work.
    pub active: bool,
    /// Geocoding requests a month (UTC); `None` means no limit.
    pub monthly_quota: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Counts changes, from 1.
    pub revision: i64,
}
