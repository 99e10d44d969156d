//! Apps: owners of keys and patches, each below another one, as sub-accounts are.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::random::new_app_id;
use crate::access::{Caller, MAX_DEPTH};
use crate::error::{ApiError, ErrorBody};
use crate::fields::{FieldReader, whole_number};
use crate::handlers::keys::{self, view::KeyView};
use crate::idempotency::{Attempt, Begun};
use crate::json_body::JsonBody;
use crate::model::{App, Timestamp};
use crate::openapi::answers::Message;
use crate::openapi::apps::{AppChanges, AppFilter, AppList, NewApp};
use crate::openapi::parameters::{Conditional, PageParameters, Repeatable};
use crate::openapi::values::Id;
use crate::pagination::{self, PageRequest};
use crate::precondition;
use crate::state::AppState;
use crate::store::{Change, Write};

/// Largest monthly quota; JSON numbers are exact up to far beyond it.
const MAX_QUOTA: u64 = 1_000_000_000_000;
/// Most apps that an app can have below it.
const MAX_APPS: usize = 1_000;

/// An app as clients see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = App)]
pub struct AppView<'a> {
    id: &'a str,
    parent_id: Option<&'a str>,
    name: &'a str,
    status: &'static str,
    monthly_quota: Option<u64>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The key made with the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<KeyView<'a>>,
}

impl<'a> AppView<'a> {
    fn new(app: &'a App, api_key: Option<KeyView<'a>>) -> Self {
        Self {
            id: &app.id,
            parent_id: app.parent_id.as_deref(),
            name: &app.name,
            status: if app.active { "active" } else { "inactive" },
            monthly_quota: app.monthly_quota,
            created_at: app.created_at,
            updated_at: app.updated_at,
            api_key,
        }
    }
}

/// `GET /apps`: the caller's app and those below it, newest first.
///
/// # Errors
/// Refuses wrong parameters.
#[utoipa::path(
    get,
    path = "/apps",
    tag = "Apps",
    operation_id = "listApps",
    summary = "Lists the app of the caller and those below it",
    description = "",
    params(AppFilter, PageParameters),
    responses(
        (status = 200, description = "Apps, newest first", body = AppList<'_>, headers(("X-Total-Count" = u64, description = "Number of items in all"), ("Link" = String, description = "Next page and page before, as in RFC 8288"))),
        (status = 404, description = "There is no such app to start from", body = ErrorBody<'_>),
    ),
)]
pub async fn list(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let mut fields = FieldReader::query(request.query_string());
    let page = PageRequest::read(&mut fields);
    let active = fields.choice(&["status"], &[("active", true), ("inactive", false)]);
    let search = fields.text(&["search"], 1..=100).flatten().map(|text| text.to_lowercase());
    fields.finish()?;
    let tree = state.access.apps().await?;
    let apps: Vec<&App> =
        caller.app_ids.iter().filter_map(|id| tree.get(id)).map(|node| &*node.app).collect();
    let order = |a: &&App, b: &&App| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id));
    let cursor = match page.cursor() {
        None => None,
        Some(id) => Some(
            apps.iter()
                .find(|app| app.id == id)
                .copied()
                .ok_or(ApiError::NotFound { what: "App of the cursor" })?,
        ),
    };
    let mut wanted: Vec<&App> = apps
        .into_iter()
        .filter(|app| active.is_none_or(|active| app.active == active))
        .filter(|app| search.as_ref().is_none_or(|text| app.name.to_lowercase().contains(text)))
        .collect();
    wanted.sort_by(order);
    let part = pagination::cut(wanted, &page, cursor.as_ref(), order, |app| app.id.clone());
    let part = part.map(|app| AppView::new(app, None));
    Ok(pagination::answer(&request, &page, &part))
}

