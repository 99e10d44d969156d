//! Patches in PlaceKit's shapes: corrections of records, pending until they are approved.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::error::{ApiError, ErrorBody, Place};
use crate::idempotency::{Attempt, Begun};
use crate::json_body::JsonBody;
use crate::model::{HistoryEntry, Patch};
use crate::openapi::answers::Nothing;
use crate::openapi::parameters::{Conditional, Preferring, Repeatable};
use crate::openapi::patching::{
    Correction, NewPatch, PatchChanges, PatchEnd, PatchOperations, PatchSearchOptions, PatchesDone,
};
use crate::openapi::values::PatchId;
use crate::patches::input::Input;
use crate::patches::operation::Operation;
use crate::patches::search::{PatchSearch, folded_words, shown_language};
use crate::patches::service::{Work, carry_out};
use crate::patches::view::PatchView;
use crate::precondition::{self, tag_of};
use crate::state::AppState;

/// Most operations of one request.
const MAX_OPERATIONS: usize = 100;

/// The members of a body.
type Body = Map<String, Value>;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PatchList {
    results: Vec<PatchView>,
    results_count: usize,
    max_results: u64,
    query: String,
    offset: u64,
    total_results: u64,
}

/// `POST /patch/search`
#[utoipa::path(
    post,
    path = "/patch/search",
    tag = "Patches",
    operation_id = "searchPatches",
    summary = "Lists patches of the app",
    description = "",
    request_body = Option<PatchSearchOptions>,
    responses(
        (status = 200, description = "Patches", body = PatchList),
    ),
)]
pub async fn search(
    state: web::Data<AppState>,
    caller: Caller,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let search = PatchSearch::read(&caller.app.id, &body)?;
    let page = state.store.patches(&search.filter).await?;
    let words = folded_words(&search.query);
    let language = search.language.as_deref();
    let show = |patch: &Patch| PatchView::new(patch, language).highlighted(&words);
    let results: Vec<PatchView> = page.items.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(PatchList {
        results_count: results.len(),
        results,
        max_results: search.filter.limit,
        query: search.query,
        offset: search.filter.offset,
        total_results: page.total,
    }))
}

/// `POST /patch`
#[utoipa::path(
    post,
    path = "/patch",
    tag = "Patches",
    operation_id = "createPatch",
    summary = "Adds a record",
    description = "",
    params(Repeatable),
    request_body = NewPatch,
    responses(
        (status = 200, description = "The patch", body = PatchView, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 409, description = "It is being changed by others", body = ErrorBody<'_>),
    ),
)]
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::create(&mut input);
    input.finish()?;
    let language = operation.language();
    run(&state, &caller, &request, &[operation], &How::Shown(language)).await
}

/// `PUT /patch`
#[utoipa::path(
    put,
    path = "/patch",
    tag = "Patches",
    operation_id = "correctRecord",
    summary = "Corrects a record that exists",
    description = "One record has one patch: a second correction changes the first one.",
    params(Repeatable, Conditional),
    request_body = Correction,
    responses(
        (status = 200, description = "The patch", body = PatchView, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "No such record could be found", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile", body = ErrorBody<'_>),
    ),
)]
pub async fn upsert(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::upsert(&mut input);
    input.finish()?;
    let language = operation.language();
    run(&state, &caller, &request, &[operation], &How::Shown(language)).await
}

#[derive(Deserialize)]
struct Shown {
    language: Option<String>,
}

/// `GET /patch/{id}`
#[utoipa::path(
    get,
    path = "/patch/{id}",
    tag = "Patches",
    operation_id = "getPatch",
    summary = "Reads a patch",
    description = "",
    params(("id" = PatchId, Path, description = "Id of the patch"), ("language" = Option<String>, Query, nullable = false, description = "Language in which it is shown; unknown ones count as none")),
    responses(
        (status = 200, description = "The patch", body = PatchView, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The app has no such patch", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let found = state.store.patch(&caller.app.id, &id).await?;
    let patch = found.ok_or(ApiError::NotFound { what: "id" })?;
    let shown = web::Query::<Shown>::from_query(request.query_string()).ok();
    let language = shown_language(shown.as_ref().and_then(|shown| shown.language.as_deref()));
    let revision = patch.revision;
    let body = How::Shown(language).body(&[Some(patch)]);
    let body = body.map_err(|error| ApiError::Internal(error.into()))?;
    Ok(respond(StatusCode::OK, body, Some(revision)))
}

/// `PATCH /patch/{id}`
#[utoipa::path(
    patch,
    path = "/patch/{id}",
    tag = "Patches",
    operation_id = "updatePatch",
    summary = "Changes a patch",
    description = "PlaceKit's JavaScript client gets 200 with content, as it cannot read an empty answer.",
    params(("id" = PatchId, Path, description = "Id of the patch"), Repeatable, Conditional, Preferring),
    request_body = Option<PatchChanges>,
    responses(
        (status = 200, description = "The patch, where content is preferred", body = PatchView, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 204, description = "It is changed"),
        (status = 404, description = "The app has no such patch", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile", body = ErrorBody<'_>),
    ),
)]
pub async fn update(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::update(id.into_inner(), &mut input);
    input.finish()?;
    let language = operation.language();
    let how = if wants_content(request.headers()) { How::Shown(language) } else { How::Empty };
    run(&state, &caller, &request, &[operation], &how).await
}

