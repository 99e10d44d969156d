//! Handlers, one resource a file; they read the request, ask the state and shape the answer.

pub mod apps;
pub mod audit;
pub mod blobs;
pub mod changes;
pub mod config;
pub mod conflicts;
pub mod events;
pub mod geocode;
pub mod heads;
pub mod health;
pub mod keys;
pub mod manifest;
pub mod patches;
pub mod permissions;
pub mod proposals;
pub mod reference;
pub mod site;
