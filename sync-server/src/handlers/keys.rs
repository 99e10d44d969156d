//! Keys: PlaceKit's routes and shapes, with what two other key APIs can do besides.

pub mod list;
pub mod settings;
pub mod view;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use crate::access::allowed::{AllowedBy, Requester};
use crate::access::bootstrap::NewKey;
use crate::access::random::new_key_id;
use crate::access::token::Token;
use crate::access::{Caller, is_usable, scopes_of};
use crate::error::{ApiError, ErrorBody};
use crate::fields::FieldReader;
use crate::idempotency::{Attempt, Begun};
use crate::json_body::JsonBody;
use crate::model::key::Rotation;
use crate::model::{Key, Role, Scope, Timestamp};
use crate::openapi::answers::Message;
use crate::openapi::keys::{KeyChanges, KeyEnd, KeyRotation, NewKeyFields};
use crate::openapi::parameters::{Conditional, Repeatable};
use crate::openapi::values::Id;
use crate::precondition;
use crate::state::AppState;
use crate::store::{Change, Guard, Write};
use view::KeyView;

pub use list::list;

/// Most keys of an app that are not deleted.
const MAX_KEYS: usize = 1_000;
/// Time in which a rotated key still works, unless told otherwise: a day.
const USUAL_GRACE_S: u64 = 86_400;
/// Longest such time: thirty days.
const MAX_GRACE_S: u64 = 30 * 86_400;

/// `POST /keys`
///
/// # Errors
/// Refuses wrong fields, and more rights than the caller has.
#[utoipa::path(
    post,
    path = "/keys",
    tag = "Keys",
    operation_id = "createKey",
    summary = "Makes a key",
    description = "Nobody can make a key that may do more than the own one.",
    params(Repeatable),
    request_body = Option<NewKeyFields>,
    responses(
        (status = 200, description = "The key", body = KeyView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such app", body = ErrorBody<'_>),
        (status = 409, description = "The app has too many keys, or the request is being answered", body = ErrorBody<'_>),
    ),
)]
pub async fn create(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let attempt = match begin(&state, &caller, &request).await? {
        Ok(attempt) => attempt,
        Err(answer) => return Ok(answer),
    };
    let now = state.clock.now();
    let mut fields = FieldReader::body(body);
    let (key, token) = new_key(&state, &caller, &mut fields, now)?;
    fields.finish()?;
    check_room(&state, &key.app_id).await?;
    store_new(&state, &caller, &key, Vec::new(), attempt).await?;
    Ok(answer(&KeyView::new(&key, Some(token), None)))
}

/// Describes a new key of one of the caller's apps by the fields of a request.
///
/// # Errors
/// Refuses apps that the caller does not see, and more rights than the caller has.
pub(super) fn new_key(
    state: &AppState,
    caller: &Caller,
    fields: &mut FieldReader,
    now: Timestamp,
) -> Result<(Key, Token), ApiError> {
    let role = settings::read_role(fields).unwrap_or(Role::Public);
    let app_id = fields.text(&["appId", "subAccountId"], 1..=64).flatten();
    let app_id = app_id.unwrap_or_else(|| caller.app.id.clone());
    if !caller.sees(&app_id) {
        return Err(ApiError::NotFound { what: "App" });
    }
    let id = new_key_id()?;
    let token = state.access.new_token(&id);
    let mut key = NewKey { id, app_id, role, at: now }.with_token(&token, true);
    key.countries.clone_from(&caller.key.countries);
    settings::apply(fields, &mut key, now)?;
    // Nobody makes a key that may do more than the own one.
    if !caller.covers(&key) {
        return Err(ApiError::Forbidden);
    }
    Ok((key, token))
}

/// `GET /keys/{id}`
///
/// # Errors
/// Fails when the caller sees no such key.
#[utoipa::path(
    get,
    path = "/keys/{id}",
    tag = "Keys",
    operation_id = "getKey",
    summary = "Reads a key",
    description = "",
    params(("id" = Id, Path, description = "Id of the key")),
    responses(
        (status = 200, description = "The key", body = KeyView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such key", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let key = find(&state, &caller, &path).await?;
    show(&state, &caller, &key).await
}

/// `GET /keys/current`: the key of the caller itself.
///
/// # Errors
/// Fails when the store does.
#[utoipa::path(
    get,
    path = "/keys/current",
    tag = "Keys",
    operation_id = "getCurrentKey",
    summary = "Reads the key of the request itself",
    description = "",
    responses(
        (status = 200, description = "The key", body = KeyView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
    ),
)]
pub async fn current(state: web::Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    show(&state, &caller, &caller.key).await
}

