//! Changes of a feed behind a position.

use actix_web::http::header::{self, Accept, ContentType, Header, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use geocoder_core::CountryCode;
use geocoder_core::delta::{Delta, OperationChange};
use serde::Deserialize;

use crate::access::Caller;
use crate::coding::{self, Coding};
use crate::error::{ApiError, ErrorBody, Place};
use crate::hex::sha256_hex;
use crate::overlays::{AppOverlay, FeedPosition};
use crate::representation::{Representation, codings_for};
use crate::state::AppState;
use crate::stored_file::Content;
use crate::sync::changes::{self, MustRefetch, RefetchReason, Since};

/// Operations of an answer unless asked for otherwise, and the most that can be asked for.
const LIMITS: (u64, u64) = (1000, 10_000);
/// Bytes below which compressing gains nothing.
const SMALL_BYTES: usize = 150;
/// Quality of compression for what is sent at once.
const QUALITY: i32 = 5;
/// How often it is tried while the store is restored or compacted.
const MAX_TRIES: usize = 3;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// ISO 3166-1 alpha-2 code.
    #[param(nullable = false, required = true, pattern = "^[A-Za-z]{2}$", example = "li")]
    country: Option<String>,
    /// Epoch that the device knows.
    #[param(nullable = false, required = true)]
    epoch: Option<String>,
    /// Generation of the device's base.
    #[param(nullable = false, required = true, example = "d5e751de94909be5")]
    generation: Option<String>,
    /// Position of the device's state; 0 for none.
    #[param(nullable = false, required = true, value_type = u64, example = 812)]
    since: Option<String>,
    /// Most operations that are wanted.
    #[param(nullable = false, value_type = u64, minimum = 1, maximum = 10_000, default = 1000)]
    limit: Option<String>,
}

/// What a device asks for.
struct Asked {
    country: CountryCode,
    since: Since,
    limit: u64,
}

