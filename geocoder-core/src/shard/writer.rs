//! Writes a gazetteer as a shard; the same gazetteer always gives the same bytes.

use super::{ChunkInfo, Shard, ShardMeta};
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;

/// Writes shards.
#[derive(Debug)]
pub struct ShardWriter<'a> {
    gazetteer: &'a Gazetteer,
    previous: Option<&'a Shard<Vec<u8>>>,
}

/// A shard just written.
#[derive(Debug, Clone)]
pub struct WrittenShard {
    /// The shard.
    pub bytes: Vec<u8>,
    /// Its chunks.
    pub chunks: Vec<ChunkInfo>,
    /// Its description.
    pub meta: ShardMeta,
}

impl<'a> ShardWriter<'a> {
    /// Prepares to write a gazetteer.
    pub fn new(gazetteer: &'a Gazetteer) -> Self {
        Self { gazetteer, previous: None }
    }

    /// Keeps the place ordinals of the country's previous generation.
    #[must_use]
    pub fn previous(mut self, shard: &'a Shard<Vec<u8>>) -> Self {
        self.previous = Some(shard);
        self
    }

    /// Writes the shard.
    ///
    /// # Errors
    /// Fails when the gazetteer breaks a rule stated at its types.
    pub fn write(self) -> Result<WrittenShard> {
        let _ = (self.gazetteer, self.previous);
        Err(Error::InvalidGazetteer("not written yet".into()))
    }
}
