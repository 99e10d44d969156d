//! The generations that a data directory has had, as far as its manifests of before are kept.

use std::time::Duration;

use geocoder_core::manifest::{CountryEntry, Manifest};

use super::directory::{DataDirectory, KeptManifest};
use super::error::Result;

/// Manifests of a data directory.
#[derive(Debug)]
pub struct History {
    /// Newest first, the present one among them.
    manifests: Vec<KeptManifest>,
}

/// A generation of a country.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationEntry {
    /// What the manifest says of it.
    pub entry: CountryEntry,
    /// Version of the manifest that named it first.
    pub since_version: u64,
    /// How long ago another one took its place; zero for the present one.
    pub replaced: Duration,
    /// Whether it is the present one.
    pub is_current: bool,
}

impl History {
    /// Reads the manifests of a directory; `current` is the present one.
    ///
    /// # Errors
    /// Fails when one of them cannot be read.
    pub fn read(directory: &DataDirectory, current: Option<&Manifest>) -> Result<Self> {
        let mut manifests = directory.kept_manifests()?;
        if let Some(current) = current {
            // A crash may have kept it already.
            manifests.retain(|kept| kept.manifest.version != current.version);
            let path = directory.path().join("manifest.json");
            let age = Duration::ZERO;
            manifests.insert(0, KeptManifest { path, manifest: current.clone(), age });
        }
        Ok(Self { manifests })
    }

    pub(super) fn manifests(&self) -> &[KeptManifest] {
        &self.manifests
    }

    /// Returns the codes of all countries, sorted.
    pub fn countries(&self) -> Vec<String> {
        let of = |kept: &KeptManifest| kept.manifest.countries.keys().cloned().collect::<Vec<_>>();
        let mut countries: Vec<String> = self.manifests.iter().flat_map(of).collect();
        countries.sort_unstable();
        countries.dedup();
        countries
    }

    /// Returns the generations of a country, the one that was published last first.
    pub fn generations(&self, country: &str) -> Vec<GenerationEntry> {
        let mut generations: Vec<GenerationEntry> = Vec::new();
        for (index, kept) in self.manifests.iter().enumerate() {
            let Some(entry) = kept.manifest.countries.get(country) else { continue };
            let version = kept.manifest.version;
            let mut known = generations.iter_mut();
            match known.find(|known| known.entry.base.sha256 == entry.base.sha256) {
                Some(known) => known.since_version = version,
                None => generations.push(GenerationEntry {
                    entry: entry.clone(),
                    since_version: version,
                    replaced: kept.age,
                    is_current: index == 0,
                }),
            }
        }
        generations
    }

    /// Returns a named generation, or the newest of those that are older than the present one.
    pub(super) fn entry_before(
        &self,
        country: &str,
        generation: Option<&str>,
    ) -> Option<CountryEntry> {
        let mut generations = self.generations(country);
        let known = match generation {
            Some(name) => generations.into_iter().find(|known| known.entry.base.generation == name),
            None => {
                let since = generations.iter().find(|known| known.is_current)?.since_version;
                generations.retain(|known| known.since_version < since);
                generations.into_iter().max_by_key(|known| known.since_version)
            }
        };
        known.map(|known| known.entry)
    }
}
