//! Which corpora there are, of which files they and their shards are made.

use std::path::{Path, PathBuf};

use hereabouts_corpora::case::Case;
use hereabouts_corpora::{Sampler, forward, osm, register, reverse};

use crate::engine::Engine;

/// Build file of the shards of the bundled data.
const BUNDLED: &str = include_str!("../datasets.toml");

/// A corpus: cases and the engine that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corpus {
    /// Liechtenstein, OpenStreetMap.
    Liechtenstein,
    /// Monaco, OpenStreetMap.
    Monaco,
    /// Iceland, official register.
    Iceland,
}

impl Corpus {
    /// All corpora, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Liechtenstein, Self::Monaco, Self::Iceland];

    /// Name in options, floors and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Liechtenstein => "li",
            Self::Monaco => "mc",
            Self::Iceland => "is",
        }
    }

    /// Builds its shards.
    ///
    /// # Errors
    /// Fails when a source is unusable.
    pub fn engine(self) -> anyhow::Result<Engine> {
        Engine::build(BUNDLED, &bundled(), &[self.name()])
    }

    /// Makes its queries.
    ///
    /// # Errors
    /// Fails when a source is unusable.
    pub fn cases(self, seed: u64, n_queries: usize) -> anyhow::Result<Vec<Case>> {
        let mut sampler = Sampler::new(seed, n_queries);
        let mut data = match self {
            Self::Liechtenstein => osm::read(&bundled().join("liechtenstein.osm.pbf"), "li", false)?,
            Self::Monaco => osm::read(&bundled().join("monaco.osm.pbf"), "mc", true)?,
            Self::Iceland => register::read(&bundled().join("iceland_addresses.csv.xz"))?,
        };
        data.languages = match self {
            Self::Liechtenstein => &["de"],
            Self::Monaco => &["fr"],
            Self::Iceland => &["is"],
        };
        forward::add(&mut sampler, &data);
        reverse::add(&mut sampler, &data);
        Ok(sampler.cases)
    }
}

/// Folder of the bundled data.
fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data")
}
