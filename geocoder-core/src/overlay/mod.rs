//! The overlay: corrections laid over an immutable base, in memory.
//!
//! Search and reverse over a base with an overlay answer what a base that was built again with
//! the corrections would answer. What corrections touch is taken out of the base and put into
//! blocks of the overlay, which are numbered behind those of the base, with terms of their own,
//! whose pieces are numbered behind those of the base, and boxes of their own behind the directory
//! of the base. Searches run once over both, by the same stages, budgets and bounds.
//!
//! - `correction`: the data of corrections.
//! - `draft`: records as they are changed, read from the base when a correction touches them.
//! - `hierarchy`: what corrections do to places, and which place a record is in.
//! - `apply`, `houses`: what they do to streets and points, and to houses.
//! - `key_index`: what all of these look up.
//! - `lost`: terms of the base that nothing has any more.
//! - `blocks`, `terms`: what became of it all, as searches see it.
//! - `resolve`, `across`: from results back to records, in the same base and in another.

mod across;
mod apply;
mod blocks;
#[cfg(test)]
#[cfg(feature = "build")]
mod containers_tests;
mod correction;
mod draft;
mod hierarchy;
#[cfg(test)]
#[cfg(feature = "build")]
mod hostile_tests;
mod houses;
mod key_index;
mod lost;
mod resolve;
mod terms;
#[cfg(test)]
#[cfg(feature = "build")]
mod tests;

use std::sync::{Arc, OnceLock};

pub use correction::{
    Change, Correction, CorrectionId, Origin, PatchFields, PatchHouse, PatchNames, PatchRecord,
    RecordRef,
};
pub use draft::{MAX_TEXT_BYTES, default_importance};

pub(crate) use blocks::AddedBlock;
pub(crate) use draft::PlaceNames;

use crate::error::{Error, Result};
use crate::geo::BBox;
use crate::shard::{Dictionary, HousesTable, Places, Prominence, Shard, TermRef, length};
use terms::AddedTerms;

/// Corrections, ready to be searched over the base that they were built for.
///
/// Immutable: when corrections change, another one is built, from all of them.
#[derive(Debug)]
pub struct Overlay {
    /// Checksum of the head of the base.
    base: u64,
    n_applied: usize,
    skipped: Vec<Skipped>,
    missing: Vec<u32>,
    /// The places after all corrections.
    pub(crate) places: Places,
    /// Names of the places that have others than in the base.
    pub(crate) place_names: Vec<PlaceNames>,
    place_terms: AddedTerms,
    record_terms: AddedTerms,
    /// References to the stop words among the terms of places, ascending.
    pub(crate) place_stop_terms: Vec<TermRef>,
    /// Records of the base that no longer count: a bit for each of a block, ascending by block.
    hidden: Vec<(u32, u128)>,
    /// Terms of the base that only what no longer counts has: piece and ordinal, ascending.
    lost_places: Vec<(u32, u32)>,
    lost_records: Vec<(u32, u32)>,
    /// Ascending by place.
    pub(crate) blocks: Vec<AddedBlock>,
    /// Numbers of the blocks in the order in which they share entries of the directory.
    by_curve: Vec<u32>,
    /// Suffixes of the houses of all blocks.
    pub(crate) suffixes: HousesTable,
    /// Removed places, each behind the one that took over what it held; ascending.
    adopted: Vec<(u32, u32)>,
    /// Places that corrections added, and what they stand for; ascending.
    place_sources: Vec<(u32, RecordRef)>,
    pub(crate) prominences: Vec<[OnceLock<Prominence>; 2]>,
}

/// A correction that changes nothing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The correction.
    pub id: CorrectionId,
    /// What stands in its way.
    pub reason: SkipReason,
}

/// Why a correction changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// The base has no such record, or another correction removes it; resolve its origin again.
    #[error("the record to be corrected does not exist")]
    NoSuchRecord,
    /// A value is empty, too long or out of range.
    #[error("a value of the corrected record is empty, too long or out of range")]
    Invalid,
    /// Countries are neither added nor removed, and the world knows no further ones.
    #[error("a country cannot be added, removed or become anything else")]
    Country,
    /// The chunk of the record is not loaded; build again when it is.
    #[error("the chunk that holds the record is not loaded")]
    MissingChunk,
    /// Another correction of the same record has a greater id.
    #[error("another correction of the same record counts")]
    Superseded,
}

impl SkipReason {
    /// Returns the name that programs may rely on.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSuchRecord => "no_such_record",
            Self::Invalid => "invalid",
            Self::Country => "country",
            Self::MissingChunk => "missing_chunk",
            Self::Superseded => "superseded",
        }
    }
}

