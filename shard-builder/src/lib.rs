//! Builds shards: reads sources, joins what they say to one country's records, writes and
//! publishes.
//!
//! A [`Source`] hands over [entries](entry::Entry) or a whole
//! [`Gazetteer`](geocoder_core::gazetteer::Gazetteer); [`assemble()`] joins those of several
//! sources to one gazetteer, and [`publish()`] writes it as content-named blobs with a manifest.
//! [`batch`] does so for the countries of a [`build_file`].

pub mod account;
mod assemble;
pub mod batch;
pub mod build_file;
pub mod compress;
pub mod country;
pub mod entry;
mod error;
mod geometry;
pub mod house_number;
mod importance;
mod input;
pub mod inspect;
pub mod lexicon;
mod name;
pub mod progress;
mod publish;
pub mod report;
pub mod shard_file;
mod source;
mod spelling;
mod zipcode;

pub use assemble::assemble;
pub use error::{Error, Result};
pub use publish::{Published, publish};
pub use report::Report;
pub use source::airports::Airports;
pub use source::communes::Communes;
pub use source::country_names::CountryNames;
pub use source::geonames::Geonames;
pub use source::records::Records;
pub use source::stations::Stations;
pub use source::subdivisions::Subdivisions;
pub use source::table::{Mapping, Table};
pub use source::{Sink, Source, osm};
