//! Blobs: shards, chunks, snapshots and segments by the hash of their bytes.

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::blobs::BlobName;
use crate::coding::Coding;
use crate::error::{ApiError, ErrorBody, Place};
use crate::representation::{Representation, codings_for};
use crate::state::AppState;
use crate::stored_file::Content;

/// `GET /sync/v1/blobs/{sha256}`
#[utoipa::path(
    get,
    path = "/sync/v1/blobs/{sha256}",
    tag = "Synchronisation",
    operation_id = "getBlob",
    summary = "Downloads a shard, chunk, snapshot or segment",
    description = "Compressed as the client prefers; `Range` cuts out of the uncompressed bytes.",
    params(("sha256" = String, Path, description = "SHA-256 of the uncompressed bytes", pattern = "^[0-9a-f]{64}$")),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part that `Range` asked for", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "What the client has is current"),
        (status = 404, description = "There is no blob of this name", body = ErrorBody<'_>),
        (status = 406, description = "No coding is acceptable to the client", body = ErrorBody<'_>),
        (status = 416, description = "The range lies outside the blob", body = ErrorBody<'_>),
        (status = 422, description = "The name is no SHA-256", body = ErrorBody<'_>),
        (status = 503, description = "The blob cannot be read now", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let name = BlobName::parse(&name).ok_or_else(|| {
        let msg = "Must be a SHA-256 as 64 lower-case hexadecimal digits.".into();
        ApiError::invalid(Place::Path, "sha256", &name, msg)
    })?;
    let codings = codings_for(&request)?;
    let file = state
        .blobs
        .open(&name, codings)
        .await
        .map_err(|error| ApiError::DataUnavailable(error.into()))?;
    let (content, coding) = match file {
        Some(file) => (file.content, file.coding),
        None => stored(&state, &name, codings_for(&request)?).await?,
    };
    let representation = Representation {
        content,
        coding,
        varies: true,
        tag: name.as_str().into(),
        modified: None,
        content_type: ContentType::octet_stream(),
        cache_control: "public, max-age=31536000, immutable",
    };
    let mut response = representation.answer(&request)?;
    // Pages that isolate themselves (COEP) may load blobs from another origin only with this.
    response.headers_mut().insert(
        header::CROSS_ORIGIN_RESOURCE_POLICY,
        header::HeaderValue::from_static("cross-origin"),
    );
    Ok(response)
}

/// Takes a snapshot or segment out of the database, which has them plain and compressed by brotli.
async fn stored(
    state: &AppState,
    name: &BlobName,
    codings: Vec<Coding>,
) -> Result<(Content, Coding), ApiError> {
    let codings = codings.into_iter().filter(|coding| *coding != Coding::Gzip);
    // Whoever takes gzip alone is better served by plain bytes than by none.
    for coding in codings.chain([Coding::Identity]) {
        let is_compressed = coding == Coding::Brotli;
        if let Some(bytes) = state.store.sync_blob(name.as_str(), is_compressed).await? {
            return Ok((Content::Memory(bytes.into()), coding));
        }
    }
    Err(ApiError::BlobNotFound)
}
