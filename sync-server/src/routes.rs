//! The one table of routes: every route stands here once, with what it asks of its callers, and
//! nothing else is answered.

use std::collections::BTreeSet;

use actix_web::dev::ServiceRequest;
use actix_web::guard;
use actix_web::http::header::X_CONTENT_TYPE_OPTIONS;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage, HttpResponse, Resource, Route};

use crate::access::Need::{self, AnyKey, Key, Open};
use crate::error::ApiError;
use crate::handlers::{
    apps, audit, blobs, changes, config, conflicts, events, geocode, heads, health, keys, manifest,
    patches, permissions, proposals, reference, site,
};
use crate::json_body::BodyLimit;
use crate::metrics::RoutePath;
use crate::middleware::{admit, cors, request_log};
use crate::model::Scope::{
    self, AppsRead, AppsWrite, AuditRead, GeocodeReverse, GeocodeSearch, KeysRead, KeysWrite,
    PatchesPropose, PatchesRead, PatchesWrite, SyncRead,
};
use crate::state::AppState;

/// A route.
#[derive(Debug, Clone)]
pub struct RouteEntry {
    /// Method; `GET` answers `HEAD` too.
    pub method: &'static str,
    /// Path with its parameters.
    pub path: &'static str,
    /// What it asks of its callers.
    pub need: Need,
    /// Largest body.
    pub body_limit: BodyLimit,
    handler: fn(Route) -> Route,
}

/// Returns the table. Of paths that both match, the first one answers.
#[rustfmt::skip]
pub fn table() -> Vec<RouteEntry> {
    vec![
        route("GET", "/healthz", Open, |r| r.to(health::get)),
        route("GET", "/readyz", Open, |r| r.to(health::ready)),
        route("GET", "/config.json", Open, |r| r.to(config::get)),
        route("GET", "/openapi.json", Open, |r| r.to(reference::document)),
        route("GET", "/docs", Open, |r| r.to(reference::page)),
        route("GET", "/sync/v1/manifest", Key(SyncRead), |r| r.to(manifest::get)),
        route("GET", "/sync/v1/manifest.json", Key(SyncRead), |r| r.to(manifest::get)),
        route("GET", "/sync/v1/heads", Key(SyncRead), |r| r.to(heads::get)),
        route("GET", "/sync/v1/events", Key(SyncRead), |r| r.to(events::get)),
        route("GET", "/sync/v1/changes", Key(SyncRead), |r| r.to(changes::get)),
        route("GET", "/sync/v1/blobs/{sha256}", Open, |r| r.to(blobs::get)),
        patches("POST", "/sync/v1/proposals", PatchesPropose, |r| r.to(proposals::create)),
        patches("GET", "/sync/v1/proposals", PatchesPropose, |r| r.to(proposals::list)),
        patches("GET", "/sync/v1/proposals/{mutationId}", PatchesPropose, |r| r.to(proposals::get)),
        patches("GET", "/sync/v1/status", PatchesRead, |r| r.to(conflicts::status)),
        patches("GET", "/sync/v1/conflicts", PatchesRead, |r| r.to(conflicts::list)),
        patches("POST", "/sync/v1/conflicts/{patchId}", PatchesWrite, |r| r.to(conflicts::resolve)),
        route("POST", "/search", Key(GeocodeSearch), |r| r.to(geocode::search)),
        route("POST", "/reverse", Key(GeocodeReverse), |r| r.to(geocode::reverse)),
        patches("POST", "/patch/search", PatchesRead, |r| r.to(patches::search)),
        patches("POST", "/patch/bulk", PatchesWrite, |r| r.to(patches::bulk)),
        patches("POST", "/patch", PatchesWrite, |r| r.to(patches::create)),
        patches("PUT", "/patch", PatchesWrite, |r| r.to(patches::upsert)),
        patches("GET", "/patch/{id}", PatchesRead, |r| r.to(patches::get)),
        patches("PATCH", "/patch/{id}", PatchesWrite, |r| r.to(patches::update)),
        patches("DELETE", "/patch/{id}", PatchesWrite, |r| r.to(patches::delete)),
        patches("GET", "/patch/{id}/history", PatchesRead, |r| r.to(patches::history)),
        patches("DELETE", "/patch/{id}/language/{language}", PatchesWrite, |r| r.to(patches::delete_language)),
        admin("GET", "/keys", Key(KeysRead), |r| r.to(keys::list)),
        admin("POST", "/keys", Key(KeysWrite), |r| r.to(keys::create)),
        admin("GET", "/keys/current", AnyKey, |r| r.to(keys::current)),
        admin("GET", "/keys/{id}", Key(KeysRead), |r| r.to(keys::get)),
        admin("PATCH", "/keys/{id}", Key(KeysWrite), |r| r.to(keys::update)),
        admin("PUT", "/keys/{id}", Key(KeysWrite), |r| r.to(keys::update)),
        admin("DELETE", "/keys/{id}", Key(KeysWrite), |r| r.to(keys::delete)),
        admin("POST", "/keys/{id}/rotate", Key(KeysWrite), |r| r.to(keys::rotate)),
        admin("GET", "/permissions", Key(KeysRead), |r| r.to(permissions::list)),
        admin("GET", "/apps", Key(AppsRead), |r| r.to(apps::list)),
        admin("POST", "/apps", Key(AppsWrite), |r| r.to(apps::create)),
        admin("GET", "/apps/{id}", Key(AppsRead), |r| r.to(apps::get)),
        admin("PATCH", "/apps/{id}", Key(AppsWrite), |r| r.to(apps::update)),
        admin("PUT", "/apps/{id}", Key(AppsWrite), |r| r.to(apps::update)),
        admin("DELETE", "/apps/{id}", Key(AppsWrite), |r| r.to(apps::delete)),
        admin("GET", "/audit", Key(AuditRead), |r| r.to(audit::list)),
    ]
}

