//! The audit log: who changed what.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::error::{ApiError, ErrorBody};
use crate::fields::FieldReader;
use crate::model::AuditEntry;
use crate::openapi::apps::AuditParameters;
use crate::state::AppState;
use crate::store::AuditFilter;

const USUAL_LIMIT: u64 = 25;
const MOST: u64 = 100;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditLog)]
struct Log {
    status: u16,
    total: u64,
    count: usize,
    next_url: Option<String>,
    data: Vec<AuditEntry>,
}

/// `GET /audit`: entries of the caller's apps, newest first.
///
/// # Errors
/// Refuses wrong parameters.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "Apps",
    operation_id = "listChanges",
    summary = "Says who changed what",
    description = "Newest first.",
    params(AuditParameters),
    responses(
        (status = 200, description = "Entries of the log", body = Log, headers(("X-Total-Count" = u64, description = "Number of entries in all"))),
        (status = 404, description = "The caller sees no such app", body = ErrorBody<'_>),
    ),
)]
pub async fn list(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let mut fields = FieldReader::query(request.query_string());
    let app_id = fields.text(&["appId", "subAccountId"], 1..=64).flatten();
    let limit = fields.integer(&["limit"], 1..=MOST).unwrap_or(USUAL_LIMIT);
    let filter = AuditFilter {
        app_ids: Vec::new(),
        target: fields.text(&["target"], 1..=64).flatten(),
        action: fields.text(&["action"], 1..=64).flatten(),
        actor_key_id: fields.text(&["actorKeyId"], 1..=64).flatten(),
        before: fields
            .integer(&["before"], 1..=i64::MAX.unsigned_abs())
            .and_then(|seq| i64::try_from(seq).ok()),
        limit,
    };
    fields.finish()?;
    let app_ids = match app_id {
        None => caller.app_ids.to_vec(),
        Some(id) if caller.sees(&id) => vec![id],
        Some(_) => return Err(ApiError::NotFound { what: "App" }),
    };
    let filter = AuditFilter { app_ids, ..filter };
    let page = state.store.audit(&filter).await?;
    // The store counts what is left; the total is that of the whole list on each of its pages.
    let total = match filter.before {
        None => page.total,
        Some(_) => {
            let all = AuditFilter { before: None, limit: 1, ..filter };
            state.store.audit(&all).await?.total
        }
    };
    let last = page.items.last().map(|entry| entry.seq);
    let full = u64::try_from(page.items.len()).is_ok_and(|count| count == limit);
    let next_url = last.filter(|seq| full && *seq > 1).map(|seq| next_url(&request, seq));
    Ok(HttpResponse::Ok().insert_header(("x-total-count", total)).json(Log {
        status: 200,
        total,
        count: page.items.len(),
        next_url,
        data: page.items,
    }))
}

fn next_url(request: &HttpRequest, before: i64) -> String {
    let kept = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name != "before");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("before", &before.to_string())
        .finish();
    format!("{}?{query}", request.path())
}
