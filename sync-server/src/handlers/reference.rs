//! The description of the API: for programs as OpenAPI, for people as a page.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY,
};

use crate::openapi;
use crate::openapi::page;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::json().unwrap_or_default());
static PAGE: LazyLock<String> = LazyLock::new(|| {
    serde_json::from_str(&DOCUMENT).map(|document| page::render(&document)).unwrap_or_default()
});
static PAGE_POLICY: LazyLock<String> = LazyLock::new(page::content_security_policy);

/// `GET /openapi.json`
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "Operation",
    operation_id = "getDescription",
    summary = "Describes this API in OpenAPI 3.1",
    responses((status = 200, description = "The description", body = serde_json::Value)),
)]
pub async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(DOCUMENT.as_str())
}

/// `GET /docs`
#[utoipa::path(
    get,
    path = "/docs",
    tag = "Operation",
    operation_id = "getReferencePage",
    summary = "Describes this API for people",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
)]
pub async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY.as_str()))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .body(PAGE.as_str())
}
