//! Tells load balancers and people that the server answers, and with what.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::error::{ApiError, Cause, ErrorBody};
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Health<'a> {
    status: &'static str,
    version: &'static str,
    manifest_version: u64,
    countries: Vec<&'a str>,
}

#[derive(Serialize, ToSchema)]
struct Ready {
    status: &'static str,
}

/// Longest wait for the database.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// `GET /healthz`
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Operation",
    operation_id = "getHealth",
    summary = "Says that the server runs, and with which data",
    description = "",
    responses(
        (status = 200, description = "It runs", body = Health<'_>),
    ),
)]
pub async fn get(state: web::Data<AppState>) -> HttpResponse {
    let catalog = state.catalog.current();
    let manifest = catalog.manifest();
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        manifest_version: manifest.version,
        countries: manifest.countries.keys().map(String::as_str).collect(),
    })
}

/// `GET /readyz`: whether requests can be answered now, the database included.
///
/// # Errors
/// Fails when the database does not answer in time.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Operation",
    operation_id = "getReadiness",
    summary = "Says whether requests can be answered now",
    description = "",
    responses(
        (status = 200, description = "They can", body = Ready),
        (status = 503, description = "The database does not answer", body = ErrorBody<'_>),
    ),
)]
pub async fn ready(state: web::Data<AppState>) -> Result<HttpResponse, ApiError> {
    let asked = timeout(READY_TIMEOUT, state.store.version()).await;
    let unavailable = |cause: Cause| ApiError::DataUnavailable(cause);
    asked
        .map_err(|elapsed| unavailable(elapsed.into()))?
        .map_err(|error| unavailable(error.into()))?;
    let no_store = (header::CACHE_CONTROL, "no-store");
    Ok(HttpResponse::Ok().insert_header(no_store).json(Ready { status: "ready" }))
}
