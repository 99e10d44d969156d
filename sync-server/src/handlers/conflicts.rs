//! How approved patches fit the bases that are served, for those who look after them.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use geocoder_core::CountryCode;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::catalog::Catalog;
use crate::error::{ApiError, ErrorBody};
use crate::fields::FieldReader;
use crate::json_body::JsonBody;
use crate::model::PatchStatus;
use crate::openapi::parameters::PageParameters;
use crate::openapi::proposing::ConflictDecision;
use crate::openapi::values::PatchId;
use crate::pagination::{self, PageRequest};
use crate::patches::conflict::{self, Decision, Resolved};
use crate::patches::input::Input;
use crate::patches::rebase::Outcome;
use crate::patches::view::{PatchView, RecordView};
use crate::state::AppState;
use crate::store::PatchFilter;

/// Patches of a page, unless the caller wants another number.
const USUAL_LIMIT: u64 = 25;
/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 1000;

/// What is served, and how the patches of the caller's app fit it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncStatus {
    /// Lineage of the feeds.
    epoch: String,
    /// Version of the manifest of the app.
    version: u64,
    /// Countries by code.
    countries: BTreeMap<String, CountryStatus>,
}

/// The same of one country.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CountryStatus {
    name: String,
    /// Generation of the base.
    generation: String,
    /// Bytes of the base.
    size_bytes: u64,
    /// Position of the app's feed.
    head: i64,
    /// Pending patches of the app.
    pending: u64,
    /// Approved patches of the app.
    approved: usize,
    /// Approved patches by what they come to in the base.
    outcomes: BTreeMap<Outcome, usize>,
}

/// Counts the pending patches of a country, and of the world those of countries without a shard.
async fn pending(
    state: &AppState,
    app_id: &str,
    code: &str,
    catalog: &Catalog,
) -> Result<u64, ApiError> {
    let count = async |countries: Vec<String>| {
        let app_ids = vec![app_id.to_owned()];
        let status = Some(PatchStatus::Pending);
        let filter = PatchFilter { app_ids, status, countries, ..PatchFilter::default() };
        Ok::<_, ApiError>(state.store.patches(&filter).await?.total)
    };
    if code != CountryCode::WORLD.as_str() {
        return count(vec![code.to_owned()]).await;
    }
    let mut others = catalog.manifest().countries.keys().cloned().collect::<Vec<_>>();
    others.retain(|other| other != code);
    let elsewhere = if others.is_empty() { 0 } else { count(others).await? };
    Ok(count(Vec::new()).await?.saturating_sub(elsewhere))
}

/// `GET /sync/v1/status`
///
/// # Errors
/// Fails when the store does.
#[utoipa::path(
    get,
    path = "/sync/v1/status",
    tag = "Synchronisation",
    operation_id = "getSyncStatus",
    summary = "Says what is served and how the patches of the app fit it",
    description = "",
    responses(
        (status = 200, description = "Generations, positions and numbers of patches", body = SyncStatus),
    ),
)]
pub async fn status(state: web::Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let catalog = state.catalog.current();
    let app_id = &caller.app.id;
    let heads = state.store.feed_heads().await?;
    let mut countries = BTreeMap::new();
    for (code, entry) in &catalog.manifest().countries {
        if !caller.is_for(code) {
            continue;
        }
        let resolved = conflict::resolve_all(&state, app_id, code).await?;
        let own = heads.iter().find(|(app, country, _)| app == app_id && country == code);
        let country = CountryStatus {
            name: entry.name.clone(),
            generation: entry.base.generation.clone(),
            size_bytes: entry.base.size,
            head: own.map_or(0, |(_, _, head)| *head),
            pending: pending(&state, app_id, code, &catalog).await?,
            approved: resolved.len(),
            outcomes: conflict::count(&resolved),
        };
        countries.insert(code.clone(), country);
    }
    let own = state.app_overlay(&caller).await?;
    let (epoch, version) = (own.epoch().to_owned(), own.version());
    Ok(HttpResponse::Ok().json(SyncStatus { epoch, version, countries }))
}

/// An approved patch that does not fit its base.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConflictView {
    /// What it comes to: all but `applied`.
    outcome: Outcome,
    country: String,
    /// Generation of the base.
    generation: String,
    /// The patch.
    patch: PatchView,
    /// The record in the base; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<RecordView>,
}

/// Part of a list of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConflictList {
    status: u16,
    total: usize,
    count: usize,
    next_url: Option<String>,
    previous_url: Option<String>,
    data: Vec<ConflictView>,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what is read name by name")]
