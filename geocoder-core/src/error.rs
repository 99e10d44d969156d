//! The one error type of the engine; every variant carries what is needed to act on it.

/// Result of engine operations.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What can be wrong with bytes given to the engine.
///
/// Requests never fail: their limits are checked where they are parsed ([`crate::wire`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is not a shard at all; check that the right file was given.
    #[error("not a shard: the first bytes are not the shard magic")]
    NotAShard,
    /// The shard was written by a newer builder; update this program.
    #[error("unsupported shard format version {found}, this reader knows {supported}")]
    UnsupportedVersion {
        /// Version in the file.
        found: u32,
        /// Newest version this reader opens.
        supported: u32,
    },
    /// Fewer bytes than the header promises; download the file again.
    #[error("shard is truncated in {section}: needed {needed} bytes, got {got}")]
    Truncated {
        /// Part of the shard that is cut.
        section: &'static str,
        /// Bytes needed.
        needed: u64,
        /// Bytes present.
        got: u64,
    },
    /// Bytes changed since they were written; download the chunk again.
    #[error("checksum mismatch in chunk {chunk}: expected {expected:016x}, got {got:016x}")]
    ChecksumMismatch {
        /// Chunk number; the header is chunk 0.
        chunk: u32,
        /// Checksum in the chunk table.
        expected: u64,
        /// Checksum of the bytes.
        got: u64,
    },
    /// Bytes match their checksum but break a rule of the format; rebuild the shard.
    #[error("malformed {section}: {what}")]
    Malformed {
        /// Part of the shard.
        section: &'static str,
        /// The broken rule.
        what: &'static str,
    },
    /// A chunk was offered that does not belong to this shard.
    #[error("chunk {chunk} does not belong to this shard")]
    UnknownChunk {
        /// Number offered.
        chunk: u32,
    },
    /// A chunk was offered to a shard that has further handles; insert chunks before cloning it.
    #[error("the shard is shared: chunks are inserted while it has one handle")]
    SharedShard,
    /// An overlay was put over another base than the one it was built for; build it again.
    #[error("the overlay belongs to a base with checksum {expected:016x}, this one has {got:016x}")]
    WrongBase {
        /// Checksum of the head of the overlay's base.
        expected: u64,
        /// Checksum of the head of this one.
        got: u64,
    },
    /// The input to the shard writer breaks one of its rules.
    #[error("invalid gazetteer: {0}")]
    InvalidGazetteer(String),
}
