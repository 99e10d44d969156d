//! The base of a country, alone: what patches are looked up in and turned into corrections of.

use bytes::Bytes;
use geocoder_core::delta::Generation;
use geocoder_core::{Geocoder, Shard};

use super::rebase::{Resolution, resolve};
use crate::catalog::Catalog;
use crate::model::Patch;

/// One generation of the base of a country.
#[derive(Debug)]
pub struct Base {
    shard: Shard<Bytes>,
    /// The shard alone: whatever other countries are on offer, every server makes the same
    /// corrections of a generation.
    geocoder: Geocoder<Bytes>,
    generation: Generation,
}

impl Base {
    /// Takes the base of a country; `None` when it is not on offer.
    pub fn of(catalog: &Catalog, country: &str) -> Option<Self> {
        let generation = catalog.generation_of(country)?;
        let shard = catalog.shard(country)?.without_overlay();
        let mut geocoder = Geocoder::new();
        geocoder.insert(shard.clone());
        Some(Self { shard, geocoder, generation })
    }

    /// Returns the shard.
    pub fn shard(&self) -> &Shard<Bytes> {
        &self.shard
    }

    /// Returns its generation.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Looks a patch up.
    ///
    /// # Errors
    /// Fails when the shard is damaged.
    pub fn resolve(&self, patch: &Patch) -> geocoder_core::Result<Resolution> {
        resolve(patch, &self.geocoder, &self.shard, &self.generation.to_string())
    }
}