/// `PATCH /keys/{id}` and `PUT /keys/{id}`: changes the fields that are named.
///
/// # Errors
/// Refuses wrong fields, more rights than the caller has, and what would lock everyone out.
#[utoipa::path(
    method(patch, put),
    path = "/keys/{id}",
    tag = "Keys",
    operation_id = "updateKey",
    summary = "Changes a key",
    description = "Fields that are not named stay as they are.",
    params(("id" = Id, Path, description = "Id of the key"), ("force" = Option<bool>, Query, nullable = false, description = "Whether the caller may lock itself out"), Repeatable, Conditional),
    request_body = Option<KeyChanges>,
    responses(
        (status = 200, description = "The key", body = KeyView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such key", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile, or would lock everyone out", body = ErrorBody<'_>),
    ),
)]
pub async fn update(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let attempt = match begin(&state, &caller, &request).await? {
        Ok(attempt) => attempt,
        Err(answer) => return Ok(answer),
    };
    let now = state.clock.now();
    let key = find_below(&state, &caller, &path).await?;
    precondition::check(&request, key.revision)?;
    let mut fields = FieldReader::body(body);
    let force = is_forced(&request, &mut fields)?;
    settings::read_fixed(&mut fields, &key);
    let mut changed = key.clone();
    settings::apply(&mut fields, &mut changed, now)?;
    fields.finish()?;
    if !caller.covers(&changed) {
        return Err(ApiError::Forbidden);
    }
    if changed == key {
        let idempotency = attempt.answer(200, key.id.clone(), now);
        if idempotency.is_some() {
            state.store.commit(Change { idempotency, ..Change::default() }).await?;
        }
        return show(&state, &caller, &key).await;
    }
    changed.updated_at = now;
    changed.revision += 1;
    if !force {
        refuse_locking_oneself_out(&caller, &request, &changed, now)?;
    }
    let guards = guards_for(&key, &changed, force, now);
    store_changed(&state, &caller, ("key.update", &key, &changed), guards, attempt).await?;
    show(&state, &caller, &changed).await
}

/// `DELETE /keys/{id}`
///
/// # Errors
/// Refuses what would lock everyone out.
#[utoipa::path(
    delete,
    path = "/keys/{id}",
    tag = "Keys",
    operation_id = "deleteKey",
    summary = "Deletes a key",
    description = "",
    params(("id" = Id, Path, description = "Id of the key"), ("force" = Option<bool>, Query, nullable = false, description = "Whether the caller may lock itself out"), Conditional),
    request_body = Option<KeyEnd>,
    responses(
        (status = 200, description = "It is deleted", body = Message),
        (status = 404, description = "The caller sees no such key", body = ErrorBody<'_>),
        (status = 409, description = "It has been changed meanwhile, or would lock everyone out", body = ErrorBody<'_>),
    ),
)]
pub async fn delete(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let now = state.clock.now();
    let key = find_below(&state, &caller, &path).await?;
    precondition::check(&request, key.revision)?;
    let mut fields = FieldReader::body(body);
    let force = is_forced(&request, &mut fields)?;
    fields.finish()?;
    let deleted =
        Key { deleted_at: Some(now), updated_at: now, revision: key.revision + 1, ..key.clone() };
    if !force {
        refuse_locking_oneself_out(&caller, &request, &deleted, now)?;
    }
    let guards = guards_for(&key, &deleted, force, now);
    let change = Change {
        audit: vec![caller.audit(&key.app_id, "key.delete", &key.id, (Some(&key), None), now)],
        writes: vec![Write::Key(Box::new(deleted))],
        guards,
        ..Change::default()
    };
    state.store.commit(change).await?;
    state.access.invalidate();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "message": "API key deleted permanently." })))
}

