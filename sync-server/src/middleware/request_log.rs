//! Gives every request an id and a log line.
//!
//! Queries and bodies are never logged: they say where people are.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Handles a request within a span of its id, then logs what came of it.
pub async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = next_id();
    let start = Instant::now();
    let span = tracing::info_span!("request", %id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let _entered = span.enter();
    let request = response.request();
    let status = response.status().as_u16();
    let (method, path) = (request.method(), request.path());
    let duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    if status >= 500 {
        tracing::error!(%method, path, status, duration_us, "answered");
    } else {
        tracing::info!(%method, path, status, duration_us, "answered");
    }
    Ok(response)
}

/// Returns an id that no other request of this process has, nor most likely of another process.
fn next_id() -> String {
    static START_NS: LazyLock<u128> = LazyLock::new(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:x}-{:x}", *START_NS, COUNT.fetch_add(1, Ordering::Relaxed))
}
