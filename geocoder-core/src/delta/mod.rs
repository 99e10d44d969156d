//! Corrections on their way to devices: the state of a country as a snapshot, and what leads
//! from one state to another as a delta.
//!
//! - `snapshot`: all corrections at a position; deltas are applied to it.
//! - `operations`: deltas.
//! - `codec`: corrections as bytes, the same in both.
//! - `error`: what can be wrong with them.
//!
//! Both begin with four bytes of magic and a byte of format version; `docs/SYNC.md` has the
//! formats. Decoding takes any bytes: what is no snapshot or delta is refused, as is every way
//! to write one but the one that encoding takes.

mod codec;
mod error;
mod operations;
mod snapshot;
#[cfg(test)]
mod tests;

pub use error::DeltaError;
pub use operations::{Delta, MAX_OPERATIONS, Operation, OperationChange};
pub use snapshot::{MAX_CORRECTIONS, Snapshot};

use serde::{Serialize, Serializer};

use crate::hexadecimal;

/// Names one build of a base: the first eight bytes of its SHA-256, shown as 16 lower-case
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub [u8; 8]);

impl Generation {
    /// Returns the generation of a base with this SHA-256.
    pub fn of(sha256: &[u8; 32]) -> Self {
        let mut first = [0; 8];
        first.iter_mut().zip(sha256).for_each(|(to, byte)| *to = *byte);
        Self(first)
    }

    /// Reads 16 hexadecimal digits of either case.
    pub fn parse(text: &str) -> Option<Self> {
        hexadecimal::parse(text).map(Self)
    }
}

impl core::str::FromStr for Generation {
    type Err = DeltaError;

    fn from_str(text: &str) -> Result<Self, DeltaError> {
        Self::parse(text).ok_or(DeltaError::NotAGeneration)
    }
}

impl core::fmt::Display for Generation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        hexadecimal::write(&self.0, f)
    }
}

impl Serialize for Generation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
