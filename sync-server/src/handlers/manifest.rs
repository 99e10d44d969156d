//! The manifest of an app, whole or for some countries.

use actix_web::{HttpRequest, HttpResponse, web};
use geocoder_core::CountryCode;
use serde::Deserialize;

use super::heads;
use crate::access::Caller;
use crate::error::{ApiError, ErrorBody, Place};
use crate::state::AppState;
use crate::sync::manifest;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CountriesQuery {
    /// ISO 3166-1 alpha-2 codes with commas; all other countries are left out.
    #[param(nullable = false, pattern = "^([A-Za-z]{2}(,[A-Za-z]{2})*)?$", example = "li,mc")]
    countries: Option<String>,
}

/// `GET /sync/v1/manifest`
#[utoipa::path(
    get,
    path = "/sync/v1/manifest",
    tag = "Synchronisation",
    operation_id = "getManifest",
    summary = "Says which shards and patches are current",
    description = "Static file hosts serve the same document as manifest.json, without patches.",
    params(CountriesQuery),
    responses(
        (status = 200, description = "The manifest", body = serde_json::Value, headers(
            ("hereabouts-signature" = String, description = "Base64 of the ed25519 signature of the body, from servers that have a key"),
        )),
        (status = 206, description = "The part that `Range` asked for", body = serde_json::Value),
        (status = 304, description = "What the client has is current"),
        (status = 416, description = "The range lies outside the manifest", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let wanted = countries_of(&caller, &request)?;
    let own = state.app_overlay(&caller).await?;
    let document = manifest::document(&own, wanted.as_deref())
        .map_err(|error| ApiError::Internal(error.into()))?;
    heads::answer(&state, &request, document)
}

/// Returns the countries that a request asks for and its key may have; `None` means all.
///
/// # Errors
/// Refuses what are no country codes, and countries that the key may not have.
pub(super) fn countries_of(
    caller: &Caller,
    request: &HttpRequest,
) -> Result<Option<Vec<CountryCode>>, ApiError> {
    let mut wanted = wanted_countries(request)?;
    if caller.key.countries.is_some() {
        caller.narrow_countries(wanted.get_or_insert_default())?;
    }
    Ok(wanted)
}

/// Reads `?countries=li,mc`; absent or empty means all.
fn wanted_countries(request: &HttpRequest) -> Result<Option<Vec<CountryCode>>, ApiError> {
    let text = request.query_string();
    let query = web::Query::<CountriesQuery>::from_query(text).map_err(|_| {
        ApiError::invalid(Place::Query, "countries", text, "Must be given once.".into())
    })?;
    let Some(list) = query.countries.as_deref().filter(|list| !list.is_empty()) else {
        return Ok(None);
    };
    list.split(',')
        .enumerate()
        .map(|(index, code)| {
            CountryCode::parse(code.trim()).ok_or_else(|| {
                let msg = "Must be an ISO 3166-1 alpha-2 country code.".into();
                ApiError::invalid(Place::Query, &format!("countries[{index}]"), code, msg)
            })
        })
        .collect::<Result<_, _>>()
        .map(Some)
}