/// `GET /apps/{id}`
///
/// # Errors
/// Fails when the caller sees no such app.
#[utoipa::path(
    get,
    path = "/apps/{id}",
    tag = "Apps",
    operation_id = "getApp",
    summary = "Reads an app",
    description = "",
    params(("id" = Id, Path, description = "Id of the app")),
    responses(
        (status = 200, description = "The app", body = AppView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such app", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(answer(&find(&state, &caller, &path).await?))
}

/// `POST /apps`: makes an app below one of the caller's, with a key if wanted.
///
/// # Errors
/// Refuses wrong fields, and a key with more rights than the caller has.
#[utoipa::path(
    post,
    path = "/apps",
    tag = "Apps",
    operation_id = "createApp",
    summary = "Makes an app, with a key if wanted",
    description = "",
    params(Repeatable),
    request_body = NewApp,
    responses(
        (status = 200, description = "The app", body = AppView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such app above", body = ErrorBody<'_>),
        (status = 409, description = "There are too many apps, or the request is being answered", body = ErrorBody<'_>),
    ),
)]
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let attempt = match Attempt::begin(&*state.store, &caller, &request).await? {
        Begun::First(attempt) => attempt,
        Begun::Again(before) => return answer_again(&state, &caller, &before.body).await,
    };
    let now = state.clock.now();
    let mut fields = FieldReader::body(body);
    let parent_id = fields.text(&["parentId"], 1..=64).flatten();
    let parent_id = parent_id.unwrap_or_else(|| caller.app.id.clone());
    if !caller.sees(&parent_id) {
        return Err(ApiError::NotFound { what: "App" });
    }
    let mut app = App {
        id: new_app_id()?,
        parent_id: Some(parent_id.clone()),
        name: String::new(),
        active: true,
        monthly_quota: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        revision: 1,
    };
    let with_key = fields.flag(&["createApiKey"]);
    let key_name = fields.text(&["apiKeyName"], 1..=100).flatten();
    apply(&mut fields, &mut app, true);
    if app.name.is_empty() {
        fields.refuse("name", &Value::Null, "Must be a string of 1 to 100 characters.");
    }
    let key = if with_key {
        // The rest of the fields are those of its key, which is made as any other.
        fields.take(&["name", "description", "status", "appId", "subAccountId"]);
        let (mut key, token) = keys::new_key(&state, &caller, &mut fields, now)?;
        key.app_id.clone_from(&app.id);
        key.name = key_name.or_else(|| Some(app.name.clone()));
        Some((key, token))
    } else {
        None
    };
    fields.finish()?;
    let tree = state.access.apps().await?;
    if tree.get(&parent_id).is_none_or(|node| node.depth + 1 >= MAX_DEPTH) {
        return Err(ApiError::Conflict(format!("Apps can be {MAX_DEPTH} levels deep.")));
    }
    if caller.app_ids.len() > MAX_APPS {
        return Err(ApiError::Conflict(format!("There are {MAX_APPS} apps; delete some first.")));
    }
    let mut change = Change {
        audit: vec![caller.audit(&parent_id, "app.create", &app.id, (None, Some(&app)), now)],
        writes: vec![Write::App(app.clone())],
        idempotency: attempt.answer(200, app.id.clone(), now),
        ..Change::default()
    };
    if let Some((key, _)) = &key {
        let audit = caller.audit(&app.id, "key.create", &key.id, (None, Some(key)), now);
        change.audit.push(audit);
        change.writes.push(Write::Key(Box::new(key.clone())));
    }
    state.store.commit(change).await?;
    state.access.invalidate();
    let api_key = key.as_ref().map(|(key, token)| KeyView::new(key, Some(token.clone()), None));
    Ok(tagged(&app).json(AppView::new(&app, api_key)))
}

/// `PATCH /apps/{id}` and `PUT /apps/{id}`: changes the fields that are named.
///
/// # Errors
/// Refuses wrong fields; status and quota of an app are set by the apps above it.
#[utoipa::path(
    method(patch, put),
    path = "/apps/{id}",
    tag = "Apps",
    operation_id = "updateApp",
    summary = "Changes an app",
    description = "Fields that are not named stay as they are.",
    params(("id" = Id, Path, description = "Id of the app"), Conditional),
    request_body = Option<AppChanges>,
    responses(
        (status = 200, description = "The app", body = AppView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such app", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile, or is the app of the caller", body = ErrorBody<'_>),
    ),
)]
pub async fn update(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let now = state.clock.now();
    let app = find(&state, &caller, &path).await?;
    precondition::check(&request, app.revision)?;
    let mut fields = FieldReader::body(body);
    fields.fixed(&["id"], &app.id);
    fields.fixed(&["parentId"], app.parent_id.as_deref().unwrap_or_default());
    let mut changed = app.clone();
    let above = app.id != caller.app.id || app.parent_id.is_none();
    apply(&mut fields, &mut changed, above);
    fields.finish()?;
    if app.id == caller.app.id && !changed.active {
        return Err(ApiError::Conflict("The app of the request itself cannot be ended.".into()));
    }
    if changed == app {
        return Ok(answer(&app));
    }
    changed.updated_at = now;
    changed.revision += 1;
    store(&state, &caller, "app.update", &app, &changed).await?;
    Ok(answer(&changed))
}

