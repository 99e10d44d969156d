//! The one list of routes, with what holds for all of them.

use actix_web::http::header::X_CONTENT_TYPE_OPTIONS;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route, guard};

use crate::error::ApiError;
use crate::handlers::{blobs, geocode, health, manifest, site};
use crate::middleware::{cors, request_log};
use crate::state::AppState;

/// Registers every route on an application; the server and its tests use the same.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    |config| {
        let everything = web::scope("")
            .app_data(state)
            .wrap(cors::add_headers(DefaultHeaders::new()).add((X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .wrap(from_fn(request_log::log_request))
            .configure(routes)
            .default_service(web::to(site::get));
        config.service(everything);
    }
}

fn routes(config: &mut ServiceConfig) {
    config
        // Preflights carry no key and no body, and are the same for every path.
        .service(web::resource("/{path:.*}").guard(guard::Options()).to(cors::preflight))
        .service(readable("/healthz").route(read().to(health::get)))
        .service(readable("/sync/v1/manifest").route(read().to(manifest::get)))
        .service(readable("/sync/v1/manifest.json").route(read().to(manifest::get)))
        .service(readable("/sync/v1/blobs/{sha256}").route(read().to(blobs::get)))
        .service(resource("/search", "POST").route(web::post().to(geocode::search)))
        .service(resource("/reverse", "POST").route(web::post().to(geocode::reverse)));
}

/// A resource that names its methods to those who use another one.
fn resource(path: &str, allow: &'static str) -> Resource {
    let refuse =
        move || async move { Err::<HttpResponse, _>(ApiError::MethodNotAllowed { allow }) };
    web::resource(path).default_service(web::to(refuse))
}

fn readable(path: &str) -> Resource {
    resource(path, "GET, HEAD")
}

fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
