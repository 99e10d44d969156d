//! Patches in PlaceKit's shapes: corrections of records, pending until they are approved.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::error::{ApiError, Place};
use crate::json_body::JsonBody;
use crate::model::{HistoryEntry, Patch, Scope};
use crate::patches::change::Actor;
use crate::patches::input::Input;
use crate::patches::operation::Operation;
use crate::patches::search::{PatchSearch, folded_words, shown_language};
use crate::patches::service::{Work, carry_out};
use crate::patches::view::PatchView;
use crate::state::AppState;

/// Most operations of one request.
const MAX_OPERATIONS: usize = 100;

/// The members of a body.
type Body = Map<String, Value>;

#[derive(Serialize)]
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
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::create(&mut input);
    let language = input.language();
    input.finish()?;
    let patch = one(&state, &caller, &request, operation).await?;
    show(patch, language.as_deref())
}

/// `PUT /patch`
pub async fn upsert(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::upsert(&mut input);
    let language = input.language();
    input.finish()?;
    let patch = one(&state, &caller, &request, operation).await?;
    show(patch, language.as_deref())
}

#[derive(Deserialize)]
struct Shown {
    language: Option<String>,
}

/// `GET /patch/{id}`
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let found = state.store.patch(&caller.app.id, &id).await?;
    let patch = found.ok_or(ApiError::NotFound("id could not be found"))?;
    let shown = web::Query::<Shown>::from_query(request.query_string()).ok();
    let language = shown_language(shown.as_ref().and_then(|shown| shown.language.as_deref()));
    show(Some(patch), language.as_deref())
}

/// `PATCH /patch/{id}`
pub async fn update(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
    request: HttpRequest,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let mut input = Input::new(&body, "");
    let operation = Operation::update(id.into_inner(), &mut input);
    let language = input.language();
    input.finish()?;
    let patch = one(&state, &caller, &request, operation).await?;
    if wants_content(request.headers()) { show(patch, language.as_deref()) } else { no_content() }
}

/// `DELETE /patch/{id}`
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
    one(&state, &caller, &request, operation).await?;
    gone(&request)
}

/// `DELETE /patch/{id}/language/{language}`
pub async fn delete_language(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (id, language) = path.into_inner();
    let operation = Operation::DeleteLanguage { id, language: language.to_ascii_lowercase() };
    one(&state, &caller, &request, operation).await?;
    gone(&request)
}

/// `POST /patch/bulk`: all operations or none.
pub async fn bulk(
    state: web::Data<AppState>,
    caller: Caller,
    JsonBody(body): JsonBody<Body>,
) -> Result<HttpResponse, ApiError> {
    let operations = read_operations(&body)?;
    let actor = Actor::from(&caller);
    let work = work(&actor, &caller, &operations, None);
    let patches = carry_out(&state, &work, |_| None).await?;
    let results: Vec<Value> = patches
        .iter()
        .map(|patch| match patch {
            Some(patch) => serde_json::to_value(PatchView::new(patch, None)),
            None => Ok(Value::Null),
        })
        .collect::<Result<_, _>>()
        .map_err(|error| ApiError::Internal(error.into()))?;
    Ok(HttpResponse::Ok().json(json!({ "results": results, "resultsCount": results.len() })))
}

#[derive(Serialize)]
struct History {
    results: Vec<HistoryEntry>,
}

/// `GET /patch/{id}/history`
pub async fn history(
    state: web::Data<AppState>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let results = state.store.history(&caller.app.id, &id).await?;
    if results.is_empty() {
        return Err(ApiError::NotFound("id could not be found"));
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

fn work<'a>(
    actor: &'a Actor,
    caller: &Caller,
    operations: &'a [Operation],
    if_revision: Option<i64>,
) -> Work<'a> {
    let may_approve = caller.scopes.contains(Scope::PatchesApprove);
    Work { operations, actor, may_approve, if_revision }
}

async fn one(
    state: &AppState,
    caller: &Caller,
    request: &HttpRequest,
    operation: Operation,
) -> Result<Option<Patch>, ApiError> {
    let if_revision = expected_revision(request.headers())?;
    let actor = Actor::from(caller);
    let operations = [operation];
    let work = work(&actor, caller, &operations, if_revision);
    let patches = carry_out(state, &work, |_| None).await?;
    Ok(patches.into_iter().next().flatten())
}

/// Reads `If-Match: "3"`: the revision that the patch has to have.
fn expected_revision(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| ApiError::RevisionConflict { current: 0 })
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

fn show(patch: Option<Patch>, language: Option<&str>) -> Result<HttpResponse, ApiError> {
    let patch = patch.ok_or_else(|| ApiError::Internal("the patch is gone".into()))?;
    let tag = format!("\"{}\"", patch.revision);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).json(PatchView::new(&patch, language)))
}

fn gone(request: &HttpRequest) -> Result<HttpResponse, ApiError> {
    if wants_content(request.headers()) {
        return Ok(HttpResponse::Ok().json(json!({})));
    }
    no_content()
}

#[expect(clippy::unnecessary_wraps, reason = "handlers answer results")]
fn no_content() -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::NoContent().finish())
}
