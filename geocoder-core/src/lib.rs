//! Engine of Hereabouts, a geocoder that runs on the user's device.
//!
//! The engine searches [`Shard`]s, immutable indexes of one country each, held in memory:
//! forward ([`Geocoder::search`]) and reverse ([`Geocoder::reverse`]).
//! It does no I/O, reads no clock, starts no thread, and no bytes or request make it panic.
#![forbid(unsafe_code)]

mod countries;
pub mod delta;
mod engine;
pub mod error;
pub mod features;
#[cfg(feature = "build")]
pub mod gazetteer;
pub mod geo;
mod hexadecimal;
pub mod lexicon;
pub mod manifest;
pub mod overlay;
mod present;
pub mod record;
pub mod request;
pub mod response;
mod reverse;
mod search;
pub mod shard;
mod sort;
pub mod text;
mod trigonometry;
pub mod weights;
pub mod wire;

pub use engine::Geocoder;
pub use error::{Error, Result};
pub use geo::LonLat;
pub use record::{CountryCode, Precision, RecordType, TypeSet};
pub use request::{ReverseRequest, SearchRequest};
pub use response::{Hit, SearchResponse};
pub use shard::Shard;
pub use weights::Weights;
