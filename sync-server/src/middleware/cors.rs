//! Lets pages of any origin call the server: nothing here depends on cookies.
//!
//! The policy does not look at the request, so that errors carry it as well; otherwise a page
//! would see "Failed to fetch" in place of the message.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;

/// Methods of PlaceKit's API, so that a page can read the answer to those that are not there.
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
/// What PlaceKit's clients send (Firefox asks for `user-agent`), and what synchronisation needs.
const REQUEST_HEADERS: &str = "content-type, x-placekit-api-key, x-forwarded-for, user-agent, \
    accept, accept-language, authorization, idempotency-key, if-match, if-none-match, if-range, prefer, \
    range, x-placekit-api-version";
const RESPONSE_HEADERS: &str = "accept-ranges, content-encoding, content-length, content-range, deprecation, etag, \
    hereabouts-signature, link, ratelimit, ratelimit-policy, retry-after, sunset, x-placekit-api-version, x-request-id, x-total-count";
/// The longest that any browser keeps a preflight: else each first keystroke costs two requests.
const MAX_AGE_S: &str = "86400";

/// Adds the headers that every answer has.
pub fn add_headers(headers: DefaultHeaders) -> DefaultHeaders {
    headers
        .add((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .add((header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS))
}

/// `OPTIONS /…`
pub async fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S))
        .finish()
}
