//! Queries with known answers, made from the source files alone.
//!
//! Neither the engine nor the builder is a dependency: files are read, names are compared and
//! distances are measured by code of this crate, so that a fault there cannot hide itself.
//! Everything follows from the files and a seed: the same ones give the same queries.

pub mod abbreviations;
pub mod airports;
pub mod case;
pub mod fold;
pub mod forward;
pub mod geo;
pub mod geonames;
pub mod input;
pub mod osm;
pub mod random;
pub mod records;
pub mod register;
pub mod reverse;
pub mod sampling;
pub mod spelling;
pub mod typos;
pub mod world;

pub use case::{Answer, Case, Kind, Question, Truth};
pub use records::Dataset;
pub use sampling::Sampler;