/// A route whose bodies are as small as searches are.
fn route(
    method: &'static str,
    path: &'static str,
    need: Need,
    handler: fn(Route) -> Route,
) -> RouteEntry {
    RouteEntry { method, path, need, body_limit: BodyLimit::SEARCH, handler }
}

/// A route of patches, whose bodies may be whole batches.
fn patches(
    method: &'static str,
    path: &'static str,
    scope: Scope,
    handler: fn(Route) -> Route,
) -> RouteEntry {
    RouteEntry { body_limit: BodyLimit::PATCHES, ..route(method, path, Key(scope), handler) }
}

/// A route whose bodies are as large as administration needs.
fn admin(
    method: &'static str,
    path: &'static str,
    need: Need,
    handler: fn(Route) -> Route,
) -> RouteEntry {
    RouteEntry { body_limit: BodyLimit::ADMIN, ..route(method, path, need, handler) }
}

impl RouteEntry {
    fn to_route(&self) -> Route {
        let (need, limit, path) = (self.need, self.body_limit, RoutePath(self.path));
        let method = self.method;
        let route = web::route().guard(guard::fn_guard(move |context| {
            let asked = context.head().method.as_str();
            asked == method || (asked == "HEAD" && method == "GET")
        }));
        (self.handler)(route).wrap(from_fn(move |request: ServiceRequest, next| {
            request.extensions_mut().insert(path);
            admit::admit(need, limit, request, next)
        }))
    }
}

/// Registers every route on an application; the server and its tests use the same.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut ServiceConfig) {
    |config| {
        let everything = web::scope("")
            .app_data(state)
            .wrap(cors::add_headers(DefaultHeaders::new()).add((X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .wrap(from_fn(request_log::log_request))
            .configure(resources)
            .default_service(web::to(site::get));
        config.service(everything);
    }
}

fn resources(config: &mut ServiceConfig) {
    // Preflights carry no key and no body, and are the same for every path.
    config.service(web::resource("/{path:.*}").guard(guard::Options()).to(cors::preflight));
    let table = table();
    let mut done = BTreeSet::new();
    for entry in &table {
        if done.insert(entry.path) {
            let of_path = table.iter().filter(|other| other.path == entry.path);
            config.service(resource(entry.path, &of_path.collect::<Vec<_>>()));
        }
    }
}

/// A resource that names its methods to those who use another one. PlaceKit's servers say that
/// there is no such route, and its clients never ask; the standard's answer helps everyone else.
fn resource(path: &str, entries: &[&RouteEntry]) -> Resource {
    let methods: Vec<&str> = entries
        .iter()
        .flat_map(|entry| [Some(entry.method), (entry.method == "GET").then_some("HEAD")])
        .flatten()
        .collect();
    let allow = methods.join(", ");
    let refuse = move || {
        let allow = allow.clone();
        async move { Err::<HttpResponse, _>(ApiError::MethodNotAllowed { allow }) }
    };
    entries
        .iter()
        .fold(web::resource(path), |resource, entry| resource.route(entry.to_route()))
        .default_service(web::to(refuse))
}
