//! Requests that may be sent again: with an `Idempotency-Key`, the second one gets the answer of
//! the first, and nothing is done twice.
//!
//! A handler that changes something calls [`Attempt::begin`] once its body is read. It returns
//! the answer of an earlier request ([`Begun::Again`]), or an [`Attempt`]. With that, the handler
//! puts [`Attempt::answer`] into [`crate::store::Change::idempotency`] before it commits; the store
//! keeps it in the same transaction, and refuses the change when another request with the same
//! key was faster. Answers are kept for 30 days. What is kept must not hold a token.

use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest};
use sha2::{Digest, Sha256};

use crate::access::Caller;
use crate::error::{ApiError, Place};
use crate::hex::to_hex;
use crate::json_body::BodyHash;
use crate::model::Timestamp;
use crate::store::{Idempotency, Store};

/// Names the attempt; chosen by the client.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key accepted.
const MAX_KEY_CHARS: usize = 255;

/// A request that is done for the first time.
#[derive(Debug)]
pub struct Attempt {
    /// App, key and request, when the client named a key.
    named: Option<(String, String, String)>,
}

/// What a request turned out to be.
#[derive(Debug)]
pub enum Begun {
    /// It has to be done.
    First(Attempt),
    /// It was done before, with this answer.
    Again(Idempotency),
}

impl Attempt {
    /// Looks at the header, and at what was answered before.
    ///
    /// # Errors
    /// Refuses keys that are none, and one that was used for another request.
    pub async fn begin(
        store: &dyn Store,
        caller: &Caller,
        request: &HttpRequest,
    ) -> Result<Begun, ApiError> {
        let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else {
            return Ok(Begun::First(Self { named: None }));
        };
        let key = value.to_str().unwrap_or_default().trim();
        let refuse =
            |msg: &str| ApiError::invalid(Place::Header, "idempotency-key", key, msg.into());
        if key.is_empty() || key.len() > MAX_KEY_CHARS {
            return Err(refuse("Must have 1 to 255 visible ASCII characters."));
        }
        let request_hash = hash_of(request);
        let app_id = &caller.key.app_id;
        match store.answered(app_id, key).await? {
            None => {
                let named = Some((app_id.clone(), key.to_owned(), request_hash));
                Ok(Begun::First(Self { named }))
            }
            Some(answered) if answered.request_hash == request_hash => Ok(Begun::Again(answered)),
            Some(_) => Err(refuse("Must not be used again for another request.")),
        }
    }

    /// Returns what to keep with the change.
    pub fn answer(&self, status: u16, body: String, at: Timestamp) -> Option<Idempotency> {
        let (app_id, key, request_hash) = self.named.clone()?;
        Some(Idempotency { app_id, key, request_hash, status, body, at })
    }
}

/// Returns a hash of method, path, query and body.
fn hash_of(request: &HttpRequest) -> String {
    let mut hash = Sha256::new();
    let extensions = request.extensions();
    let body = extensions.get::<BodyHash>().map_or("", |hash| hash.0.as_str());
    for part in [request.method().as_str(), request.path(), request.query_string(), body] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    to_hex(&hash.finalize())
}
