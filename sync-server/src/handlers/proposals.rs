//! Proposals of end users, sent when a device is online again, and what became of them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::error::{ApiError, ErrorBody, Place};
use crate::json_body::JsonBody;
use crate::openapi::proposing::NewProposals;
use crate::patches::input::Input;
use crate::patches::propose::{self, ProposalAnswer};
use crate::state::AppState;

/// Most proposals of one request.
const MAX_PROPOSALS: usize = 100;

#[derive(Serialize, ToSchema)]
struct Proposals {
    results: Vec<ProposalAnswer>,
}

/// `POST /sync/v1/proposals`
#[utoipa::path(
    post,
    path = "/sync/v1/proposals",
    tag = "Synchronisation",
    operation_id = "proposeCorrections",
    summary = "Proposes corrections",
    description = "Each is taken once, however often it is sent, and answered by itself, in their order.",
    request_body = NewProposals,
    responses(
        (status = 200, description = "What became of each", body = Proposals),
    ),
)]
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let items = body.get("proposals").and_then(Value::as_array);
    let items = items.filter(|items| (1..=MAX_PROPOSALS).contains(&items.len()));
    if items.is_none() {
        let msg = format!("Must be an array of 1 to {MAX_PROPOSALS} proposals.");
        input.refuse("proposals", msg);
    }
    input.finish()?;
    let mut results = Vec::new();
    let empty = Map::new();
    // One after another: later ones may be about the same record.
    for item in items.into_iter().flatten() {
        let members = item.as_object().unwrap_or(&empty);
        results.push(propose::propose(&state, &caller, members).await?);
    }
    Ok(HttpResponse::Ok().json(Proposals { results }))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Ids of proposals with commas, at most 100; unknown ones are left out of the answer.
    #[param(nullable = false, example = "0190a3f0-6e1f-7c3d-8a54-3f6f5a0b1c2d")]
    mutation_ids: Option<String>,
}

/// `GET /sync/v1/proposals`
#[utoipa::path(
    get,
    path = "/sync/v1/proposals",
    tag = "Synchronisation",
    operation_id = "listProposals",
    summary = "Says what became of proposals",
    description = "",
    params(Wanted),
    responses(
        (status = 200, description = "What became of each", body = Proposals),
    ),
)]
pub async fn list(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query = request.query_string();
    let refuse = |msg: String| ApiError::invalid(Place::Query, "mutationIds", query, msg);
    let wanted = web::Query::<Wanted>::from_query(query)
        .map_err(|_| refuse("Must be given once.".into()))?;
    let ids = wanted.mutation_ids.as_deref().unwrap_or_default();
    let ids: Vec<String> =
        ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(Into::into).collect();
    if ids.len() > MAX_PROPOSALS {
        return Err(refuse(format!("Must have at most {MAX_PROPOSALS} ids.")));
    }
    let mut results = Vec::new();
    for proposal in state.store.proposals(&caller.app.id, &ids).await? {
        results.push(propose::view(&state, &proposal).await?);
    }
    Ok(HttpResponse::Ok().json(Proposals { results }))
}

/// `GET /sync/v1/proposals/{mutationId}`
#[utoipa::path(
    get,
    path = "/sync/v1/proposals/{mutationId}",
    tag = "Synchronisation",
    operation_id = "getProposal",
    summary = "Says what became of a proposal",
    description = "",
    params(("mutationId" = String, Path, description = "Id of the proposal")),
    responses(
        (status = 200, description = "What became of it", body = ProposalAnswer),
        (status = 404, description = "The app has no such proposal", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    mutation_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = state.store.proposals(&caller.app.id, &[mutation_id.into_inner()]).await?;
    let proposal = found.first().ok_or(ApiError::NotFound { what: "mutationId" })?;
    Ok(HttpResponse::Ok().json(propose::view(&state, proposal).await?))
}
