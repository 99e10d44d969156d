//! What the web app has to know about its server.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::token::Token;
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
}

/// `GET /config.json`: the public key that the page sends. It is limited to pages of this machine
/// until an administrator adds the domains that the page is served from.
#[utoipa::path(
    get,
    path = "/config.json",
    tag = "Operation",
    operation_id = "getPageConfig",
    summary = "Gives the web app its public key",
    description = "",
    responses(
        (status = 200, description = "Settings of the web app", body = Config<'_>),
    ),
)]
pub async fn get(state: web::Data<AppState>) -> HttpResponse {
    let api_key = state.page_token.as_ref().map(Token::reveal);
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Config { api_key })
}
