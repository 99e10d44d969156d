//! Reads request bodies: JSON whatever the content type, within limits of size and time.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::error::{ApiError, Place};
use crate::hex::sha256_hex;
use crate::idempotency::IDEMPOTENCY_KEY;
use crate::state::AppState;

/// Most levels of lists and objects within each other; no request needs a quarter of them.
const MAX_DEPTH: usize = 32;

/// Largest body of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit {
    /// In bytes.
    pub bytes: usize,
}

impl BodyLimit {
    /// For searches; the longest sensible one is far below 1 kB.
    pub const SEARCH: Self = Self { bytes: 64 * 1024 };
    /// For patches, many at a time.
    pub const PATCHES: Self = Self { bytes: 256 * 1024 };
    /// For administration.
    pub const ADMIN: Self = Self { bytes: 1024 * 1024 };
}

/// SHA-256 of a body in hexadecimal, kept with its request by [`JsonBody`].
#[derive(Debug, Clone)]
pub struct BodyHash(pub String);

/// A JSON object from the body; an empty body counts as `{}`.
///
/// PlaceKit's clients and bare `curl` send several content types, so it is not looked at.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared_bytes = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let state = request.app_data::<web::Data<AppState>>().cloned();
        let limit = request.extensions().get().copied().unwrap_or(BodyLimit::SEARCH);
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if declared_bytes.is_some_and(|bytes| bytes > limit.bytes) {
                return Err(ApiError::BodyTooLarge { limit_bytes: limit.bytes });
            }
            let state = state.ok_or_else(|| ApiError::Internal("no state is configured".into()))?;
            // Actix limits the time of the request's head only.
            let body = timeout(state.body_timeout, read(payload, limit.bytes))
                .await
                .map_err(|_| ApiError::BodyTimeout)??;
            if request.headers().contains_key(IDEMPOTENCY_KEY) {
                request.extensions_mut().insert(BodyHash(sha256_hex(&body)));
            }
            parse(&body).map(JsonBody)
        })
    }
}

async fn read(mut payload: Payload, limit_bytes: usize) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| match error {
            PayloadError::Overflow => ApiError::BodyTooLarge { limit_bytes },
            _ => ApiError::BodyUnreadable,
        })?;
        if body.len() + piece.len() > limit_bytes {
            return Err(ApiError::BodyTooLarge { limit_bytes });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = body.trim_ascii();
    let body = if body.is_empty() { b"{}" } else { body };
    // A list would be taken for the fields in their order.
    if body.first() != Some(&b'{') {
        return Err(not_an_object("it does not start with {"));
    }
    if depth(body) > MAX_DEPTH {
        return Err(not_an_object(&format!("it has more than {MAX_DEPTH} levels")));
    }
    serde_json::from_slice(body).map_err(|error| not_an_object(&error.to_string()))
}

/// Returns how many lists and objects are open at most, of text that may not be JSON.
fn depth(body: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn not_an_object(why: &str) -> ApiError {
    ApiError::invalid(Place::Body, "", "", format!("Must be a JSON object: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geocoder_core::wire::{RequestOptions, Value};

    #[test]
    fn empty_bodies_count_as_empty_objects() {
        for body in ["", "  \r\n\t", "{}", " {} "] {
            let options: RequestOptions = parse(body.as_bytes()).unwrap();
            assert_eq!(options.query, Value::Null, "{body:?}");
        }
    }

    #[test]
    fn levels_are_counted_outside_of_texts() {
        let nested = |levels: usize| {
            format!(
                "{{\"query\":\"{}\\\\\\\"[\",\"x\":{}{}}}",
                "[".repeat(99),
                "[".repeat(levels),
                "]".repeat(levels)
            )
        };
        assert_eq!(depth(nested(31).as_bytes()), 32);
        assert!(parse::<RequestOptions>(nested(31).as_bytes()).is_ok());
        assert!(parse::<RequestOptions>(nested(32).as_bytes()).is_err());
    }

    #[test]
    fn everything_but_one_object_is_refused() {
        let deep = format!("{{\"query\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        for body in ["[\"query\"]", "null", "\"x\"", "1", "{", "{}{}", "{\"query\":}", "\u{feff}{}"]
            .into_iter()
            .chain([deep.as_str()])
        {
            assert!(parse::<RequestOptions>(body.as_bytes()).is_err(), "{body:?}");
        }
        assert!(parse::<RequestOptions>(b"{\"query\":\"\xff\"}").is_err());
    }
}
