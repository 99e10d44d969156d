//! What is read of a shard when it is first asked for: blocks of records with their names, houses
//! and lines, and boundaries. Tables of chunks are kept, decoded blocks as long as there is room.

use std::sync::{Arc, OnceLock};

use super::alternates::AlternatesTable;
use super::boundaries::BoundariesChunk;
use super::geometry::{GeometryChunk, GeometryTable, LineLists};
use super::houses::{HouseLists, HousesChunk, HousesTable};
use super::records::{ChunkContext, RecordsChunk, RecordsTable};
use super::{Block, Lookup, NO_PARENT, Name, NameLists, Places, Record, Shard, terms};
use crate::error::{Error, Result};
use crate::geo::BBox;
use crate::overlay::AddedBlock;
use crate::record::RecordType;

/// Returns what was read before, or reads it.
pub(super) fn known_or_read<T>(cell: &OnceLock<T>, read: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let read = read()?;
    Ok(cell.get_or_init(|| read))
}

impl<D: AsRef<[u8]>> Shard<D> {
    fn context(&self) -> ChunkContext {
        ChunkContext {
            ref_width: terms::ref_width(self.base.places.first_terms.len()),
            n_languages: self.base.places.languages.len(),
            n_zipcodes: self.base.places.zipcodes.len(),
        }
    }

    /// Returns the bytes of one of the three chunks of a block, and the block's number in it.
    fn block_chunk(&self, block: u32, which: usize) -> Result<Lookup<(&[u8], usize, usize)>> {
        let no_block = Error::Malformed { section: "records", what: "no such block" };
        let (entry, index) = self.base.places.chunk_of_block(block).ok_or(no_block)?;
        let chunk = self.base.first_chunks.records + 3 * entry + which;
        Ok(match self.base.container.chunk(chunk)? {
            Some(bytes) => Lookup::Found((bytes, index, entry)),
            None => Lookup::Missing(chunk),
        })
    }

    /// Returns a block, decoded.
    pub(crate) fn block(&self, block: u32) -> Result<Lookup<Arc<Block>>> {
        if let Some(added) = self.added(block) {
            return Ok(Lookup::Found(Arc::clone(&added.records)));
        }
        if let Some(known) = self.base.block_cache.get(block) {
            return Ok(Lookup::Found(known));
        }
        let no_place = Error::Malformed { section: "places", what: "a block has no place" };
        let place = self.base.places.place_of_block(block).ok_or(no_place.clone())?;
        let place = self.base.places.get(place).ok_or(no_place)?;
        self.records_chunk(block)?.and_then(|(chunk, index)| {
            let decoded = chunk.block(index, place)?;
            Ok(Lookup::Found(self.base.block_cache.keep(block, decoded)))
        })
    }

    /// Returns a block of the overlay.
    fn added(&self, block: u32) -> Option<&AddedBlock> {
        let number = block.checked_sub(self.base.places.n_blocks)?;
        self.overlay.as_ref()?.blocks.get(number as usize)
    }

    /// Returns which records of a block the overlay hides, a bit for each.
    pub(crate) fn hidden_records(&self, block: u32) -> u128 {
        self.overlay.as_ref().map_or(0, |overlay| overlay.hidden_records(block))
    }

    /// Reads the names of a record of a block.
    pub(crate) fn record_names(&self, block: u32, record: &Record) -> Result<Lookup<Vec<Name>>> {
        if let Some(added) = self.added(block) {
            return Ok(Lookup::Found(added.names(record)));
        }
        self.records_chunk(block)?
            .and_then(|(chunk, index)| chunk.names(index, record).map(Lookup::Found))
    }

    /// Returns the records chunk of a block, and the block's number in it.
    fn records_chunk(&self, block: u32) -> Result<Lookup<(RecordsChunk<'_>, usize)>> {
        self.block_chunk(block, 0)?.and_then(|(bytes, index, entry)| {
            let no_chunk = Error::Malformed { section: "records", what: "no such chunk" };
            let cell = self.base.records.get(entry).ok_or(no_chunk)?;
            let table = known_or_read(cell, || RecordsTable::read(bytes, self.context()))?;
            Ok(Lookup::Found((RecordsChunk::new(bytes, table), index)))
        })
    }

