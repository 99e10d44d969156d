//! What can be wrong with snapshots and deltas.

use super::Generation;

/// Why bytes are no snapshot or delta, or a delta cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeltaError {
    /// The bytes are of another kind; check what was downloaded.
    #[error("not a {expected}: the first bytes are not its magic")]
    NotThis {
        /// What was to be decoded.
        expected: &'static str,
    },
    /// Written by a newer server; update this program.
    #[error("unsupported version {found} of a snapshot or delta; update this program")]
    UnsupportedVersion {
        /// Version in the bytes.
        found: u8,
    },
    /// A rule of the format is broken; download it again.
    #[error("malformed snapshot or delta: {what}; download it again")]
    Malformed {
        /// The broken rule.
        what: &'static str,
    },
    /// Corrections belong to another base; get the snapshot of this one.
    #[error("corrections of generation {got} do not fit {expected}; get its snapshot")]
    WrongGeneration {
        /// Generation that they were to belong to.
        expected: Generation,
        /// Generation that they belong to.
        got: Generation,
    },
    /// A delta does not begin where the one before ended; get those that are missing.
    #[error("the delta begins at {got}, the one before ended at {expected}; get what is missing")]
    OutOfOrder {
        /// End of the delta before.
        expected: u64,
        /// Beginning of this one.
        got: u64,
    },
    /// More corrections than a state can have; retire some of them.
    #[error("the state would have over {limit} corrections; retire some of them")]
    TooManyCorrections {
        /// The most that a state can have.
        limit: usize,
    },
    /// A text does not name a generation.
    #[error("a generation is 16 hexadecimal digits")]
    NotAGeneration,
}

/// Returns the error for a rule of the format that is broken.
pub(super) fn malformed(what: &'static str) -> DeltaError {
    DeltaError::Malformed { what }
}