/// `POST /keys/{id}/rotate`: makes a key like this one, which works on for a while.
///
/// # Errors
/// Refuses keys that no longer work or have been rotated already.
#[utoipa::path(
    post,
    path = "/keys/{id}/rotate",
    tag = "Keys",
    operation_id = "rotateKey",
    summary = "Makes a key like this one, which works on for a while",
    description = "",
    params(("id" = Id, Path, description = "Id of the key"), Repeatable, Conditional),
    request_body = Option<KeyRotation>,
    responses(
        (status = 200, description = "The new key", body = KeyView<'_>, headers(("ETag" = String, description = "Revision of the object, for `If-Match`"))),
        (status = 404, description = "The caller sees no such key", body = ErrorBody<'_>),
        (status = 409, description = "It has been rotated already, or works no more", body = ErrorBody<'_>),
    ),
)]
pub async fn rotate(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<HttpResponse, ApiError> {
    let attempt = match begin(&state, &caller, &request).await? {
        Ok(attempt) => attempt,
        Err(answer) => return Ok(answer),
    };
    let now = state.clock.now();
    let key = find_below(&state, &caller, &path).await?;
    precondition::check(&request, key.revision)?;
    let mut fields = FieldReader::body(body);
    let grace_s = fields.integer(&["graceSeconds"], 0..=MAX_GRACE_S).unwrap_or(USUAL_GRACE_S);
    fields.finish()?;
    if key.rotation.as_ref().is_some_and(|rotation| rotation.replaced_by.is_some()) {
        return Err(ApiError::Conflict("The key has been rotated already.".into()));
    }
    if !is_usable(&key, now) {
        return Err(ApiError::Conflict("The key does not work any more; make a new one.".into()));
    }
    let id = new_key_id()?;
    let token = state.access.new_token(&id);
    let blank = NewKey { id: id.clone(), app_id: key.app_id.clone(), role: key.role, at: now }
        .with_token(&token, true);
    let new = Key {
        id: blank.id,
        token_hash: blank.token_hash,
        token_start: blank.token_start,
        token_end: blank.token_end,
        derived: true,
        rotation: Some(Rotation { replaces: Some(key.id.clone()), ..Rotation::default() }),
        created_at: now,
        updated_at: now,
        revision: 1,
        ..key.clone()
    };
    let grace_end = now.plus_seconds(i64::try_from(grace_s).unwrap_or(i64::MAX));
    let ends = key.expires_at.map_or(grace_end, |end| end.min(grace_end));
    let replaces = key.rotation.as_ref().and_then(|rotation| rotation.replaces.clone());
    let old = Key {
        expires_at: Some(ends),
        rotation: Some(Rotation { replaced_by: Some(id), replaces, grace_until: Some(ends) }),
        updated_at: now,
        revision: key.revision + 1,
        ..key.clone()
    };
    let audit = caller.audit(&key.app_id, "key.rotate", &key.id, (Some(&key), Some(&old)), now);
    let more = vec![(Write::Key(Box::new(old)), audit)];
    store_new(&state, &caller, &new, more, attempt).await?;
    Ok(answer(&KeyView::new(&new, Some(token), None)))
}

/// Finds a key that the caller sees and that is not deleted.
async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<Key, ApiError> {
    let key = state.store.key(&caller.app_ids, id).await?;
    key.filter(|key| key.deleted_at.is_none()).ok_or(ApiError::NotFound { what: "API key" })
}

/// Finds a key that the caller may change: one that may do no more than the caller.
async fn find_below(state: &AppState, caller: &Caller, id: &str) -> Result<Key, ApiError> {
    let key = find(state, caller, id).await?;
    if caller.covers(&key) { Ok(key) } else { Err(ApiError::Forbidden) }
}

/// Answers with a stored key.
async fn show(state: &AppState, caller: &Caller, key: &Key) -> Result<HttpResponse, ApiError> {
    let last_used = state.store.last_used(std::slice::from_ref(&key.app_id)).await?;
    let last_used = last_used.into_iter().find(|(id, _)| *id == key.id).map(|(_, at)| at);
    Ok(answer(&view_of(state, caller, key, last_used)))
}

/// Returns what the caller may see of a stored key: the token only of keys that may do no more
/// than the caller, since it is as good as being them.
pub(super) fn view_of<'a>(
    state: &AppState,
    caller: &Caller,
    key: &'a Key,
    last_used: Option<Timestamp>,
) -> KeyView<'a> {
    let token = state.access.known_token(key).filter(|_| caller.covers(key));
    KeyView::new(key, token, last_used.max(state.access.last_used(&key.id)))
}

