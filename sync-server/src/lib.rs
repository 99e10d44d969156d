//! HTTP server of Hereabouts: sync (manifest and blobs), geocoding REST API and the web app.
//!
//! [`routes`] is the one list of routes, [`handlers`] has one resource a file, only [`blobs`]
//! knows where data is stored, [`model`] says what is managed and [`store`] where it
//! is kept, [`error`] turns every failure into a JSON answer, and [`server`]
//! puts them on a socket.
#![forbid(unsafe_code)]

pub mod access;
pub mod blobs;
pub mod catalog;
pub mod coding;
pub mod commands;
pub mod config;
pub mod error;
pub mod fields;
pub mod geography;
pub mod handlers;
pub mod hex;
pub mod idempotency;
pub mod json_body;
pub mod live;
pub mod metrics;
pub mod middleware;
pub mod model;
pub mod openapi;
pub mod overlays;
pub mod pagination;
pub mod patches;
pub mod precondition;
pub mod publish;
pub mod representation;
pub mod routes;
pub mod server;
pub mod site;
pub mod state;
pub mod store;
pub mod stored_file;
pub mod sync;
pub mod tls;