struct ConflictFilter {
    /// Only patches of this country.
    #[param(nullable = false, pattern = "^([A-Za-z]{2})?$")]
    country: Option<String>,
    /// Only patches that come to this.
    #[param(nullable = false, inline)]
    outcome: Option<OutcomeFilter>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what is read name by name")]
enum OutcomeFilter {
    Redundant,
    Orphan,
    Conflict,
}

/// `GET /sync/v1/conflicts`: ordered by country and id.
///
/// # Errors
/// Refuses wrong parameters; fails when the store does.
#[utoipa::path(
    get,
    path = "/sync/v1/conflicts",
    tag = "Synchronisation",
    operation_id = "listConflicts",
    summary = "Lists approved patches that do not fit their base",
    description = "Ordered by country and id.",
    params(ConflictFilter, PageParameters),
    responses(
        (status = 200, description = "Patches, and what the base says", body = ConflictList, headers(("X-Total-Count" = u64, description = "Number of items in all"), ("Link" = String, description = "Next page and page before, as in RFC 8288"))),
        (status = 404, description = "There is no such patch to start from", body = ErrorBody<'_>),
    ),
)]
pub async fn list(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let mut fields = FieldReader::query(request.query_string());
    let page = match PageRequest::read(&mut fields) {
        // There may be thousands: no list is answered without an end.
        PageRequest::All => PageRequest::After { id: None, limit: USUAL_LIMIT },
        page => page,
    };
    let country = fields.text(&["country"], 2..=2).flatten();
    let country = country.map(|text| {
        let code = CountryCode::parse(&text);
        if code.is_none() {
            let msg = "Must be an ISO 3166-1 alpha-2 country code.";
            fields.refuse("country", &Value::String(text), msg);
        }
        code
    });
    let outcomes = [Outcome::Redundant, Outcome::Orphan, Outcome::Conflict];
    let outcome = fields.choice(&["outcome"], &outcomes.map(|outcome| (outcome.name(), outcome)));
    fields.finish()?;
    let catalog = state.catalog.current();
    let mut found = Vec::new();
    for code in catalog.manifest().countries.keys() {
        let is_wanted =
            country.is_none_or(|wanted| wanted.is_some_and(|wanted| wanted.as_str() == code));
        if !is_wanted || !caller.is_for(code) {
            continue;
        }
        for resolved in conflict::resolve_all(&state, &caller.app.id, code).await? {
            let own = resolved.resolution.outcome;
            if own != Outcome::Applied && outcome.is_none_or(|outcome| outcome == own) {
                found.push((code.clone(), resolved));
            }
        }
    }
    let key = |item: &(String, Resolved)| (item.0.clone(), item.1.patch.id.clone());
    let cursor = match page.cursor() {
        None => None,
        Some(id) => Some(
            found
                .iter()
                .find(|(_, resolved)| resolved.patch.id == id)
                .cloned()
                .ok_or(ApiError::NotFound { what: "Patch of the cursor" })?,
        ),
    };
    let order = |a: &(String, Resolved), b: &(String, Resolved)| key(a).cmp(&key(b));
    let id_of = |item: &(String, Resolved)| item.1.patch.id.clone();
    let part = pagination::cut(found, &page, cursor.as_ref(), order, id_of);
    let view = |(country, Resolved { patch, resolution }): (String, Resolved)| ConflictView {
        outcome: resolution.outcome,
        generation: catalog.generation(&country),
        country,
        patch: PatchView::new(&patch, None),
        base: resolution.record.as_ref().map(RecordView::from),
    };
    Ok(pagination::answer(&request, &page, &part.map(view)))
}

/// `POST /sync/v1/conflicts/{patchId}`
///
/// # Errors
/// Refuses decisions that make no sense.
#[utoipa::path(
    post,
    path = "/sync/v1/conflicts/{patchId}",
    tag = "Synchronisation",
    operation_id = "resolveConflict",
    summary = "Decides about an approved patch that does not fit its base",
    description = "`keep` makes the present record of the base the origin of the patch, or a record of its own of a patch whose record is gone; `retire` ends the patch. Needs `patches:approve` as well.",
    params(("patchId" = PatchId, Path, description = "Id of the patch")),
    request_body = ConflictDecision,
    responses(
        (status = 200, description = "The patch, null when it has ended", body = serde_json::Value),
        (status = 404, description = "The app has no such patch", body = ErrorBody<'_>),
        (status = 409, description = "The patch fits, or the decision makes no sense for it", body = ErrorBody<'_>),
    ),
)]
pub async fn resolve(
    state: web::Data<AppState>,
    caller: Caller,
    patch_id: web::Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let decision = match body.get("resolution").and_then(Value::as_str) {
        Some("keep") => Some(Decision::Keep),
        Some("retire") => Some(Decision::Retire),
        _ => {
            input.refuse("resolution", "Must be `keep` or `retire`.");
            None
        }
    };
    let reason = input.text("reason", MAX_REASON_CHARS);
    input.finish()?;
    let Some(decision) = decision else { return Err(ApiError::Forbidden) };
    let after = conflict::decide(&state, &caller, &patch_id, decision, reason.as_deref()).await?;
    let patch = after.as_ref().map(|patch| PatchView::new(patch, None));
    Ok(HttpResponse::Ok().json(json!({ "patch": patch })))
}
