//! Forward and reverse geocoding in PlaceKit's shapes, answered by the engine itself.

use actix_web::{HttpRequest, HttpResponse, web};
use geocoder_core::wire::{FieldError, RequestOptions, Value};
use geocoder_core::{
    CountryCode, Error, Hit, RecordType, ReverseRequest, SearchRequest, SearchResponse, TypeSet,
};

use crate::access::Caller;
use crate::catalog::Catalog;
use crate::error::{ApiError, COUNTRY_NOT_SUPPORTED, Place};
use crate::geography::{Location, hinted_address};
use crate::json_body::JsonBody;
use crate::openapi::geocoding::{ReverseOptions, SearchAnswer, SearchOptions};
use crate::state::AppState;

/// The type set of a search for countries alone.
const COUNTRIES_ALONE: TypeSet = TypeSet::NONE.with(RecordType::Country);

/// `POST /search`
#[utoipa::path(
    post,
    path = "/search",
    tag = "Geocoding",
    operation_id = "search",
    summary = "Finds places, streets and houses by text",
    description = "",
    request_body = Option<SearchOptions>,
    responses(
        (status = 200, description = "Results, best first", body = SearchAnswer),
    ),
)]
pub async fn search(
    state: web::Data<AppState>,
    caller: Option<Caller>,
    request: HttpRequest,
    JsonBody(options): JsonBody<RequestOptions>,
) -> Result<HttpResponse, ApiError> {
    let catalog = state.catalog.current();
    let location = locate(&state, caller.as_ref(), &request);
    let asked = Asked { countries: options.countries.clone(), by_ip: by_ip(&options)? };
    let mut request = options.into_search().map_err(refused)?;
    let worldwide = request.types.is_within(&[RecordType::City, RecordType::Country]);
    request.countries =
        asked.resolve(&catalog, &state, location, request.types, request.countries, worldwide)?;
    narrow(caller.as_ref(), request.types, &mut request.countries)?;
    if request.coordinates.is_none() {
        request.coordinates = location.point.filter(|_| !request.query.trim().is_empty());
    }
    // A search takes well under a millisecond: less than the way to another thread and back.
    answer(state.geocoder(caller.as_ref()).search(&request))
}

/// `POST /reverse`
#[utoipa::path(
    post,
    path = "/reverse",
    tag = "Geocoding",
    operation_id = "reverse",
    summary = "Finds what is at a point",
    description = "Without coordinates, the answer is about the place of the caller's address.",
    request_body = Option<ReverseOptions>,
    responses(
        (status = 200, description = "Results, nearest first", body = SearchAnswer),
    ),
)]
pub async fn reverse(
    state: web::Data<AppState>,
    caller: Option<Caller>,
    request: HttpRequest,
    JsonBody(mut options): JsonBody<RequestOptions>,
) -> Result<HttpResponse, ApiError> {
    let catalog = state.catalog.current();
    let location = locate(&state, caller.as_ref(), &request);
    let asked = Asked { countries: options.countries.clone(), by_ip: by_ip(&options)? };
    if options.coordinates == Value::Null {
        if let Some(point) = location.point {
            options.coordinates = Value::Text(format!("{},{}", point.lat, point.lon));
        } else {
            options.query = Value::Null;
            let request = options.into_search().map_err(refused)?;
            return here(&state, &catalog, caller.as_ref(), location, &asked, request);
        }
    }
    let mut request = options.into_reverse().map_err(refused)?;
    // Whoever names a point means what is there, wherever the request comes from.
    request.countries =
        asked.resolve(&catalog, &state, location, request.types, request.countries, true)?;
    narrow(caller.as_ref(), request.types, &mut request.countries)?;
    let found = state.geocoder(caller.as_ref()).reverse(&request);
    if request.types == COUNTRIES_ALONE && found.as_ref().is_ok_and(|f| f.results.is_empty()) {
        // At sea: widgets that ask for a country cannot go on without one.
        let ReverseRequest { language, types, max_results, .. } = request;
        let request = SearchRequest { language, types, max_results, ..SearchRequest::default() };
        return here(&state, &catalog, caller.as_ref(), location, &asked, request);
    }
    answer(found)
}

