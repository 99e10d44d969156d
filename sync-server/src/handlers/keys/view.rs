//! A key as clients see it: PlaceKit's fields first and unchanged.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::scopes_of;
use crate::access::token::Token;
use crate::model::key::{RateLimit, Rotation};
use crate::model::{Key, KeyStatus, Role, Scope, Timestamp};

/// A key as clients see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
pub struct KeyView<'a> {
    id: &'a str,
    /// The token, or its first and last characters.
    token: String,
    app_id: &'a str,
    role: Role,
    domains: &'a [String],
    created_at: Timestamp,
    updated_at: Timestamp,
    name: Option<&'a str>,
    description: Option<&'a str>,
    status: KeyStatus,
    allowed_ips: &'a [String],
    permissions: Vec<Scope>,
    countries: Option<&'a [String]>,
    api_version: &'a str,
    api_version_updated_at: Timestamp,
    api_version_downgrade_not_allowed_after: Option<Timestamp>,
    user_id: Option<&'a str>,
    last_used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    rotation: Option<&'a Rotation>,
    rate_limit: Option<RateLimit>,
    metadata: &'a BTreeMap<String, String>,
    deleted_at: Option<Timestamp>,
    #[serde(skip)]
    revision: i64,
}

impl<'a> KeyView<'a> {
    /// Shows a key, with its token if it may be seen.
    pub fn new(key: &'a Key, token: Option<Token>, last_used_at: Option<Timestamp>) -> Self {
        let token = match token {
            Some(token) => token.reveal().to_owned(),
            None => format!("{}…{}", key.token_start, key.token_end),
        };
        Self {
            id: &key.id,
            token,
            app_id: &key.app_id,
            role: key.role,
            domains: &key.domains,
            created_at: key.created_at,
            updated_at: key.updated_at,
            name: key.name.as_deref(),
            description: key.description.as_deref(),
            status: key.status,
            allowed_ips: &key.allowed_ips,
            permissions: scopes_of(key).iter().collect(),
            countries: key.countries.as_deref(),
            api_version: &key.api_version,
            api_version_updated_at: key.api_version_updated_at,
            api_version_downgrade_not_allowed_after: key.api_version_downgrade_not_allowed_after,
            user_id: key.user_id.as_deref(),
            last_used_at,
            expires_at: key.expires_at,
            rotation: key.rotation.as_ref(),
            rate_limit: key.rate_limit,
            metadata: &key.metadata,
            deleted_at: key.deleted_at,
            revision: key.revision,
        }
    }

    /// Counts changes of the key.
    pub fn revision(&self) -> i64 {
        self.revision
    }
}
