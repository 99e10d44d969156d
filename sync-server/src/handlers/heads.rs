//! The heads: what devices ask for every minute.

use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::access::Caller;
use crate::coding::Coding;
use crate::error::{ApiError, ErrorBody};
use crate::handlers::manifest::{CountriesQuery, countries_of};
use crate::representation::Representation;
use crate::state::AppState;
use crate::stored_file::Content;
use crate::sync::heads::{Heads, SyncDocument};

/// `GET /sync/v1/heads`
#[utoipa::path(
    get,
    path = "/sync/v1/heads",
    tag = "Synchronisation",
    operation_id = "getHeads",
    summary = "Says how far each country is",
    description = "Small, to be asked for every minute or so: compare it with what the device has.",
    params(CountriesQuery),
    responses(
        (status = 200, description = "The heads", body = Heads<'_>, headers(
            ("hereabouts-signature" = String, description = "Base64 of the ed25519 signature of the body, from servers that have a key"),
        )),
        (status = 206, description = "The part that `Range` asked for", body = Heads<'_>),
        (status = 304, description = "What the client has is current"),
        (status = 416, description = "The range lies outside the answer", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let wanted = countries_of(&caller, &request)?;
    let own = state.app_overlay(&caller).await?;
    let heads = Heads::of(&own, wanted.as_deref(), state.sync.options.min_poll_s);
    let json = serde_json::to_vec(&heads).map_err(|error| ApiError::Internal(error.into()))?;
    answer(&state, &request, SyncDocument::new(json))
}

/// Answers with a document, and its signature where the server has a key.
pub(super) fn answer(
    state: &AppState,
    request: &HttpRequest,
    document: SyncDocument,
) -> Result<HttpResponse, ApiError> {
    let SyncDocument { json, tag } = document;
    let representation = Representation {
        content: Content::Memory(json.clone()),
        coding: Coding::Identity,
        varies: false,
        tag,
        modified: None,
        content_type: ContentType::json(),
        cache_control: "no-cache",
    };
    let mut response = representation.answer(request)?;
    if let Some(signer) = &state.sync.signer {
        signer.add_to(&mut response, &json);
    }
    Ok(response)
}
