//! Decodes everything in a shard once, so that no later question meets a fault.

use super::{Dictionary, Lookup, Shard};
use crate::error::{Error, Result};

impl<D: AsRef<[u8]>> Shard<D> {
    /// Checks every chunk against its checksum and decodes everything once.
    ///
    /// # Errors
    /// Returns the first fault found.
    pub fn verify(&self) -> Result<()> {
        for index in 0..self.base.container.chunks().len() {
            self.base.container.chunk(index)?;
        }
        let missing = |_| Error::Malformed { section: "shard", what: "a chunk is missing" };
        let found = |lookup| match lookup {
            Lookup::Found(()) => Ok(()),
            Lookup::Missing(chunk) => Err(missing(chunk)),
        };
        for index in 0..self.base.places.pieces.len() {
            found(self.piece(Dictionary::Places, index)?.map(|_| ()))?;
        }
        for index in 0..self.n_pieces(Dictionary::Records) {
            found(self.piece(Dictionary::Records, index)?.map(|_| ()))?;
        }
        for block in 0..self.base.places.n_blocks {
            found(self.block(block)?.map(|_| ()))?;
            found(self.alternates(block)?.map(|_| ()))?;
            found(self.block_houses(block)?.map(|_| ()))?;
            found(self.block_lines(block)?.map(|_| ()))?;
            let Lookup::Found(decoded) = self.block(block)? else { continue };
            for record in &decoded.records {
                self.record_names(block, record)?;
            }
        }
        for index in 0..self.base.boundaries.len() {
            found(self.boundaries(index)?.map(|_| ()))?;
        }
        Ok(())
    }
}