/// `DELETE /patch/{id}`
#[utoipa::path(
    delete,
    path = "/patch/{id}",
    tag = "Patches",
    operation_id = "deletePatch",
    summary = "Ends a patch",
    description = "PlaceKit's JavaScript client gets 200 with content, as it cannot read an empty answer.",
    params(("id" = PatchId, Path, description = "Id of the patch"), Repeatable, Conditional, Preferring),
    request_body = Option<PatchEnd>,
    responses(
        (status = 200, description = "It is deleted, where content is preferred", body = Nothing),
        (status = 204, description = "It is deleted"),
        (status = 404, description = "The app has no such patch", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile", body = ErrorBody<'_>),
    ),
)]
pub async fn delete(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::delete(id.into_inner(), &mut input);
    input.finish()?;
    run(&state, &caller, &request, &[operation], &gone(request.headers())).await
}

/// `DELETE /patch/{id}/language/{language}`
#[utoipa::path(
    delete,
    path = "/patch/{id}/language/{language}",
    tag = "Patches",
    operation_id = "deletePatchLanguage",
    summary = "Takes a translation away",
    description = "PlaceKit's JavaScript client gets 200 with content, as it cannot read an empty answer.",
    params(("id" = PatchId, Path, description = "Id of the patch"), ("language" = String, Path, description = "ISO 639 code of the translation", pattern = "^[A-Za-z]{2,3}$"), Repeatable, Conditional, Preferring),
    responses(
        (status = 200, description = "It is deleted, where content is preferred", body = Nothing),
        (status = 204, description = "It is deleted"),
        (status = 404, description = "There is no such patch or translation", body = ErrorBody<'_>),
        (status = 409, description = "It is the last translation, or the patch has been changed meanwhile", body = ErrorBody<'_>),
    ),
)]
pub async fn delete_language(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (id, language) = path.into_inner();
    let operation = Operation::DeleteLanguage { id, language: language.to_ascii_lowercase() };
    run(&state, &caller, &request, &[operation], &gone(request.headers())).await
}

/// `POST /patch/bulk`: all operations or none.
#[utoipa::path(
    post,
    path = "/patch/bulk",
    tag = "Patches",
    operation_id = "changePatches",
    summary = "Does many operations, or none of them",
    description = "",
    params(Repeatable),
    request_body = PatchOperations,
    responses(
        (status = 200, description = "The patches", body = PatchesDone),
        (status = 404, description = "An operation is of a patch or record that is not there", body = ErrorBody<'_>),
        (status = 409, description = "A patch has been changed meanwhile", body = ErrorBody<'_>),
    ),
)]
pub async fn bulk(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let operations = read_operations(&body)?;
    run(&state, &caller, &request, &operations, &How::List).await
}

#[derive(Serialize, ToSchema)]
struct History {
    results: Vec<HistoryEntry>,
}

/// `GET /patch/{id}/history`
#[utoipa::path(
    get,
    path = "/patch/{id}/history",
    tag = "Patches",
    operation_id = "getPatchHistory",
    summary = "Says who changed a patch, when and why",
    description = "It outlives the patch.",
    params(("id" = PatchId, Path, description = "Id of the patch")),
    responses(
        (status = 200, description = "Changes, in order", body = History),
        (status = 404, description = "The app never had such a patch", body = ErrorBody<'_>),
    ),
)]
pub async fn history(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let results = state.store.history(&caller.app.id, &id).await?;
    if results.is_empty() {
        return Err(ApiError::NotFound { what: "id" });
    }
    Ok(HttpResponse::Ok().json(History { results }))
}

