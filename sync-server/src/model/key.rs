//! A key: the credentials of a page or program, and what they are good for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::scope::Scope;
use super::time::Timestamp;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Shown to everybody in web pages.
    Public,
    /// Kept secret on servers.
    Private,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It does not until it is made active again.
    Inactive,
}

/// A rate limit of a key's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Requests in a window.
    pub limit: u32,
    /// Length of the window in seconds.
    #[serde(rename = "window")]
    pub window_s: u32,
}

/// What ties a key to the one it replaces, or is replaced by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// Id of the key that comes after this one.
    pub replaced_by: Option<String>,
    /// Id of the key that this one comes after.
    pub replaces: Option<String>,
    /// Until when the replaced key still works.
    pub grace_until: Option<Timestamp>,
}

/// A key as it is stored; the token itself is not, only its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Url-safe, never changes.
    pub id: String,
    /// App that the key belongs to.
    pub app_id: String,
    /// SHA-256 of the token in hexadecimal.
    pub token_hash: String,
    /// First characters of the token, for people who look for the key of a token.
    pub token_start: String,
    /// Last characters of the token.
    pub token_end: String,
    /// Whether the token can be computed again from the server's secret.
    pub derived: bool,
    /// What the key is for.
    pub role: Role,
    /// Whether it works.
    pub status: KeyStatus,
    /// Name for people.
    pub name: Option<String>,
    /// What the key is used for, for people.
    pub description: Option<String>,
    /// Hosts whose pages may use it; empty means any.
    pub domains: Vec<String>,
    /// Addresses and networks in CIDR notation that may use it; empty means any.
    pub allowed_ips: Vec<String>,
    /// Narrower than the role's scopes; `None` means those.
    pub permissions: Option<Vec<Scope>>,
    /// Countries that it may search; `None` means all.
    pub countries: Option<Vec<String>>,
    /// Version of the API that it is pinned to, a date.
    pub api_version: String,
    /// When that was last changed.
    pub api_version_updated_at: Timestamp,
    /// Until when an older version may be chosen again.
    pub api_version_downgrade_not_allowed_after: Option<Timestamp>,
    /// User that it was made for, in the words of whoever made it.
    pub user_id: Option<String>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// What it replaces, or what replaces it.
    pub rotation: Option<Rotation>,
    /// Requests that it may make; `None` means as the server is configured.
    pub rate_limit: Option<RateLimit>,
    /// Anything else, for whoever made it.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Counts changes, from 1.
    pub revision: i64,
}
