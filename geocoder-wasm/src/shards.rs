//! The loaded shards: each with its generation, and with the corrections laid over it.

use std::sync::Arc;

use geocoder_core::delta::{Generation, Snapshot};
use geocoder_core::overlay::Overlay;
use geocoder_core::{CountryCode, Geocoder, Shard};
use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;

use crate::country::Country;
use crate::error::{Error, Result, to_js};
use crate::overlay::OverlayReport;
use crate::shard_bytes::ShardBytes;

/// Shards with what is known of them.
#[derive(Debug, Default)]
pub(crate) struct Shards {
    pub(crate) geocoder: Geocoder<Vec<u8>>,
    /// Generations of the shards whose SHA-256 is known; that of others is computed when it is
    /// asked for, because shards are large.
    generations: Vec<(CountryCode, Generation)>,
}

impl Shards {
    /// Loads a shard and the corrections over it.
    pub(crate) fn insert(
        &mut self,
        bytes: ShardBytes,
        overlay: Option<&Uint8Array>,
    ) -> Result<JsValue> {
        let (bytes, sha256) = bytes.finish()?;
        let mut shard = Shard::open(bytes)?;
        let mut generation = sha256.as_ref().map(Generation::of);
        if let Some(overlay) = overlay {
            let known = generation.unwrap_or_else(|| generation_of(&shard));
            generation = Some(known);
            shard = corrected(&shard, known, overlay)?.0;
        }
        let country = to_js(&Country::from(&shard))?;
        self.keep(shard, generation);
        Ok(country)
    }

    /// Lays other corrections over a shard.
    pub(crate) fn insert_overlay(
        &mut self,
        country: &str,
        overlay: Option<&Uint8Array>,
    ) -> Result<JsValue> {
        let code = CountryCode::parse(country);
        let shard = self.geocoder.shards().iter().find(|shard| Some(shard.meta().country) == code);
        let shard = shard.ok_or_else(|| Error::NotLoaded(country.into()))?;
        let known = self.generations.iter().find(|(other, _)| Some(*other) == code);
        let generation = known.map_or_else(|| generation_of(shard), |(_, generation)| *generation);
        let (shard, report) = match overlay {
            Some(overlay) => corrected(shard, generation, overlay)?,
            None => (shard.without_overlay(), OverlayReport::default()),
        };
        let report = to_js(&report)?;
        self.keep(shard, Some(generation));
        Ok(report)
    }

    fn keep(&mut self, shard: Shard<Vec<u8>>, generation: Option<Generation>) {
        let code = shard.meta().country;
        self.generations.retain(|(other, _)| *other != code);
        self.generations.extend(generation.map(|generation| (code, generation)));
        self.geocoder.insert(shard);
    }

    /// Unloads the shard of a country; returns whether there was one.
    pub(crate) fn remove(&mut self, country: &str) -> bool {
        CountryCode::parse(country).is_some_and(|code| self.geocoder.remove(code).is_some())
    }
}

/// Returns a shard with the corrections of a snapshot laid over it, and what became of them.
fn corrected(
    shard: &Shard<Vec<u8>>,
    generation: Generation,
    snapshot: &Uint8Array,
) -> Result<(Shard<Vec<u8>>, OverlayReport)> {
    let snapshot = Snapshot::decode(&ShardBytes::copy_of(snapshot)?)?;
    snapshot.check_generation(generation)?;
    let overlay = Overlay::build(shard, &snapshot.corrections)?;
    let report = OverlayReport::from(&overlay);
    Ok((shard.with_overlay(Arc::new(overlay))?, report))
}

fn generation_of(shard: &Shard<Vec<u8>>) -> Generation {
    Generation::of(&Sha256::digest(shard.bytes()).into())
}
