//! Forward and reverse geocoding in PlaceKit's shapes, answered by the engine itself.

use actix_web::{HttpResponse, web};
use geocoder_core::wire::{FieldError, RequestOptions, Value};
use geocoder_core::{CountryCode, Error, RecordType, SearchResponse, TypeSet};

use crate::catalog::Catalog;
use crate::error::{ApiError, Place};
use crate::json_body::JsonBody;
use crate::state::AppState;

/// `POST /search`
pub async fn search(
    state: web::Data<AppState>,
    JsonBody(options): JsonBody<RequestOptions>,
) -> Result<HttpResponse, ApiError> {
    let catalog = state.catalog.current();
    let asked = options.countries.clone();
    let mut request = options.into_search().map_err(refused)?;
    resolve_countries(&catalog, &asked, request.types, &mut request.countries)?;
    // A search takes well under a millisecond: less than the way to another thread and back.
    answer(catalog.geocoder().search(&request))
}

/// `POST /reverse`
pub async fn reverse(
    state: web::Data<AppState>,
    JsonBody(options): JsonBody<RequestOptions>,
) -> Result<HttpResponse, ApiError> {
    let catalog = state.catalog.current();
    let asked = options.countries.clone();
    let mut request = options.into_reverse().map_err(refused)?;
    resolve_countries(&catalog, &asked, request.types, &mut request.countries)?;
    answer(catalog.geocoder().reverse(&request))
}

/// Applies PlaceKit's rules about countries: a search for countries alone is never limited to
/// some of them, and otherwise each one asked for must be on offer.
fn resolve_countries(
    catalog: &Catalog,
    asked: &Value,
    types: TypeSet,
    countries: &mut Vec<CountryCode>,
) -> Result<(), ApiError> {
    if types == TypeSet::NONE.with(RecordType::Country) {
        countries.clear();
        return Ok(());
    }
    if countries.iter().all(|country| catalog.offers(*country)) {
        return Ok(());
    }
    // The error names positions in the list as it was sent, in which codes may be repeated.
    let Value::List(items) = asked else { return Ok(()) };
    let unsupported = |item: &Value| match item {
        Value::Text(code) => !CountryCode::parse(code).is_some_and(|code| catalog.offers(code)),
        _ => true,
    };
    let errors = items
        .iter()
        .enumerate()
        .filter(|(_, item)| unsupported(item))
        .map(|(index, item)| {
            let param = format!("countries[{index}]");
            FieldError {
                value: item.clone(),
                msg: "This country is not supported: this server has no data of it.".into(),
                path: param.clone(),
                param,
                location: Place::Body.name(),
            }
        })
        .collect();
    Err(refused(errors))
}

fn refused(errors: Vec<FieldError>) -> ApiError {
    ApiError::Invalid { place: Place::Body, errors }
}

fn answer(result: Result<SearchResponse, Error>) -> Result<HttpResponse, ApiError> {
    let response = result.map_err(|error| ApiError::DataUnavailable(error.into()))?;
    Ok(HttpResponse::Ok().json(response))
}
