//! Deltas: the operations that lead from one position of a feed to another.

use serde::{Serialize, Serializer};

use super::codec::{Reader, Writer};
use super::error::malformed;
use super::{DeltaError, Generation};
use crate::hexadecimal;
use crate::overlay::{Correction, CorrectionId};

/// Most operations of a delta.
pub const MAX_OPERATIONS: usize = 100_000;

const MAGIC: [u8; 4] = *b"HDLT";

/// Operations that lead from one position to another.
///
/// What a correction came to in the end is enough: operations that a later one replaces can be
/// left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delta {
    /// Generation of the base that targets of corrections belong to.
    pub generation: Generation,
    /// Position before the operations.
    pub from: u64,
    /// Position behind them.
    pub to: u64,
    /// Position of the feed when the delta was made.
    pub head: u64,
    /// SHA-256 of the snapshot of the state behind the operations; only at the head.
    #[serde(serialize_with = "as_hexadecimal")]
    pub state: Option<[u8; 32]>,
    /// The operations, ascending by number.
    pub operations: Vec<Operation>,
}

/// One numbered change of a feed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Operation {
    /// Its number, behind `from` and not behind `to`.
    pub seq: u64,
    /// What it does.
    pub change: OperationChange,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationChange {
    /// Adds a correction, or replaces the one of the same id.
    Put(Correction),
    /// Takes a correction away, if it is there.
    Delete(CorrectionId),
}

impl OperationChange {
    /// Returns the id of the correction.
    pub fn id(&self) -> CorrectionId {
        match self {
            Self::Put(correction) => correction.id,
            Self::Delete(id) => *id,
        }
    }
}

impl Delta {
    /// Writes the delta as bytes. They can be decoded when the fields keep their rules, every
    /// correction is valid ([`Correction::is_valid`]) and there are not more than
    /// [`MAX_OPERATIONS`].
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let mut before = self.from;
        for operation in &self.operations {
            writer.id(operation.change.id());
            let gap = operation.seq.wrapping_sub(before).wrapping_sub(1);
            before = operation.seq;
            match &operation.change {
                OperationChange::Put(correction) => {
                    writer.number(gap << 1);
                    writer.correction(correction);
                }
                OperationChange::Delete(_) => writer.number(gap << 1 | 1),
            }
        }
        if let Some(state) = &self.state {
            writer.bytes(state);
        }
        let head = [self.from, self.to, self.head, u64::from(self.state.is_some())];
        writer.finish(MAGIC, self.generation, &head)
    }

    /// Reads a delta from bytes; only those that [`Self::encode`] writes are taken.
    ///
    /// # Errors
    /// Fails on all other bytes, without taking more memory than a multiple of theirs.
    pub fn decode(bytes: &[u8]) -> Result<Self, DeltaError> {
        let (mut reader, generation, [from, to, head, has_state]) =
            Reader::new(bytes, MAGIC, "delta", MAX_OPERATIONS)?;
        if from > to || to > head {
            return Err(malformed("positions are out of order"));
        }
        let mut operations = Vec::with_capacity(reader.count());
        let mut before = from;
        for _ in 0..reader.count() {
            let id = reader.id()?;
            let coded = reader.number()?;
            let seq = before.checked_add(coded >> 1).and_then(|seq| seq.checked_add(1));
            let seq = seq.filter(|seq| *seq <= to).ok_or(malformed("a number is out of range"))?;
            before = seq;
            let change = if coded & 1 == 0 {
                OperationChange::Put(reader.correction(id)?)
            } else {
                OperationChange::Delete(id)
            };
            operations.push(Operation { seq, change });
        }
        let state = match has_state {
            0 => None,
            1 if to == head => Some(reader.bytes()?),
            _ => return Err(malformed("it has the hash of a state that is not the head's")),
        };
        reader.finish()?;
        Ok(Self { generation, from, to, head, state, operations })
    }

    /// Checks that the delta begins where another ended.
    ///
    /// # Errors
    /// Fails when it does not.
    pub fn follows(&self, before: &Self) -> Result<(), DeltaError> {
        if self.from == before.to {
            Ok(())
        } else {
            Err(DeltaError::OutOfOrder { expected: before.to, got: self.from })
        }
    }
}

/// Bytes as people read them.
struct Hexadecimal<'a>(&'a [u8]);

impl core::fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        hexadecimal::write(self.0, f)
    }
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn as_hexadecimal<S: Serializer>(
    state: &Option<[u8; 32]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&state.map(|state| Hexadecimal(&state).to_string()))
}