    /// Returns the alternates of the records of a block that are apart, if there are any.
    pub(crate) fn alternates(&self, block: u32) -> Result<Lookup<Option<Arc<NameLists>>>> {
        if self.added(block).is_some() {
            return Ok(Lookup::Found(None));
        }
        if let Some(known) = self.base.alternates_cache.get(block) {
            return Ok(Lookup::Found(Some(known)));
        }
        let no_block = Error::Malformed { section: "alternates", what: "no such block" };
        let (entry, index) = self.base.places.chunk_of_block(block).ok_or(no_block)?;
        // Where alternates stand among the other names, there is nothing else to read.
        let Some(cell) = self.base.alternates.get(entry) else { return Ok(Lookup::Found(None)) };
        let chunk = self.base.first_chunks.alternates + entry;
        let Some(bytes) = self.base.container.chunk(chunk)? else {
            return Ok(Lookup::Missing(chunk));
        };
        let ref_width = terms::ref_width(self.base.places.alternate_first_terms.len());
        let first_piece = self.base.places.first_terms.len();
        let table = known_or_read(cell, || AlternatesTable::read(bytes, ref_width, first_piece))?;
        let decoded = table.block(bytes, index)?;
        Ok(Lookup::Found(Some(self.base.alternates_cache.keep(block, decoded))))
    }