fn answer(view: &KeyView<'_>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, precondition::tag_of(view.revision())))
        .json(view)
}

/// Starts a change, or answers as before. What is kept of an answer is the id of its key, never
/// a token.
async fn begin(
    state: &AppState,
    caller: &Caller,
    request: &HttpRequest,
) -> Result<Result<Attempt, HttpResponse>, ApiError> {
    match Attempt::begin(&*state.store, caller, request).await? {
        Begun::First(attempt) => Ok(Ok(attempt)),
        Begun::Again(before) => {
            let key = find(state, caller, &before.body).await?;
            Ok(Err(show(state, caller, &key).await?))
        }
    }
}

async fn check_room(state: &AppState, app_id: &String) -> Result<(), ApiError> {
    let keys = state.store.keys(std::slice::from_ref(app_id)).await?;
    if keys.iter().filter(|key| key.deleted_at.is_none()).count() >= MAX_KEYS {
        return Err(ApiError::Conflict(format!("The app has {MAX_KEYS} keys; delete some first.")));
    }
    Ok(())
}

async fn store_new(
    state: &AppState,
    caller: &Caller,
    key: &Key,
    more: Vec<(Write, crate::model::AuditEntry)>,
    attempt: Attempt,
) -> Result<(), ApiError> {
    let at = key.created_at;
    let mut change = Change {
        audit: vec![caller.audit(&key.app_id, "key.create", &key.id, (None, Some(key)), at)],
        writes: vec![Write::Key(Box::new(key.clone()))],
        idempotency: attempt.answer(200, key.id.clone(), at),
        ..Change::default()
    };
    for (write, audit) in more {
        change.writes.push(write);
        change.audit.push(audit);
    }
    state.store.commit(change).await?;
    state.access.invalidate();
    Ok(())
}

async fn store_changed(
    state: &AppState,
    caller: &Caller,
    (action, before, after): (&str, &Key, &Key),
    guards: Vec<Guard>,
    attempt: Attempt,
) -> Result<(), ApiError> {
    let at = after.updated_at;
    let change = Change {
        audit: vec![caller.audit(
            &after.app_id,
            action,
            &after.id,
            (Some(before), Some(after)),
            at,
        )],
        writes: vec![Write::Key(Box::new(after.clone()))],
        idempotency: attempt.answer(200, after.id.clone(), at),
        guards,
        ..Change::default()
    };
    state.store.commit(change).await?;
    state.access.invalidate();
    Ok(())
}

/// Reads `force` from the query or the body.
fn is_forced(request: &HttpRequest, body: &mut FieldReader) -> Result<bool, ApiError> {
    let mut query = FieldReader::query(request.query_string());
    let force = query.flag(&["force"]);
    query.finish()?;
    Ok(body.flag(&["force"]) || force)
}

/// Returns what must hold after a change that may take the last private key from an app.
fn guards_for(before: &Key, after: &Key, force: bool, now: Timestamp) -> Vec<Guard> {
    let ends = before.role == Role::Private && is_usable(before, now) && !is_usable(after, now);
    if ends && !force {
        vec![Guard::UsablePrivateKey { app_id: before.app_id.clone(), at: now }]
    } else {
        Vec::new()
    }
}

/// Refuses to change the key of the request itself so that it could not be changed back.
fn refuse_locking_oneself_out(
    caller: &Caller,
    request: &HttpRequest,
    changed: &Key,
    now: Timestamp,
) -> Result<(), ApiError> {
    if changed.id != caller.key.id {
        return Ok(());
    }
    let requester = Requester::of(request.headers(), caller.ip);
    let allowed = AllowedBy::lists(&changed.domains, &changed.allowed_ips);
    if is_usable(changed, now)
        && allowed.lets(&requester)
        && scopes_of(changed).contains(Scope::KeysWrite)
    {
        return Ok(());
    }
    Err(ApiError::Conflict(
        "This would lock out the key of the request itself; use another key, or add force=true."
            .into(),
    ))
}
