//! Bodies, parameters and lists of the routes of apps and of the audit log.

use utoipa::{IntoParams, ToSchema};

use super::values::{AnyId, Label};
use crate::handlers::apps::AppView;
use crate::model::{KeyStatus, Role};
use crate::pagination::Envelope;

/// An app to be made.
#[derive(Debug, ToSchema)]
#[schema(
    rename_all = "camelCase",
    examples(json!({"name": "shop", "createApiKey": true, "role": "private"}))
)]
pub struct NewApp {
    /// Name for people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: String,
    /// The app above; that of the caller unless told otherwise.
    pub parent_id: Option<AnyId>,
    /// Whether its keys work.
    pub status: Option<KeyStatus>,
    /// Geocoding requests a month; null means no limit.
    #[schema(maximum = 1_000_000_000_000_u64)]
    pub monthly_quota: Option<u64>,
    /// Whether a key is made with it; the fields of a key are those of `POST /keys`.
    pub create_api_key: Option<bool>,
    /// Name of that key; that of the app unless told otherwise.
    pub api_key_name: Option<Label>,
    /// What that key is for.
    pub role: Option<Role>,
}

/// Fields of an app that change; status and quota are set by the apps above it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", examples(json!({"monthlyQuota": 10000})))]
pub struct AppChanges {
    /// Name for people.
    pub name: Option<Label>,
    /// Whether its keys work.
    pub status: Option<KeyStatus>,
    /// Geocoding requests a month; null means no limit.
    #[schema(maximum = 1_000_000_000_000_u64)]
    pub monthly_quota: Option<u64>,
}

/// Which apps are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AppFilter {
    /// Those of this status.
    #[param(nullable = false)]
    pub status: Option<KeyStatus>,
    /// Those with this text in their name.
    #[param(nullable = false, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub search: Option<String>,
}

/// All apps, or a page of them.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum AppList<'a> {
    /// Without any parameter of pages: all apps.
    All(Vec<AppView<'a>>),
    /// With one: a page.
    Page(Envelope<'a, AppView<'a>>),
}

/// Which entries of the audit log are listed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditParameters {
    /// Those of this app; without it, of the caller's and all below it. Also `subAccountId`.
    #[param(rename = "appId", nullable = false)]
    pub app_id: Option<AnyId>,
    /// Those of changes of this object.
    #[param(nullable = false, max_length = 64, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub target: Option<String>,
    /// Those of this kind, such as `key.create`.
    #[param(nullable = false, max_length = 64, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub action: Option<String>,
    /// Those of changes made with this key.
    #[param(
        rename = "actorKeyId",
        nullable = false,
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub actor_key_id: Option<String>,
    /// Those before this position.
    #[param(nullable = false, minimum = 1)]
    pub before: Option<i64>,
    /// Most entries of the answer.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    pub limit: Option<u8>,
}
