//! The description of the API in OpenAPI 3.1, made from the handlers and the table of routes.
//!
//! A handler says what is its own ([`utoipa::path`]); what follows from its route, such as the key
//! that it needs and how requests without it are answered, is added by `complete`. Bodies that
//! handlers read member by member are described by the types of this module.

pub mod answers;
pub mod apps;
mod complete;
pub mod geocoding;
pub mod keys;
pub mod page;
pub mod parameters;
pub mod patching;
pub mod proposing;
pub mod values;

use utoipa::OpenApi;

use crate::handlers;
use crate::routes;

/// What the handlers say.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hereabouts",
        description = "Geocoding with PlaceKit's routes and shapes, synchronisation of shards, live patches, and keys.\n\nSend the token of a key as `x-placekit-api-key` or as `Authorization: Bearer`. Bodies are JSON objects whatever their content type; unknown members are ignored. Every answer that is not a success is a JSON object with `message`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "Geocoding", description = "Places, streets and houses by text or by point."),
        (name = "Patches", description = "Corrections of records; approved ones are seen by everybody who searches with a key of the same app."),
        (name = "Keys", description = "Who may do what."),
        (name = "Apps", description = "Owners of keys and patches, each below another one, and the log of their changes."),
        (name = "Synchronisation", description = "Shards, so that devices geocode by themselves."),
        (name = "Operation", description = "For those who run the server."),
    ),
    paths(
        handlers::geocode::search,
        handlers::geocode::reverse,
        handlers::patches::search,
        handlers::patches::bulk,
        handlers::patches::create,
        handlers::patches::upsert,
        handlers::patches::get,
        handlers::patches::update,
        handlers::patches::delete,
        handlers::patches::history,
        handlers::patches::delete_language,
        handlers::keys::list::list,
        handlers::keys::create,
        handlers::keys::current,
        handlers::keys::get,
        handlers::keys::update,
        handlers::keys::delete,
        handlers::keys::rotate,
        handlers::permissions::list,
        handlers::apps::list,
        handlers::apps::create,
        handlers::apps::get,
        handlers::apps::update,
        handlers::apps::delete,
        handlers::audit::list,
        handlers::manifest::get,
        handlers::conflicts::status,
        handlers::conflicts::list,
        handlers::conflicts::resolve,
        handlers::proposals::create,
        handlers::proposals::list,
        handlers::proposals::get,
        handlers::heads::get,
        handlers::events::get,
        handlers::changes::get,
        handlers::blobs::get,
        handlers::health::get,
        handlers::health::ready,
        handlers::config::get,
        handlers::reference::document,
        handlers::reference::page,
    ),
    // Shapes of parameters, which are not found by themselves.
    components(schemas(
        values::AnyId,
        values::Id,
        values::PatchId,
        values::PermissionName,
        crate::model::KeyStatus,
        crate::model::Role,
    )),
)]
struct Handlers;

/// Returns the description of every route of the table.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Handlers::openapi();
    complete::complete(&mut document, &routes::table());
    document
}

/// Returns the description as JSON for files and people.
///
/// # Errors
/// Fails when the description cannot be written as JSON.
pub fn json() -> serde_json::Result<String> {
    let mut json = serde_json::to_string_pretty(&document())?;
    json.push('\n');
    Ok(json)
}

#[cfg(test)]
mod tests;
