//! Gives every request an id and a log line.
//!
//! Queries and bodies are never logged: they say where people are.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use crate::access::RequestId;
use crate::error::ApiError;
use crate::metrics::RoutePath;
use crate::state::AppState;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Handles a request and logs what came of it: failures of the server as errors with their cause,
/// failures of the client as information, and successes, which come with every keystroke, for
/// debugging only.
pub async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = next_id();
    let start = Instant::now();
    request.extensions_mut().insert(RequestId(id.as_str().into()));
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (method, path) = (response.request().method(), response.request().path());
    let status = response.status();
    let code = status.as_u16();
    let duration = start.elapsed();
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    if let Some(state) = response.request().app_data::<Data<AppState>>() {
        let route = response.request().extensions().get::<RoutePath>().copied();
        state.metrics.count(route, method, status, duration);
    }
    if status.is_server_error() {
        let cause = response.response().error().map(cause_of).unwrap_or_default();
        tracing::error!(id, %method, path, status = code, duration_us, cause, "failed");
    } else if status.is_client_error() {
        tracing::info!(id, %method, path, status = code, duration_us, "refused");
    } else {
        tracing::debug!(id, %method, path, status = code, duration_us, "answered");
    }
    Ok(response)
}

/// Returns the errors behind an answer, outermost first.
fn cause_of(error: &Error) -> String {
    let Some(error) = error.as_error::<ApiError>() else { return error.to_string() };
    let first: &dyn std::error::Error = error;
    let chain = std::iter::successors(first.source(), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns an id that no other request of this process has, nor most likely of another process.
fn next_id() -> String {
    static START_NS: LazyLock<u128> = LazyLock::new(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:x}-{:x}", *START_NS, COUNT.fetch_add(1, Ordering::Relaxed))
}
