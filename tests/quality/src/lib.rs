//! Asks the engine queries with known answers and counts how often it is right.
//!
//! Queries and the judgement of answers come from `hereabouts-corpora`, which knows neither the
//! engine nor the builder. `docs/RANKING.md`, "How it is measured", defines every figure.

pub mod closed_world;
pub mod datasets;
pub mod engine;
pub mod floors;
pub mod iso3166;
pub mod measure;
pub mod report;
pub mod suites;

pub use datasets::Corpus;
pub use engine::Engine;
pub use measure::{ClassFigures, Miss, measure};
