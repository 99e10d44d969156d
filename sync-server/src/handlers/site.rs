//! The web app, and the answer to every path that nothing else has.

use std::time::UNIX_EPOCH;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::representation::{Representation, codings_for};
use crate::site::CONTENT_SECURITY_POLICY;
use crate::state::AppState;
use crate::stored_file::StoredFile;

/// `GET /…`: a file of the web app, where one is served.
pub async fn get(
    state: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::RouteNotFound);
    }
    let site = state.site.as_ref().ok_or(ApiError::RouteNotFound)?;
    let path =
        percent_decode_str(request.path()).decode_utf8().map_err(|_| ApiError::RouteNotFound)?;
    let file = site.file(&path).ok_or(ApiError::RouteNotFound)?;
    if file.path.join("index.html").is_file() {
        // Links in a page are relative to its folder. So is this one: `//host` would lead away.
        let folder = request.path().rsplit('/').next().unwrap_or_default();
        let location = (header::LOCATION, format!("{folder}/"));
        return Ok(HttpResponse::PermanentRedirect().insert_header(location).finish());
    }
    let codings = codings_for(&request)?;
    let stored = StoredFile::open(file.path.clone(), codings)
        .await
        .map_err(|error| ApiError::Internal(error.into()))?;
    let stored = stored.ok_or(ApiError::RouteNotFound)?;
    let changed_ns = stored
        .modified
        .and_then(|modified| modified.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    let tag = format!("{:x}-{changed_ns:x}", stored.content.length_bytes());
    let representation = Representation {
        content: stored.content,
        coding: stored.coding,
        varies: true,
        tag,
        modified: stored.modified,
        content_type: file.content_type(),
        cache_control: file.cache_control,
    };
    let mut response = representation.answer(&request)?;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::PERMISSIONS_POLICY, "geolocation=(self)"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    Ok(response)
}
