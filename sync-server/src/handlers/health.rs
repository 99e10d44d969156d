//! Tells load balancers and people that the server answers, and with what.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::state::AppState;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health<'a> {
    status: &'static str,
    version: &'static str,
    manifest_version: u64,
    countries: Vec<&'a str>,
}

/// `GET /healthz`
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
