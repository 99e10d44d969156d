//! Builds shards: reads gazetteers, merges them into one country's records, writes and publishes.
//!
//! [`osm::read`] makes a [`Gazetteer`](geocoder_core::gazetteer::Gazetteer) of OpenStreetMap
//! extracts and [`publish`](publish()) writes it as content-named blobs with a manifest.

pub mod country;
mod error;
mod geometry;
pub mod house_number;
mod importance;
mod name;
pub mod progress;
pub mod report;
mod source;
mod spelling;

pub use error::{Error, Result};
pub use report::Report;
pub use source::{Source, osm};
