//! Reads request bodies: JSON whatever the content type, within limits of size and time.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::error::{ApiError, Place};
use crate::state::{AppState, BODY_LIMIT_BYTES};

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
        let payload = payload.take();
        Box::pin(async move {
            if declared_bytes.is_some_and(|bytes| bytes > BODY_LIMIT_BYTES) {
                return Err(ApiError::BodyTooLarge { limit_bytes: BODY_LIMIT_BYTES });
            }
            let state = state.ok_or_else(|| ApiError::Internal("no state is configured".into()))?;
            // Actix limits the time of the request's head only.
            let body = timeout(state.body_timeout, read(payload))
                .await
                .map_err(|_| ApiError::BodyTimeout)??;
            parse(&body).map(JsonBody)
        })
    }
}

async fn read(mut payload: Payload) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| match error {
            PayloadError::Overflow => ApiError::BodyTooLarge { limit_bytes: BODY_LIMIT_BYTES },
            _ => ApiError::BodyUnreadable,
        })?;
        if body.len() + piece.len() > BODY_LIMIT_BYTES {
            return Err(ApiError::BodyTooLarge { limit_bytes: BODY_LIMIT_BYTES });
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
    serde_json::from_slice(body).map_err(|error| not_an_object(&error.to_string()))
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