    /// Returns the numbers of the postcodes of a record: its own, or those of the city it is in.
    pub(crate) fn record_zipcodes<'a>(
        &'a self,
        block: &'a Block,
        record: &Record,
        place: u32,
    ) -> &'a [u32] {
        zipcodes_among(self.places(), block, record, place)
    }

    /// Returns the postcode of a house of a record, if it is known and still one of the record.
    pub(crate) fn house_zipcode(
        &self,
        number: u32,
        block: &Block,
        record: &Record,
        zipcode: u32,
    ) -> Option<u32> {
        // Houses of the base count among the postcodes that their street has in the base.
        let base = &self.base.places;
        let places = if number < base.n_blocks { base } else { self.places() };
        let listed = zipcodes_among(places, block, record, places.place_of_block(number)?);
        let zipcode = *listed.get((zipcode as usize).checked_sub(1)?)?;
        let place = self.places().place_of_block(number)?;
        self.record_zipcodes(block, record, place).contains(&zipcode).then_some(zipcode)
    }

    /// Returns boxes around everything in the blocks of one records chunk, by block number.
    pub(crate) fn block_boxes(&self, entry: usize) -> Result<Lookup<Vec<(u32, BBox)>>> {
        if let Some(overlay) = &self.overlay
            && let Some(group) = entry.checked_sub(self.base.places.records.len())
        {
            return Ok(Lookup::Found(overlay.block_boxes(group, self.base.places.n_blocks)));
        }
        let no_chunk = Error::Malformed { section: "records", what: "no such chunk" };
        let directory = self.base.places.records.get(entry).ok_or(no_chunk)?;
        let next = self.base.places.records.get(entry + 1);
        let end = next.map_or(self.base.places.n_blocks, |next| next.first_block);
        let end = end.min(self.base.places.n_blocks);
        let first = directory.first_block;
        self.records_chunk(first)?.and_then(|(chunk, _)| {
            let boxes = (first..end)
                .map(|block| (block, chunk.block_box((block - first) as usize, &directory.bbox)));
            Ok(Lookup::Found(boxes.collect()))
        })
    }

    /// Returns the houses chunk of a block, and the block's number in it.
    fn houses(&self, block: u32) -> Result<Lookup<(HousesChunk<'_>, usize)>> {
        self.block_chunk(block, 1)?.and_then(|(bytes, index, entry)| {
            let no_chunk = Error::Malformed { section: "houses", what: "no such chunk" };
            let cell = self.base.houses.get(entry).ok_or(no_chunk)?;
            let table = known_or_read(cell, || HousesTable::read(bytes))?;
            Ok(Lookup::Found((HousesChunk::new(bytes, table), index)))
        })
    }

    /// Returns the geometry chunk of a block, and the block's number in it.
    fn geometry(&self, block: u32) -> Result<Lookup<(GeometryChunk<'_>, usize)>> {
        self.block_chunk(block, 2)?.and_then(|(bytes, index, entry)| {
            let no_chunk = Error::Malformed { section: "geometry", what: "no such chunk" };
            let cell = self.base.geometry.get(entry).ok_or(no_chunk)?;
            let table = known_or_read(cell, || GeometryTable::read(bytes))?;
            Ok(Lookup::Found((GeometryChunk::new(bytes, table), index)))
        })
    }

    /// Returns the houses of the streets of a block, and the table that has their suffixes.
    pub(crate) fn block_houses(
        &self,
        block: u32,
    ) -> Result<Lookup<(&HousesTable, Arc<HouseLists>)>> {
        self.street_houses(block, usize::MAX)
    }

    /// Returns the houses of a block, at least up to those of one street, and the table that has
    /// their suffixes.
    pub(crate) fn street_houses(
        &self,
        block: u32,
        street: usize,
    ) -> Result<Lookup<(&HousesTable, Arc<HouseLists>)>> {
        if let Some(added) = self.added(block)
            && let Some(overlay) = &self.overlay
        {
            return Ok(Lookup::Found((&overlay.suffixes, Arc::clone(&added.houses))));
        }
        let known = self.base.house_cache.get(block).filter(|known| known.reach(street));
        if let Some(known) = known {
            return self.houses(block).map(|found| found.map(|(chunk, _)| (chunk.table(), known)));
        }
        let read = self.read_houses(block, street)?;
        Ok(read.map(|(table, lists)| (table, self.base.house_cache.keep(block, lists))))
    }

    fn read_houses(&self, block: u32, last: usize) -> Result<Lookup<(&HousesTable, HouseLists)>> {
        let (chunk, index) = match self.houses(block)? {
            Lookup::Found(found) => found,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
        let records = match self.block(block)? {
            Lookup::Found(records) => records,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
        let places = &self.base.places;
        let place = places.place_of_block(block).unwrap_or(NO_PARENT);
        let mut streets = chunk.block(index)?;
        let mut lists = HouseLists::default();
        for record in records.records.iter().take(last.saturating_add(1)) {
            if record.kind == RecordType::Street {
                let n_zipcodes = zipcodes_among(places, &records, record, place).len();
                streets.street(record.lat, record.lon, n_zipcodes, &mut lists.houses)?;
            }
            lists.ends.push(lists.houses.len());
        }
        lists.houses.shrink_to_fit();
        lists.is_whole = lists.ends.len() == records.records.len();
        Ok(Lookup::Found((chunk.table(), lists)))
    }

    /// Returns the lines of the streets of a block.
    pub(crate) fn block_lines(&self, block: u32) -> Result<Lookup<Arc<LineLists>>> {
        if let Some(added) = self.added(block) {
            return Ok(Lookup::Found(Arc::clone(&added.lines)));
        }
        if let Some(known) = self.base.line_cache.get(block) {
            return Ok(Lookup::Found(known));
        }
        let (chunk, index) = match self.geometry(block)? {
            Lookup::Found(found) => found,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
        let records = match self.block(block)? {
            Lookup::Found(records) => records,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
        let mut streets = chunk.block(index)?;
        let mut lists = LineLists::default();
        for record in &records.records {
            if record.kind == RecordType::Street {
                streets.street(record.lat, record.lon, &mut lists)?;
            }
            lists.end_street();
        }
        Ok(Lookup::Found(self.base.line_cache.keep(block, lists)))
    }

    /// Returns a boundaries chunk by its number among them.
    pub(crate) fn boundaries(&self, index: usize) -> Result<Lookup<&BoundariesChunk>> {
        let chunk = self.base.first_chunks.boundaries + index;
        let missing = Lookup::Missing(chunk);
        let Some(cell) = self.base.boundaries.get(index) else { return Ok(missing) };
        let Some(bytes) = self.base.container.chunk(chunk)? else { return Ok(missing) };
        known_or_read(cell, || BoundariesChunk::read(bytes)).map(Lookup::Found)
    }
}

/// Returns the numbers of the postcodes of a record: its own, or those of the city it is in.
fn zipcodes_among<'a>(
    places: &'a Places,
    block: &'a Block,
    record: &Record,
    place: u32,
) -> &'a [u32] {
    block.zipcodes(record).unwrap_or_else(|| {
        let city = places.get(place).filter(|_| record.kind != RecordType::City);
        city.map_or(&[][..], |city| places.zipcodes_of(city))
    })
}
