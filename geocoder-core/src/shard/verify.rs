//! Decodes everything in a shard once, so that no later question meets a fault.

use super::{Choice, Dictionary, Lookup, Shard};
use crate::error::{Error, Result};
use crate::record::RecordType;

impl<D: AsRef<[u8]>> Shard<D> {
    /// Checks every chunk against its checksum and decodes everything once.
    ///
    /// # Errors
    /// Returns the first fault found.
    pub fn verify(&self) -> Result<()> {
        for index in 0..self.container.chunks().len() {
            self.container.chunk(index)?;
        }
        let missing = |_| Error::Malformed { section: "shard", what: "a chunk is missing" };
        let found = |lookup| match lookup {
            Lookup::Found(()) => Ok(()),
            Lookup::Missing(chunk) => Err(missing(chunk)),
        };
        for index in 0..self.places.pieces.len() {
            found(self.piece(Dictionary::Places, index)?.map(|_| ()))?;
        }
        for index in 0..self.n_pieces(Dictionary::Records) {
            found(self.piece(Dictionary::Records, index)?.map(|_| ()))?;
        }
        let mut houses = Vec::new();
        for block in 0..self.places.n_blocks {
            let mut records = Vec::new();
            self.scan_records(
                block,
                |_, _| Choice::Take,
                |_| true,
                |_, record, _| records.push(record),
            )?;
            found(self.scan_alternates(block, |_| true, |_| true, |_, _| {})?)?;
            let mut house_block = match self.houses(block)? {
                Lookup::Found((chunk, index)) => chunk.block(index)?,
                Lookup::Missing(chunk) => return Err(missing(chunk)),
            };
            let mut geometry = match self.geometry(block)? {
                Lookup::Found((chunk, index)) => chunk.block(index)?,
                Lookup::Missing(chunk) => return Err(missing(chunk)),
            };
            for record in records.iter().filter(|r| r.kind == RecordType::Street) {
                let n_zipcodes = self.record_zipcodes(record, block).len();
                house_block.street(record.lat, record.lon, n_zipcodes, &mut houses)?;
                geometry.street(record.lat, record.lon, |_| {})?;
            }
        }
        for index in 0..self.boundaries.len() {
            found(self.boundaries(index)?.map(|_| ()))?;
        }
        Ok(())
    }
}
