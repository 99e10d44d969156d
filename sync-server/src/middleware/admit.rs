//! Lets a request through to its handler when its key allows it, and adds the headers that tell
//! about limits.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::access::Need;
use crate::error::ApiError;
use crate::json_body::BodyLimit;
use crate::model::Scope;
use crate::state::AppState;

/// Handles a request of a route that needs this, with a body up to this size.
pub async fn admit(
    need: Need,
    limit: BodyLimit,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    request.extensions_mut().insert(limit);
    if need == Need::Open {
        return next.call(request).await;
    }
    let Some(state) = request.app_data::<web::Data<AppState>>().cloned() else {
        return Err(ApiError::Internal("no state is configured".into()).into());
    };
    let counts = matches!(need, Need::Key(Scope::GeocodeSearch | Scope::GeocodeReverse));
    let admission = state.access.admit(request.request(), need, counts).await;
    let mut response = match admission.outcome {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.call(request).await?
        }
        Err(error) => {
            let (request, _) = request.into_parts();
            ServiceResponse::from_err(error, request)
        }
    };
    let headers = response.headers_mut();
    for (name, value) in admission.headers {
        headers.insert(name, value);
    }
    // Answers to keys are nobody else's, unless the handler knows better.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.append(VARY, HeaderValue::from_static("x-placekit-api-key, authorization, origin"));
    Ok(response)
}
