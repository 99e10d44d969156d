//! Bodies, parameters and lists of the routes of keys, whose fields have names of three APIs.

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};

use super::values::{
    AnyCountryCode, AnyId, DateTime, Domain, Label, LongLabel, Network, PermissionName,
};
use crate::handlers::keys::view::KeyView;
use crate::model::{KeyStatus, Role};
use crate::pagination::Envelope;

/// Fields of a key that can be set; null takes back what was set, and unknown members are ignored.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct KeyFields {
    /// Name for people.
    pub name: Option<Label>,
    /// What the key is used for, for people.
    pub description: Option<LongLabel>,
    /// Whether it works.
    pub status: Option<KeyStatus>,
    /// Sites whose pages may use it; none means any. A text with commas counts as a list.
    #[schema(max_items = 100)]
    pub domains: Option<Vec<Domain>>,
    /// Addresses that may use it; none means any. Also `whitelistedIPs` and `allowedIp`, and a
    /// text with commas counts as a list.
    #[schema(max_items = 50)]
    pub allowed_ips: Option<Vec<Network>>,
    /// What it may do, at most what its role allows. Also `permissionIds`.
    #[schema(max_items = 100)]
    pub permissions: Option<Vec<PermissionName>>,
    /// Countries that it may search, as ISO 3166-1 alpha-2 codes; none means all.
    #[schema(max_items = 250)]
    pub countries: Option<Vec<AnyCountryCode>>,
    /// Version of this API that it is answered in.
    #[schema(pattern = "^(2026-11-01)?$")]
    pub api_version: Option<String>,
    /// User that it is made for, in the words of whoever makes it.
    pub user_id: Option<Label>,
    /// When it ends by itself, a time to come.
    pub expires_at: Option<DateTime>,
    /// Requests that a client may make with it; null means as the server is configured.
    pub rate_limit: Option<RateLimitFields>,
    /// Anything else: up to 50 texts. Also `metaData`.
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A rate limit.
#[derive(Debug, ToSchema)]
#[schema(examples(json!({"limit": 100, "window": 60})))]
pub struct RateLimitFields {
    /// Requests in a window.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub limit: u32,
    /// Length of the window in seconds.
    #[schema(minimum = 1, maximum = 86400)]
    pub window: u32,
}

/// A key to be made; without any member, a public one without restrictions.
#[derive(Debug, ToSchema)]
#[schema(
    rename_all = "camelCase",
    examples(json!({"role": "public", "name": "shop", "domains": ["*.example.com"]}))
)]
pub struct NewKeyFields {
    /// What the key is for; `public` unless told otherwise. Also `permissionType`.
    pub role: Option<Role>,
    /// App that it is made for; that of the caller unless told otherwise. Also `subAccountId`.
    pub app_id: Option<AnyId>,
    #[serde(flatten)]
    /// The rest of its fields.
    pub fields: KeyFields,
}

/// Fields of a key that change. A key that was read can be sent back: what cannot be changed is
/// accepted when it is as it was.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", examples(json!({"status": "inactive"})))]
pub struct KeyChanges {
    /// Whether the caller may lock itself out.
    pub force: Option<bool>,
    #[serde(flatten)]
    /// The fields.
    pub fields: KeyFields,
}

/// How a key ends.
#[derive(Debug, ToSchema)]
pub struct KeyEnd {
    /// Whether the caller may lock itself out.
    pub force: Option<bool>,
}

/// How a key is replaced.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", examples(json!({"graceSeconds": 3600})))]
pub struct KeyRotation {
    /// Seconds in which the old key still works: a day unless told otherwise.
    #[schema(maximum = 2_592_000)]
    pub grace_seconds: Option<u32>,
}

/// Which keys are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeyFilter {
    /// Those of this status; without it, all that are not deleted.
    #[param(nullable = false, inline)]
    pub status: Option<ListedStatus>,
    /// Those of this role. Also `permissionType`.
    #[param(nullable = false)]
    pub role: Option<Role>,
    /// Those with this text in name or description, or at the start of id or token.
    #[param(nullable = false, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub search: Option<String>,
    /// Those that may do this. Also `permissionId`.
    #[param(nullable = false)]
    pub permission: Option<PermissionName>,
    /// Field to sort by, with a leading minus sign for the largest first; several with commas.
    /// Also `sortBy`.
    #[param(
        nullable = false,
        pattern = "^(-?(createdAt|updatedAt|lastUsedAt|expiresAt|name|status|role|id))?$"
    )]
    pub sort: Option<String>,
    /// App whose keys are listed, `*` for the caller's and all below it. Also `subAccountId`.
    #[param(rename = "appId", nullable = false, pattern = r"^([A-Za-z0-9]{0,64}|\*)$")]
    pub app_id: Option<String>,
}

/// Status of keys in a list.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum ListedStatus {
    /// They work.
    Active,
    /// They do not until they are made active again.
    Inactive,
    /// They are deleted.
    Deleted,
}

/// All keys, or a page of them.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum KeyList<'a> {
    /// Without any parameter of pages: all keys.
    All(Vec<KeyView<'a>>),
    /// With one: a page.
    Page(Envelope<'a, KeyView<'a>>),
}
