//! Snapshots: all corrections of a country at one position, for one generation of its base.

use super::codec::{Reader, Writer};
use super::error::malformed;
use super::{Delta, DeltaError, Generation, Operation, OperationChange};
use crate::overlay::{Correction, CorrectionId};
use crate::sort::sort_by;

/// Most corrections of a state.
pub const MAX_CORRECTIONS: usize = 1_000_000;

const MAGIC: [u8; 4] = *b"HSNP";

/// All corrections of a country at one position.
///
/// The same state gives the same bytes, on whatever way it came about: their SHA-256 names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Generation of the base that targets of corrections belong to.
    pub generation: Generation,
    /// The corrections, ascending by id, each id once.
    pub corrections: Vec<Correction>,
}

impl Snapshot {
    /// Returns the state before the first operation.
    pub fn empty(generation: Generation) -> Self {
        Self { generation, corrections: Vec::new() }
    }

    /// Writes the state as bytes. They can be decoded when every correction is valid
    /// ([`Correction::is_valid`]) and there are not more than [`MAX_CORRECTIONS`], ascending by
    /// id.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        for correction in &self.corrections {
            writer.id(correction.id);
            writer.correction(correction);
        }
        writer.finish(MAGIC, self.generation, &[])
    }

    /// Reads a state from bytes; only those that [`Self::encode`] writes are taken.
    ///
    /// # Errors
    /// Fails on all other bytes, without taking more memory than a multiple of theirs.
    pub fn decode(bytes: &[u8]) -> Result<Self, DeltaError> {
        let (mut reader, generation, []) = Reader::new(bytes, MAGIC, "snapshot", MAX_CORRECTIONS)?;
        let mut corrections: Vec<Correction> = Vec::with_capacity(reader.count());
        for _ in 0..reader.count() {
            let id = reader.id()?;
            if corrections.last().is_some_and(|before| before.id >= id) {
                return Err(malformed("corrections are out of order"));
            }
            corrections.push(reader.correction(id)?);
        }
        reader.finish()?;
        Ok(Self { generation, corrections })
    }

    /// Checks that the state is one of a generation.
    ///
    /// # Errors
    /// Fails when it belongs to another.
    pub fn check_generation(&self, expected: Generation) -> Result<(), DeltaError> {
        if self.generation == expected {
            Ok(())
        } else {
            Err(DeltaError::WrongGeneration { expected, got: self.generation })
        }
    }

    /// Applies the operations of a delta. Whether it follows what was applied before is known
    /// to the caller, who keeps the position.
    ///
    /// # Errors
    /// Fails, and changes nothing, when the delta belongs to another generation or there would
    /// be more than [`MAX_CORRECTIONS`].
    pub fn apply(&mut self, delta: &Delta) -> Result<(), DeltaError> {
        if delta.generation != self.generation {
            let (expected, got) = (self.generation, delta.generation);
            return Err(DeltaError::WrongGeneration { expected, got });
        }
        let mut operations: Vec<&Operation> = delta.operations.iter().collect();
        // Of several operations on one correction the last comes first, and counts.
        sort_by(&mut operations, |a, b| {
            a.change.id().cmp(&b.change.id()).then_with(|| b.seq.cmp(&a.seq))
        });
        operations.dedup_by_key(|operation| operation.change.id());
        let known = |id: CorrectionId| self.corrections.binary_search_by(|c| c.id.cmp(&id)).is_ok();
        let (mut more, mut less) = (0, 0);
        for Operation { change, .. } in &operations {
            match (known(change.id()), change) {
                (false, OperationChange::Put(_)) => more += 1,
                (true, OperationChange::Delete(_)) => less += 1,
                _ => {}
            }
        }
        let total = self.corrections.len() + more - less;
        if total > MAX_CORRECTIONS {
            return Err(DeltaError::TooManyCorrections { limit: MAX_CORRECTIONS });
        }
        let mut merged = Vec::with_capacity(total);
        let mut kept = core::mem::take(&mut self.corrections).into_iter().peekable();
        for Operation { change, .. } in operations {
            let id = change.id();
            while let Some(before) = kept.next_if(|c| c.id < id) {
                merged.push(before);
            }
            kept.next_if(|c| c.id == id);
            if let OperationChange::Put(correction) = change {
                merged.push(correction.clone());
            }
        }
        merged.extend(kept);
        self.corrections = merged;
        Ok(())
    }
}