/// `DELETE /apps/{id}`: ends an app, and with it its keys.
///
/// # Errors
/// Refuses the app of the caller, and apps that have others below them.
#[utoipa::path(
    delete,
    path = "/apps/{id}",
    tag = "Apps",
    operation_id = "deleteApp",
    summary = "Ends an app, and with it its keys",
    description = "",
    params(("id" = Id, Path, description = "Id of the app"), Conditional),
    responses(
        (status = 200, description = "It is deleted", body = Message),
        (status = 404, description = "The caller sees no such app", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile, has apps below it, or is the app of the caller", body = ErrorBody<'_>),
    ),
)]
pub async fn delete(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let now = state.clock.now();
    let app = find(&state, &caller, &path).await?;
    precondition::check(&request, app.revision)?;
    if app.id == caller.app.id {
        return Err(ApiError::Conflict("The app of the request itself cannot be ended.".into()));
    }
    let tree = state.access.apps().await?;
    if tree.get(&app.id).is_some_and(|node| node.app_ids.len() > 1) {
        return Err(ApiError::Conflict("Delete the apps below it first.".into()));
    }
    let deleted =
        App { deleted_at: Some(now), updated_at: now, revision: app.revision + 1, ..app.clone() };
    store(&state, &caller, "app.delete", &app, &deleted).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "message": "App deleted permanently." })))
}

/// Changes an app by the fields that are there.
fn apply(fields: &mut FieldReader, app: &mut App, by_above: bool) {
    if let Some(Some(name)) = fields.text(&["name"], 1..=100) {
        app.name = name;
    }
    let before = app.clone();
    let status = fields.choice(&["status"], &[("active", true), ("inactive", false)]);
    if let Some(active) = status {
        app.active = active;
    }
    if let Some((name, value)) = fields.take(&["monthlyQuota"]) {
        let quota = whole_number(&value).filter(|quota| *quota <= MAX_QUOTA);
        if value.is_null() || quota.is_some() {
            app.monthly_quota = quota;
        } else {
            let msg = format!("Must be an integer from 0 to {MAX_QUOTA}, or null.");
            fields.refuse(name, &value, msg);
        }
    }
    // An app that could change its own quota would have none.
    if !by_above {
        let msg = "Is set by the app above this one.";
        if app.active != before.active {
            fields.refuse("status", &Value::Null, msg);
        }
        if app.monthly_quota != before.monthly_quota {
            fields.refuse("monthlyQuota", &Value::Null, msg);
        }
    }
}

async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<App, ApiError> {
    let tree = state.access.apps().await?;
    let node = tree.get(id).filter(|node| caller.sees(id) && node.app.deleted_at.is_none());
    node.map(|node| App::clone(&node.app)).ok_or(ApiError::NotFound { what: "App" })
}

async fn store(
    state: &AppState,
    caller: &Caller,
    action: &str,
    before: &App,
    after: &App,
) -> Result<(), ApiError> {
    // What happens to an app is told to the one above, which is still there when it ends.
    let app_id = match &before.parent_id {
        Some(parent) if before.id != caller.app.id => parent,
        _ => &before.id,
    };
    let entry =
        caller.audit(app_id, action, &before.id, (Some(before), Some(after)), after.updated_at);
    let change =
        Change { writes: vec![Write::App(after.clone())], audit: vec![entry], ..Change::default() };
    state.store.commit(change).await?;
    state.access.invalidate();
    Ok(())
}

/// Answers a request to make an app as before: with its first key, if it has one.
async fn answer_again(
    state: &AppState,
    caller: &Caller,
    id: &str,
) -> Result<HttpResponse, ApiError> {
    let app = find(state, caller, id).await?;
    let made = state.store.keys(std::slice::from_ref(&app.id)).await?;
    let key = made.iter().find(|key| key.created_at == app.created_at);
    let api_key = key.map(|key| keys::view_of(state, caller, key, None));
    Ok(tagged(&app).json(AppView::new(&app, api_key)))
}

fn answer(app: &App) -> HttpResponse {
    tagged(app).json(AppView::new(app, None))
}

fn tagged(app: &App) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, precondition::tag_of(app.revision)));
    response
}
