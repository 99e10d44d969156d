//! Queries with known answers, made from the source files alone.
//!
//! Neither the engine nor the builder is a dependency: files are read, names are compared and
//! distances are measured by code of this crate, so that a fault there cannot hide itself.
//! Everything follows from the files and a seed: the same ones give the same queries.

pub mod abbreviations;
pub mod airports;
pub mod case;
pub mod complaints;
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_crate_knows_neither_the_engine_nor_the_builder() {
        let manifest = include_str!("../Cargo.toml");
        for name in ["geocoder-core", "shard-builder", "hereabouts-quality", "hereabouts-tests"] {
            assert!(!manifest.contains(name), "{name}");
        }
    }
}
