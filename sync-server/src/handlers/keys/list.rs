//! The list of keys: filters, order and pages in the words of three APIs.

use std::cmp::Ordering;
use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::settings::parse_scopes;
use super::view_of;
use crate::access::{Caller, scopes_of};
use crate::error::{ApiError, ErrorBody};
use crate::fields::FieldReader;
use crate::model::{Key, KeyStatus, Role, Scope, Timestamp};
use crate::openapi::keys::{KeyFilter, KeyList};
use crate::openapi::parameters::PageParameters;
use crate::pagination::{self, PageRequest};
use crate::state::AppState;

/// Which keys are wanted.
#[derive(Debug)]
struct Filter {
    status: Option<Wanted>,
    role: Option<Role>,
    search: Option<String>,
    permissions: Vec<Vec<Scope>>,
}

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Active,
    Inactive,
    Deleted,
}

/// A field to sort by, and whether the largest comes first.
type SortKey = (SortField, bool);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SortField {
    CreatedAt,
    UpdatedAt,
    LastUsedAt,
    ExpiresAt,
    Name,
    Status,
    Role,
    Id,
}

/// A key with when it was last used.
struct Listed<'a> {
    key: &'a Key,
    last_used: Option<Timestamp>,
}

/// `GET /keys`
///
/// # Errors
/// Refuses wrong parameters.
#[utoipa::path(
    get,
    path = "/keys",
    tag = "Keys",
    operation_id = "listKeys",
    summary = "Lists keys",
    description = "A bare array, or an envelope with any parameter of pages.",
    params(KeyFilter, PageParameters),
    responses(
        (status = 200, description = "Keys", body = KeyList<'_>, headers(("X-Total-Count" = u64, description = "Number of items in all"), ("Link" = String, description = "Next page and page before, as in RFC 8288"))),
        (status = 404, description = "The caller sees no such app, or no such key to start from", body = ErrorBody<'_>),
    ),
)]
pub async fn list(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let mut fields = FieldReader::query(request.query_string());
    let page = PageRequest::read(&mut fields);
    let filter = Filter::read(&mut fields);
    let sort = read_sort(&mut fields);
    let app_id = fields.text(&["appId", "subAccountId"], 1..=64).flatten();
    fields.finish()?;
    let app_ids = match app_id {
        None => vec![caller.app.id.clone()],
        Some(all) if all == "*" => caller.app_ids.to_vec(),
        Some(id) if caller.sees(&id) => vec![id],
        Some(_) => return Err(ApiError::NotFound { what: "App" }),
    };
    let keys = state.store.keys(&app_ids).await?;
    let used: HashMap<String, Timestamp> =
        state.store.last_used(&app_ids).await?.into_iter().collect();
    let listed = |key| Listed { key, last_used: used.get(&key.id).copied() };
    let order = |a: &Listed<'_>, b: &Listed<'_>| compare(a, b, &sort);
    let cursor = match page.cursor() {
        None => None,
        // Deleted keys keep their place, so that a cursor never ends a walk through the list.
        Some(id) => match keys.iter().find(|key| key.id == id) {
            Some(key) => Some(listed(key)),
            None => return Err(ApiError::NotFound { what: "API key of the cursor" }),
        },
    };
    let mut wanted: Vec<_> = keys.iter().filter(|key| filter.takes(key)).map(listed).collect();
    wanted.sort_by(order);
    let part = pagination::cut(wanted, &page, cursor.as_ref(), order, |item| item.key.id.clone());
    let part = part.map(|it| view_of(&state, &caller, it.key, it.last_used));
    Ok(pagination::answer(&request, &page, &part))
}

impl Filter {
    fn read(fields: &mut FieldReader) -> Self {
        let statuses = [
            ("active", Wanted::Active),
            ("inactive", Wanted::Inactive),
            ("deleted", Wanted::Deleted),
        ];
        Self {
            status: fields.choice(&["status"], &statuses),
            role: super::settings::read_role(fields),
            search: fields.text(&["search"], 1..=200).flatten().map(|text| text.to_lowercase()),
            permissions: fields
                .list(&["permission", "permissionId"], 20, parse_scopes)
                .flatten()
                .unwrap_or_default(),
        }
    }