fn read_operations(body: &Body) -> Result<Vec<Operation>, ApiError> {
    let mut input = Input::new(body, "");
    let items = body.get("operations").and_then(Value::as_array);
    let items = match items {
        Some(items) if (1..=MAX_OPERATIONS).contains(&items.len()) => items.as_slice(),
        _ => {
            let msg = format!("Must be an array of 1 to {MAX_OPERATIONS} operations.");
            input.refuse("operations", msg);
            &[]
        }
    };
    input.finish()?;
    let mut operations = Vec::new();
    let mut refused = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let empty = Body::new();
        let members = item.as_object().unwrap_or(&empty);
        let mut input = Input::new(members, format!("operations[{index}]."));
        operations.push(Operation::any(members, &mut input));
        match input.finish() {
            Err(ApiError::Invalid { mut errors, .. }) => refused.append(&mut errors),
            other => other?,
        }
    }
    if refused.is_empty() {
        return Ok(operations);
    }
    Err(ApiError::Invalid { place: Place::Body, errors: refused })
}

/// How what was done is answered.
enum How {
    /// With the patch, in a language.
    Shown(Option<String>),
    /// With a patch an operation.
    List,
    /// With an object that has nothing in it.
    EmptyObject,
    /// With nothing.
    Empty,
}

impl How {
    fn body(&self, patches: &[Option<Patch>]) -> serde_json::Result<String> {
        match self {
            Self::Shown(language) => {
                let patch = patches.first().and_then(Option::as_ref);
                let view = patch.map(|patch| PatchView::new(patch, language.as_deref()));
                serde_json::to_string(&view)
            }
            Self::List => {
                let view =
                    |patch: &Option<Patch>| patch.as_ref().map(|patch| PatchView::new(patch, None));
                let results: Vec<Option<PatchView>> = patches.iter().map(view).collect();
                let count = results.len();
                serde_json::to_string(&json!({ "results": results, "resultsCount": count }))
            }
            Self::EmptyObject => Ok("{}".into()),
            Self::Empty => Ok(String::new()),
        }
    }

    fn status(&self) -> StatusCode {
        if matches!(self, Self::Empty) { StatusCode::NO_CONTENT } else { StatusCode::OK }
    }
}

/// What an answer that shows a patch says of its revision.
#[derive(Deserialize)]
struct Revised {
    revision: i64,
}

/// Carries out operations, unless the very same request was answered before.
async fn run(
    state: &AppState,
    caller: &Caller,
    request: &HttpRequest,
    operations: &[Operation],
    how: &How,
) -> Result<HttpResponse, ApiError> {
    let attempt = match Attempt::begin(state.store.as_ref(), caller, request).await? {
        Begun::First(attempt) => attempt,
        Begun::Again(kept) => {
            let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
            let revised = serde_json::from_str(&kept.body).ok();
            return Ok(respond(status, kept.body, revised.map(|Revised { revision }| revision)));
        }
    };
    let work = Work {
        operations,
        in_bulk: matches!(how, How::List),
        caller,
        condition: &|revision| precondition::check(request, revision),
    };
    let status = how.status();
    let remember = |patches: &[Option<Patch>], now| {
        let body = how.body(patches).ok()?;
        attempt.answer(status.as_u16(), body, now)
    };
    let patches = carry_out(state, &work, remember).await?;
    let body = how.body(&patches).map_err(|error| ApiError::Internal(error.into()))?;
    let shown = matches!(how, How::Shown(_)).then(|| patches.first().and_then(Option::as_ref));
    Ok(respond(status, body, shown.flatten().map(|patch| patch.revision)))
}

fn respond(status: StatusCode, body: String, revision: Option<i64>) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if let Some(revision) = revision {
        response.insert_header((header::ETAG, tag_of(revision)));
    }
    if status == StatusCode::NO_CONTENT {
        return response.finish();
    }
    response.content_type(header::ContentType::json()).body(body)
}

/// Whether the caller takes an answer with content where PlaceKit's API has none.
///
/// PlaceKit's own client reads every answer as JSON and fails at an empty one.
fn wants_content(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = text(&header::USER_AGENT);
    let prefer = text(&header::HeaderName::from_static("prefer"));
    prefer.to_ascii_lowercase().contains("return=representation")
        || (agent.contains("PlaceKit/") && agent.contains("(Client="))
}

fn gone(headers: &HeaderMap) -> How {
    if wants_content(headers) { How::EmptyObject } else { How::Empty }
}