impl Overlay {
    /// Lays corrections over the base of a shard; the same set gives the same overlay, in
    /// whatever order. An overlay that the shard already has plays no role.
    ///
    /// # Errors
    /// Fails when a chunk that is needed is corrupt. Corrections that cannot be applied are
    /// skipped ([`Self::skipped`]).
    pub fn build<D: AsRef<[u8]>>(shard: &Shard<D>, corrections: &[Correction]) -> Result<Self> {
        let base = shard.without_overlay();
        let mut builder = apply::Builder::new(&base);
        builder.apply(corrections)?;
        builder.finish()
    }

    /// Number of corrections that are applied.
    pub fn len(&self) -> usize {
        self.n_applied
    }

    /// Whether the base is as it was.
    pub fn is_empty(&self) -> bool {
        self.n_applied == 0
    }

    /// Returns the corrections that change nothing, by id.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Returns the numbers of the chunks without which corrections are skipped or incomplete,
    /// ascending: build again when they are there.
    pub fn missing_chunks(&self) -> &[u32] {
        &self.missing
    }

    pub(crate) fn terms(&self, dictionary: Dictionary) -> &AddedTerms {
        match dictionary {
            Dictionary::Places => &self.place_terms,
            Dictionary::Records => &self.record_terms,
        }
    }

    /// Returns which records of a block of the base no longer count, a bit for each.
    pub(crate) fn hidden_records(&self, block: u32) -> u128 {
        hidden_records(&self.hidden, block).unwrap_or(0)
    }

    /// Whether nothing that counts has any of a range of terms of a piece of the base.
    pub(crate) fn has_lost(
        &self,
        dictionary: Dictionary,
        piece: usize,
        mut terms: core::ops::RangeInclusive<u32>,
    ) -> bool {
        let lost = match dictionary {
            Dictionary::Places => &self.lost_places,
            Dictionary::Records => &self.lost_records,
        };
        terms.all(|term| lost.binary_search(&(length(piece), term)).is_ok())
    }

    /// Returns boxes around everything in a group of blocks, given the number of blocks of the
    /// base.
    pub(crate) fn block_boxes(&self, group: usize, first: u32) -> Vec<(u32, BBox)> {
        let shared = self.by_curve.chunks(blocks::GROUP_BLOCKS).nth(group).unwrap_or_default();
        let boxes = shared.iter().filter_map(|number| {
            let block = self.blocks.get(*number as usize)?;
            Some((first.saturating_add(*number), block.bbox))
        });
        boxes.collect()
    }

    /// Iterates over boxes around what the overlay has put into a place.
    pub(crate) fn boxes_of(&self, place: u32) -> impl Iterator<Item = &BBox> {
        let start = self.blocks.partition_point(|block| block.place < place);
        let blocks = self.blocks.iter().skip(start);
        blocks.take_while(move |block| block.place == place).map(|block| &block.bbox)
    }

    /// Iterates over the removed places whose streets and points a place took over.
    pub(crate) fn adopted_by(&self, place: u32) -> impl Iterator<Item = u32> {
        let start = self.adopted.partition_point(|(adopter, _)| *adopter < place);
        let adopted = self.adopted.iter().skip(start);
        adopted.take_while(move |(adopter, _)| *adopter == place).map(|(_, removed)| *removed)
    }
}

/// Whether a record is among those of its block that no longer count. Most blocks have none, and
/// WebAssembly shifts 128 bits by a call.
pub(crate) fn is_hidden(hidden: u128, index: usize) -> bool {
    hidden != 0 && hidden >> index & 1 != 0
}

/// Returns which records of a block no longer count, of blocks in ascending order.
fn hidden_records(hidden: &[(u32, u128)], block: u32) -> Option<u128> {
    let found = hidden.binary_search_by(|(other, _)| other.cmp(&block)).ok()?;
    hidden.get(found).map(|(_, records)| *records)
}

impl<D: AsRef<[u8]>> Shard<D> {
    /// Returns a handle of the same base with an overlay in place of the one that it has; bytes,
    /// tables and caches are shared.
    ///
    /// # Errors
    /// Fails when the overlay was built for another base.
    pub fn with_overlay(&self, overlay: Arc<Overlay>) -> Result<Self> {
        let got = self.base_checksum();
        if overlay.base != got {
            return Err(Error::WrongBase { expected: overlay.base, got });
        }
        Ok(Self { overlay: (!overlay.is_empty()).then_some(overlay), ..self.clone() })
    }

    /// Returns a handle of the base alone.
    #[must_use]
    pub fn without_overlay(&self) -> Self {
        Self { overlay: None, ..self.clone() }
    }

    /// Checksum of the head, which has those of all other chunks.
    fn base_checksum(&self) -> u64 {
        self.chunks().first().map_or(0, |head| head.checksum)
    }
}