    fn takes(&self, key: &Key) -> bool {
        let status = match self.status {
            None => key.deleted_at.is_none(),
            Some(Wanted::Deleted) => key.deleted_at.is_some(),
            Some(Wanted::Active) => key.deleted_at.is_none() && key.status == KeyStatus::Active,
            Some(Wanted::Inactive) => key.deleted_at.is_none() && key.status == KeyStatus::Inactive,
        };
        let scopes = scopes_of(key);
        status
            && self.role.is_none_or(|role| key.role == role)
            && self.permissions.iter().flatten().all(|scope| scopes.contains(*scope))
            && self.search.as_ref().is_none_or(|text| matches(key, text))
    }
}

/// Whether a text is in the name or description of a key, or starts its id or token.
fn matches(key: &Key, text: &str) -> bool {
    let texts = [key.name.as_deref(), key.description.as_deref()];
    let contained = texts.into_iter().flatten().any(|part| part.to_lowercase().contains(text));
    contained
        || key.id.starts_with(text)
        || (text.len() > 3 && key.token_start.to_lowercase().starts_with(text))
}

/// Reads `sort` or `sortBy`: names with a `-` where the largest comes first, maybe in brackets.
/// Without any, the newest come first.
fn read_sort(fields: &mut FieldReader) -> Vec<SortKey> {
    const FIELDS: [(&str, SortField); 8] = [
        ("createdAt", SortField::CreatedAt),
        ("updatedAt", SortField::UpdatedAt),
        ("lastUsedAt", SortField::LastUsedAt),
        ("expiresAt", SortField::ExpiresAt),
        ("name", SortField::Name),
        ("status", SortField::Status),
        ("role", SortField::Role),
        ("id", SortField::Id),
    ];
    let parse = |text: &str| {
        let text = text.trim_matches(['[', ']', ' ']);
        let (name, largest_first) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let found = FIELDS.iter().find(|(known, _)| *known == name);
        found.map(|(_, field)| (*field, largest_first)).ok_or_else(|| {
            let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
            format!("Must be one of these, maybe with a leading -: {}.", names.join(", "))
        })
    };
    let sort = fields.list(&["sort", "sortBy"], 8, parse).flatten().unwrap_or_default();
    if sort.is_empty() { vec![(SortField::CreatedAt, true)] } else { sort }
}

fn compare(a: &Listed<'_>, b: &Listed<'_>, sort: &[SortKey]) -> Ordering {
    let by_fields = sort.iter().map(|(field, largest_first)| {
        let order = match field {
            SortField::CreatedAt => a.key.created_at.cmp(&b.key.created_at),
            SortField::UpdatedAt => a.key.updated_at.cmp(&b.key.updated_at),
            SortField::LastUsedAt => a.last_used.cmp(&b.last_used),
            SortField::ExpiresAt => a.key.expires_at.cmp(&b.key.expires_at),
            SortField::Name => lower(a).cmp(&lower(b)),
            SortField::Status => status_of(a).cmp(&status_of(b)),
            SortField::Role => (a.key.role as u8).cmp(&(b.key.role as u8)),
            SortField::Id => a.key.id.cmp(&b.key.id),
        };
        if *largest_first { order.reverse() } else { order }
    });
    // Ids settle what is equal otherwise, so that pages neither repeat nor leave out a key.
    by_fields.fold(Ordering::Equal, Ordering::then).then_with(|| a.key.id.cmp(&b.key.id))
}

fn lower(item: &Listed<'_>) -> Option<String> {
    item.key.name.as_ref().map(|name| name.to_lowercase())
}

fn status_of(item: &Listed<'_>) -> u8 {
    item.key.status as u8
}