/// `GET /sync/v1/changes`
#[utoipa::path(
    get,
    path = "/sync/v1/changes",
    tag = "Synchronisation",
    operation_id = "getChanges",
    summary = "Leads a device on from its position",
    description = "A delta, in the binary format that devices take, or as JSON for people who ask for it with `Accept: application/json`. At the head, a delta without operations.",
    params(ChangesQuery),
    responses(
        (status = 200, description = "A delta", content(
            (Vec<u8> = "application/octet-stream"),
            (serde_json::Value = "application/json"),
        )),
        (status = 206, description = "The part that `Range` asked for", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "What the client has is current"),
        (status = 404, description = "There is no such country", body = ErrorBody<'_>),
        (status = 406, description = "No coding is acceptable to the client", body = ErrorBody<'_>),
        (status = 409, description = "The device has to begin anew", body = MustRefetch<'_>),
        (status = 416, description = "The range lies outside the delta", body = ErrorBody<'_>),
        (status = 422, description = "A parameter is missing or wrong", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let asked = asked(&request)?;
    caller.narrow_countries(&mut vec![asked.country])?;
    let country = asked.country.as_str();
    for _ in 0..MAX_TRIES {
        let own = state.app_overlay(&caller).await?;
        let position = own.position(country).ok_or(ApiError::NotFound { what: "country" })?;
        if let Some(reason) = RefetchReason::of(&asked.since, own.epoch(), &position) {
            return Ok(refetch(reason, &own, &position));
        }
        if let Some(delta) = delta(&state, &caller, &own, &position, &asked).await? {
            return answer(&request, delta).await;
        }
        // The store has been restored or compacted, which this server is about to see.
        state.refresh_overlays(Some(&caller.app.id)).await?;
    }
    Err(ApiError::DataUnavailable("the feed changes too fast to be read".into()))
}

async fn delta(
    state: &AppState,
    caller: &Caller,
    own: &AppOverlay,
    position: &FeedPosition,
    asked: &Asked,
) -> Result<Option<Delta>, ApiError> {
    let (country, since) = (asked.country.as_str(), asked.since.seq);
    let Some(feed) = own.feed(country).filter(|_| since < position.head) else {
        return Ok(Some(changes::nothing(position)));
    };
    let to = position.head.min(since.saturating_add(asked.limit));
    let name = (own.epoch(), caller.app.id.as_str(), country);
    let mut delta = changes::delta(state.store.as_ref(), name, feed, (since, to)).await?;
    if let Some(delta) = delta.as_mut().filter(|_| since == 0) {
        // Who has nothing yet has nothing to take away.
        delta.operations.retain(|o| matches!(o.change, OperationChange::Put(_)));
    }
    Ok(delta)
}

async fn answer(request: &HttpRequest, delta: Delta) -> Result<HttpResponse, ApiError> {
    let is_json = wants_json(request);
    let coding = codings_for(request)?.first().copied().unwrap_or(Coding::Identity);
    let made = web::block(move || {
        let bytes = if is_json { serde_json::to_vec(&delta)? } else { delta.encode() };
        let tag = sha256_hex(&bytes);
        if bytes.len() < SMALL_BYTES || coding == Coding::Identity {
            return Ok((bytes, tag, Coding::Identity));
        }
        Ok((coding::compress(coding, QUALITY, &bytes), tag, coding))
    });
    let made = made.await.map_err(|error| ApiError::Internal(error.into()))?;
    let (bytes, tag, coding) =
        made.map_err(|error: serde_json::Error| ApiError::Internal(error.into()))?;
    let representation = Representation {
        content: Content::Memory(bytes.into()),
        coding,
        varies: true,
        tag,
        modified: None,
        content_type: if is_json { ContentType::json() } else { ContentType::octet_stream() },
        cache_control: "no-cache",
    };
    let mut response = representation.answer(request)?;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// Whether the client would rather have JSON than what devices take.
fn wants_json(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    let is_known = |mime: &&mime_guess::Mime| {
        matches!(mime.essence_str(), "application/json" | "application/octet-stream" | "*/*")
    };
    accept.ranked().iter().find(is_known).is_some_and(|mime| mime.subtype() == "json")
}

fn refetch(reason: RefetchReason, own: &AppOverlay, position: &FeedPosition) -> HttpResponse {
    HttpResponse::Conflict()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(MustRefetch::new(reason, own.epoch(), position))
}

fn asked(request: &HttpRequest) -> Result<Asked, ApiError> {
    let text = request.query_string();
    let query = web::Query::<ChangesQuery>::from_query(text).map_err(|_| {
        let msg = "Each parameter must be given once.";
        ApiError::invalid(Place::Query, "query", text, msg.into())
    })?;
    let ChangesQuery { country, epoch, generation, since, limit } = query.into_inner();
    let refuse = |name: &str, value: Option<String>, msg: &str| {
        ApiError::invalid(Place::Query, name, &value.unwrap_or_default(), msg.into())
    };
    let parsed = country.as_deref().and_then(CountryCode::parse);
    let msg = "Must be an ISO 3166-1 alpha-2 country code.";
    let country = parsed.ok_or_else(|| refuse("country", country, msg))?;
    let epoch = epoch.ok_or_else(|| refuse("epoch", None, "Must be that of the heads."))?;
    let msg = "Must be that of the heads.";
    let generation = generation.ok_or_else(|| refuse("generation", None, msg))?;
    let seq = since.as_deref().and_then(|since| since.parse().ok());
    let msg = "Must be the position of the state, from 0 on.";
    let seq = seq.ok_or_else(|| refuse("since", since, msg))?;
    let (usual, most) = LIMITS;
    let limit = match limit {
        None => usual,
        Some(text) => match text.parse() {
            Ok(limit) if (1..=most).contains(&limit) => limit,
            _ => return Err(refuse("limit", Some(text), "Must be from 1 to 10000.")),
        },
    };
    Ok(Asked { country, since: Since { epoch, generation, seq }, limit })
}