/// Answers what is known of where the caller is, without a point: its country, and the most
/// important places there.
fn here(
    state: &AppState,
    catalog: &Catalog,
    caller: Option<&Caller>,
    location: Location,
    asked: &Asked,
    mut request: SearchRequest,
) -> Result<HttpResponse, ApiError> {
    let geocoder = state.geocoder(caller);
    if request.types == COUNTRIES_ALONE {
        // Widgets ask this before anything else, and cannot go on without an answer.
        for country in [location.country, state.geography.default_country()].into_iter().flatten() {
            let found = geocoder.country(country, request.language.as_deref());
            if let Some(hit) = found.map_err(unavailable)? {
                return answer(Ok(one(hit, request.max_results)));
            }
        }
    }
    let by_address = Asked { by_ip: Some(asked.by_ip.unwrap_or(true)), ..asked.clone() };
    request.countries =
        by_address.resolve(catalog, state, location, request.types, request.countries, false)?;
    narrow(caller, request.types, &mut request.countries)?;
    let elsewhere = location.country.filter(|country| !catalog.offers(*country));
    if let (true, Some(country)) = (request.countries.is_empty(), elsewhere) {
        // Of a country without data of its own the world knows the country, and others are not
        // where the caller is.
        let known = geocoder.country(country, request.language.as_deref());
        if let Some(hit) = known.map_err(unavailable)? {
            let mut found = one(hit, request.max_results);
            found.results.retain(|hit| request.types.contains(hit.kind));
            found.results_count = found.results.len();
            return answer(Ok(found));
        }
    }
    answer(geocoder.search(&request))
}

/// Narrows the countries to those of the key; which countries there are may be asked by any.
fn narrow(
    caller: Option<&Caller>,
    types: TypeSet,
    countries: &mut Vec<CountryCode>,
) -> Result<(), ApiError> {
    match caller {
        Some(caller) if types != COUNTRIES_ALONE => caller.narrow_countries(countries),
        _ => Ok(()),
    }
}

fn one(hit: Hit, max_results: usize) -> SearchResponse {
    SearchResponse {
        results: vec![hit],
        results_count: 1,
        max_results,
        query: String::new(),
        missing_chunks: Vec::new(),
    }
}

fn locate(state: &AppState, caller: Option<&Caller>, request: &HttpRequest) -> Location {
    let own = caller.map(|caller| caller.ip);
    let own = own.or_else(|| request.peer_addr().map(|peer| peer.ip()));
    let address = hinted_address(request.headers(), own);
    address.map_or_else(Location::default, |address| state.geography.locate(address))
}

fn by_ip(options: &RequestOptions) -> Result<Option<bool>, ApiError> {
    match &options.country_by_ip {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(*value)),
        other => Err(refused(vec![FieldError::new("countryByIP", other, "Must be a boolean.")])),
    }
}

/// What a request says about countries.
#[derive(Debug, Clone)]
struct Asked {
    /// As they were sent.
    countries: Value,
    /// Whether the country of the caller's address comes before them.
    by_ip: Option<bool>,
}

impl Asked {
    /// Applies PlaceKit's rules: a search for countries alone is never limited to some of them;
    /// each country asked for must be on offer; and without any, the caller's is meant, unless
    /// the search is `worldwide`.
    fn resolve(
        &self,
        catalog: &Catalog,
        state: &AppState,
        location: Location,
        types: TypeSet,
        countries: Vec<CountryCode>,
        worldwide: bool,
    ) -> Result<Vec<CountryCode>, ApiError> {
        if types == COUNTRIES_ALONE {
            return Ok(Vec::new());
        }
        let offered = |country: &CountryCode| catalog.offers(*country);
        let of_address = location.country.filter(offered);
        if let (Some(true), Some(country)) = (self.by_ip, of_address) {
            return Ok(vec![country]);
        }
        if countries.is_empty() {
            let default = state.geography.default_country().filter(offered);
            let country = if worldwide { None } else { of_address.or(default) };
            return Ok(country.into_iter().collect());
        }
        if countries.iter().all(offered) {
            return Ok(countries);
        }
        Err(refused(self.unsupported(catalog)))
    }

    /// Names each unsupported country by its position in the list as it was sent.
    fn unsupported(&self, catalog: &Catalog) -> Vec<FieldError> {
        let Value::List(items) = &self.countries else { return Vec::new() };
        let unsupported = |item: &Value| match item {
            Value::Text(code) => !CountryCode::parse(code).is_some_and(|code| catalog.offers(code)),
            _ => true,
        };
        let errors = items.iter().enumerate().filter(|(_, item)| unsupported(item));
        errors
            .map(|(index, item)| {
                FieldError::new(format!("countries[{index}]"), item, COUNTRY_NOT_SUPPORTED)
            })
            .collect()
    }
}

fn unavailable(error: Error) -> ApiError {
    ApiError::DataUnavailable(error.into())
}

fn refused(errors: Vec<FieldError>) -> ApiError {
    ApiError::Invalid { place: Place::Body, errors }
}

fn answer(result: Result<SearchResponse, Error>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(result.map_err(unavailable)?))
}
