//! The shard: an immutable index of one country in one run of bytes, opened without copying.
//!
//! ```text
//! head         magic, version, chunk table with sizes and checksums, description (postcard)
//! places       hierarchy, postcodes, names and terms of places, directories of what follows
//! terms …      one chunk per alphabetical range of terms of streets and points
//! records …    streets and points of some cities ┐
//! houses …     their house numbers               ├ three chunks for the same blocks
//! geometry …   their lines                       ┘
//! boundaries … outlines of places
//! alternate terms …, alternates …   other names of the records, where they are apart
//! ```
//! Every chunk starts at a multiple of 8 bytes. `docs/SHARD_FORMAT.md` has the details.

mod alternates;
#[cfg(feature = "fst")]
pub(crate) mod automaton;
mod bits;
mod block;
mod boundaries;
mod cache;
mod container;
pub(crate) mod front_coding;
mod geometry;
mod houses;
mod meta;
mod names;
mod places;
mod postings;
mod records;
mod summary;
#[cfg(any(test, not(feature = "fst")))]
pub(crate) mod term_list;
mod terms;
#[cfg(test)]
#[cfg(feature = "build")]
mod tests;
mod verify;
#[cfg(feature = "build")]
pub mod writer;

use std::sync::{Arc, OnceLock};

pub use meta::{ChunkInfo, ChunkKind, SectionSize, ShardMeta};

pub(crate) use block::{Block, NameLists, NameTerms, Record};
pub(crate) use boundaries::BoundariesChunk;
pub(crate) use geometry::LineLists;
#[cfg(test)]
pub(crate) use houses::Suffix;
pub(crate) use houses::{HouseLists, HousesTable, StoredHouse};
pub(crate) use names::{Name, Role};
pub(crate) use places::{NO_PARENT, Place, Places, decimal_digits, point};
pub(crate) use postings::PostingReader;
#[cfg(feature = "build")]
pub(crate) use records::UNITS_PER_DEGREE;
pub(crate) use summary::BlockSummary;
pub(crate) use terms::{MAX_PIECE_TERMS, Piece, TermRef, Terms};

use alternates::AlternatesTable;
use cache::BlockCache;
use container::Container;
use geometry::{GeometryChunk, GeometryTable};
use houses::HousesChunk;
use names::Behind;
use records::{ChunkContext, RecordsChunk, RecordsTable};
use terms::PieceTables;

use crate::error::{Error, Result};
use crate::geo::BBox;
use crate::record::RecordType;
use crate::sort::sort_by;

/// First bytes of a shard.
pub(crate) const MAGIC: &[u8; 8] = b"HABSHARD";
/// Version of the shard format that this program writes and the newest that it reads.
pub const FORMAT_VERSION: u32 = 1;

/// Most blocks that are kept decoded: their records, about 2 kB each; alternates apart, about 4 kB;
/// houses and lines, about 12 kB together.
const CACHED_BLOCKS: usize = 4096;
const CACHED_ALTERNATES: usize = 1024;
const CACHED_HOUSES: usize = 128;
/// Number of the places chunk in the chunk table.
const PLACES_CHUNK: usize = 1;

/// An open shard over bytes that are owned or borrowed.
#[derive(Debug)]
pub struct Shard<D> {
    container: Container<D>,
    meta: ShardMeta,
    places: Places,
    place_pieces: Vec<OnceLock<PieceTables>>,
    /// Pieces of the terms of records, those of alternates that are apart behind the others.
    term_pieces: Vec<OnceLock<PieceTables>>,
    records: Vec<OnceLock<RecordsTable>>,
    boundaries: Vec<OnceLock<BoundariesChunk>>,
    alternates: Vec<OnceLock<AlternatesTable>>,
    houses: Vec<OnceLock<HousesTable>>,
    geometry: Vec<OnceLock<GeometryTable>>,
    block_cache: BlockCache<Block>,
    alternates_cache: BlockCache<NameLists>,
    house_cache: BlockCache<HouseLists>,
    line_cache: BlockCache<LineLists>,
    /// References to the stop words among the terms of places, ascending.
    place_stop_terms: OnceLock<Vec<TermRef>>,
    /// Blocks by what they can hold at best, best first, computed when first asked for.
    best_blocks: OnceLock<Vec<(f32, u32)>>,
    first_chunks: FirstChunks,
}

/// Numbers of the first chunks of each kind.
#[derive(Debug, Clone, Copy)]
struct FirstChunks {
    terms: usize,
    records: usize,
    boundaries: usize,
    alternate_terms: usize,
    alternates: usize,
}

/// Which dictionary a term reference belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dictionary {
    /// Terms of the names of places.
    Places,
    /// Terms of the names of streets, points and cities: those of alternates that are apart
    /// follow as further pieces.
    Records,
}

/// Something that may be in a chunk that is not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup<T> {
    /// It is there.
    Found(T),
    /// The chunk of this number is missing.
    Missing(usize),
}

impl<D: AsRef<[u8]>> Shard<D> {
    /// Opens a whole shard: checks its head and places, leaves other chunks until they are used.
    ///
    /// # Errors
    /// Fails when the bytes are no shard, of a newer format, cut or changed.
    pub fn open(bytes: D) -> Result<Self> {
        let (container, meta) = Container::open(bytes)?;
        Self::with_container(container, meta)
    }

    /// Opens a shard of which only the head and places chunks are there; others follow by
    /// [`Self::insert_chunk`] in any order.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_partial(head: D, places: D) -> Result<Self> {
        let (mut container, meta) = Container::open_head(head)?;
        container.insert(PLACES_CHUNK, places)?;
        Self::with_container(container, meta)
    }

    /// Adds a chunk to a shard opened by [`Self::open_partial`].
    ///
    /// # Errors
    /// Fails when the chunk is not the one of that number.
    pub fn insert_chunk(&mut self, chunk: u32, bytes: D) -> Result<()> {
        self.container.insert(chunk as usize, bytes)
    }

    fn with_container(container: Container<D>, meta: ShardMeta) -> Result<Self> {
        let malformed = |what| Error::Malformed { section: "head", what };
        let bytes = container.chunk(PLACES_CHUNK)?.ok_or(malformed("no places chunk"))?;
        let places = Places::read(bytes)?;
        // The order of chunks is fixed, so kinds only need to be counted.
        let expected = [ChunkKind::Head, ChunkKind::Places]
            .into_iter()
            .chain(places.first_terms.iter().map(|_| ChunkKind::Terms))
            .chain(
                places
                    .records
                    .iter()
                    .flat_map(|_| [ChunkKind::Records, ChunkKind::Houses, ChunkKind::Geometry]),
            )
            .chain(places.boundaries.iter().map(|_| ChunkKind::Boundaries))
            .chain(places.alternate_first_terms.iter().map(|_| ChunkKind::AlternateTerms))
            .chain(places.alternates_entries().map(|_| ChunkKind::Alternates));
        if !expected.eq(container.chunks().iter().map(|chunk| chunk.kind)) {
            return Err(malformed("chunks do not match the directories"));
        }
        let terms = PLACES_CHUNK + 1;
        let records = terms + places.first_terms.len();
        let boundaries = records + 3 * places.records.len();
        let alternate_terms = boundaries + places.boundaries.len();
        let alternates = alternate_terms + places.alternate_first_terms.len();
        let first_chunks = FirstChunks { terms, records, boundaries, alternate_terms, alternates };
        let term_pieces = places.first_terms.iter().chain(&places.alternate_first_terms);
        Ok(Self {
            place_pieces: places.pieces.iter().map(|_| OnceLock::new()).collect(),
            term_pieces: term_pieces.map(|_| OnceLock::new()).collect(),
            records: places.records.iter().map(|_| OnceLock::new()).collect(),
            boundaries: places.boundaries.iter().map(|_| OnceLock::new()).collect(),
            alternates: places.alternates_entries().map(|_| OnceLock::new()).collect(),
            houses: places.records.iter().map(|_| OnceLock::new()).collect(),
            geometry: places.records.iter().map(|_| OnceLock::new()).collect(),
            block_cache: BlockCache::new(places.n_blocks, CACHED_BLOCKS),
            alternates_cache: BlockCache::new(places.n_blocks, CACHED_ALTERNATES),
            house_cache: BlockCache::new(places.n_blocks, CACHED_HOUSES),
            line_cache: BlockCache::new(places.n_blocks, CACHED_HOUSES),
            place_stop_terms: OnceLock::new(),
            best_blocks: OnceLock::new(),
            first_chunks,
            container,
            meta,
            places,
        })
    }

    /// Returns what the shard says about itself.
    pub fn meta(&self) -> &ShardMeta {
        &self.meta
    }

    /// Returns the chunk table; the chunks follow one another without gaps.
    pub fn chunks(&self) -> &[ChunkInfo] {
        self.container.chunks()
    }

    /// Returns all bytes of a shard that was opened whole, none of one opened in part.
    pub fn bytes(&self) -> &[u8] {
        self.container.whole().unwrap_or_default()
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Returns the blocks by what they can hold at best, given that, best first.
    pub(crate) fn best_blocks(&self, points: impl Fn(u32) -> f32) -> &[(f32, u32)] {
        self.best_blocks.get_or_init(|| {
            let blocks = 0..self.places.n_blocks;
            let mut order: Vec<(f32, u32)> = blocks.map(|block| (points(block), block)).collect();
            sort_by(&mut order, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            order
        })
    }

    /// Number of pieces of a dictionary.
    pub(crate) fn n_pieces(&self, dictionary: Dictionary) -> usize {
        match dictionary {
            Dictionary::Places => self.place_pieces.len(),
            Dictionary::Records => self.term_pieces.len(),
        }
    }

    /// Returns a piece of a dictionary.
    pub(crate) fn piece(&self, dictionary: Dictionary, index: usize) -> Result<Lookup<Piece<'_>>> {
        let no_piece = Error::Malformed { section: "terms", what: "no such piece" };
        let (chunk, range, tables) = match dictionary {
            Dictionary::Places => {
                let range = self.places.pieces.get(index).copied();
                (PLACES_CHUNK, range, self.place_pieces.get(index))
            }
            Dictionary::Records => {
                let chunk = match index.checked_sub(self.places.first_terms.len()) {
                    Some(behind) => self.first_chunks.alternate_terms + behind,
                    None => self.first_chunks.terms + index,
                };
                (chunk, None, self.term_pieces.get(index))
            }
        };
        let tables = tables.ok_or(no_piece.clone())?;
        let Some(bytes) = self.container.chunk(chunk)? else { return Ok(Lookup::Missing(chunk)) };
        let bytes = match range {
            Some((start, end)) => bytes.get(start..end).ok_or(no_piece.clone())?,
            None => bytes,
        };
        let tables = match tables.get() {
            Some(tables) => tables,
            None => {
                let read = PieceTables::read(bytes)?;
                tables.get_or_init(|| read)
            }
        };
        Ok(Lookup::Found(tables.piece(bytes).ok_or(no_piece)?))
    }

    /// Iterates over the pieces that can hold a term, or all terms that start so.
    pub(crate) fn pieces_with(
        &self,
        dictionary: Dictionary,
        term: &str,
        prefix: bool,
    ) -> impl Iterator<Item = usize> + use<D> {
        let (first_terms, alternate): (_, &[String]) = match dictionary {
            Dictionary::Places => (&self.places.place_first_terms, &[]),
            Dictionary::Records => (&self.places.first_terms, &self.places.alternate_first_terms),
        };
        let behind = first_terms.len();
        let alternate = pieces_with(alternate, term, prefix).map(move |piece| behind + piece);
        pieces_with(first_terms, term, prefix).chain(alternate)
    }

    /// Iterates over letters that terms of a dictionary start with: those of the basic Latin
    /// alphabet, and of other scripts those that its pieces start with.
    pub(crate) fn first_letters(&self, dictionary: Dictionary) -> impl Iterator<Item = char> + '_ {
        let first_terms = match dictionary {
            Dictionary::Places => &self.places.place_first_terms,
            Dictionary::Records => &self.places.first_terms,
        };
        let others = first_terms.iter().filter_map(|term| term.chars().next());
        let mut last = None;
        let others = others
            .filter(move |letter| !letter.is_ascii() && last.replace(*letter) != Some(*letter));
        ('a'..='z').chain(others)
    }

    /// Returns the references to stop words, ascending.
    pub(crate) fn stop_terms(&self, dictionary: Dictionary) -> Result<&[TermRef]> {
        if dictionary == Dictionary::Records {
            return Ok(&self.places.stop_terms);
        }
        if let Some(known) = self.place_stop_terms.get() {
            return Ok(known);
        }
        let mut terms = Vec::new();
        for word in &self.meta.lexicon.stop_words {
            for index in self.pieces_with(dictionary, word, false) {
                let Lookup::Found(piece) = self.piece(dictionary, index)? else { continue };
                let slot = piece.terms.get(word).and_then(|ordinal| piece.slot(ordinal));
                terms.extend(slot.map(|slot| TermRef::new(index, slot)));
            }
        }
        sort_by(&mut terms, Ord::cmp);
        Ok(self.place_stop_terms.get_or_init(|| terms))
    }

    /// Returns the houses of the streets of a block, and the table that has their suffixes.
    pub(crate) fn block_houses(
        &self,
        block: u32,
    ) -> Result<Lookup<(&HousesTable, Arc<HouseLists>)>> {
        if let Some(known) = self.house_cache.get(block) {
            return self.houses(block).map(|found| found.map(|(chunk, _)| (chunk.table(), known)));
        }
        self.read_houses(block, usize::MAX)
            .map(|found| found.map(|(table, lists)| (table, self.house_cache.keep(block, lists))))
    }

    /// Returns the houses of a block up to those of one street, and the table that has their
    /// suffixes.
    pub(crate) fn street_houses(
        &self,
        block: u32,
        street: usize,
    ) -> Result<Lookup<(&HousesTable, Arc<HouseLists>)>> {
        if let Some(known) = self.house_cache.get(block) {
            return self.houses(block).map(|found| found.map(|(chunk, _)| (chunk.table(), known)));
        }
        let read = self.read_houses(block, street)?;
        Ok(read.map(|(table, lists)| (table, Arc::new(lists))))
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
        let place = self.places.place_of_block(block).unwrap_or(NO_PARENT);
        let mut streets = chunk.block(index)?;
        let mut lists = HouseLists::default();
        for record in records.records.iter().take(last.saturating_add(1)) {
            if record.kind == RecordType::Street {
                let n_zipcodes = self.record_zipcodes(&records, record, place).len();
                streets.street(record.lat, record.lon, n_zipcodes, &mut lists.houses)?;
            }
            lists.ends.push(lists.houses.len());
        }
        lists.houses.shrink_to_fit();
        Ok(Lookup::Found((chunk.table(), lists)))
    }

    /// Returns the lines of the streets of a block.
    pub(crate) fn block_lines(&self, block: u32) -> Result<Lookup<Arc<LineLists>>> {
        if let Some(known) = self.line_cache.get(block) {
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
        Ok(Lookup::Found(self.line_cache.keep(block, lists)))
    }

    /// Returns the names of a place.
    pub(crate) fn place_names(&self, place: &Place) -> Result<Vec<Name>> {
        let bytes = self.container.chunk(PLACES_CHUNK)?.unwrap_or_default();
        Ok(self.places.names(bytes, place))
    }

    /// Returns the terms of the names of a place, as one list.
    pub(crate) fn place_name_terms(&self, place: &Place) -> Result<NameLists> {
        let bytes = self.container.chunk(PLACES_CHUNK)?.unwrap_or_default();
        Ok(self.places.name_terms(bytes, place))
    }

    /// Writes a name as it is shown; a term whose chunk is missing is left out and reported.
    pub(crate) fn write_name(
        &self,
        dictionary: Dictionary,
        name: &Name,
        out: &mut String,
    ) -> Result<Lookup<()>> {
        out.push_str(&name.prefix);
        let mut answer = Lookup::Found(());
        for term in &name.terms {
            match self.piece(dictionary, term.term.piece())? {
                Lookup::Found(piece) => {
                    let form = piece.write_form(term.term.slot(), term.variant, out);
                    form.ok_or(Error::Malformed { section: "terms", what: "no such form" })?;
                }
                Lookup::Missing(chunk) => answer = Lookup::Missing(chunk),
            }
            out.push_str(match &term.behind {
                Behind::Usual(separator) => separator.text(),
                Behind::Literal(text) => text,
            });
        }
        Ok(answer)
    }

    fn context(&self) -> ChunkContext {
        ChunkContext {
            ref_width: terms::ref_width(self.places.first_terms.len()),
            n_languages: self.places.languages.len(),
            n_zipcodes: self.places.zipcodes.len(),
        }
    }

    /// Returns the bytes of one of the three chunks of a block, and the block's number in it.
    fn block_chunk(&self, block: u32, which: usize) -> Result<Lookup<(&[u8], usize, usize)>> {
        let no_block = Error::Malformed { section: "records", what: "no such block" };
        let (entry, index) = self.places.chunk_of_block(block).ok_or(no_block)?;
        let chunk = self.first_chunks.records + 3 * entry + which;
        Ok(match self.container.chunk(chunk)? {
            Some(bytes) => Lookup::Found((bytes, index, entry)),
            None => Lookup::Missing(chunk),
        })
    }

    /// Returns a block, decoded.
    pub(crate) fn block(&self, block: u32) -> Result<Lookup<Arc<Block>>> {
        if let Some(known) = self.block_cache.get(block) {
            return Ok(Lookup::Found(known));
        }
        let no_place = Error::Malformed { section: "places", what: "a block has no place" };
        let place = self.places.place_of_block(block).ok_or(no_place.clone())?;
        let place = self.places.get(place).ok_or(no_place)?;
        self.records_chunk(block)?.and_then(|(chunk, index)| {
            let decoded = chunk.block(index, place)?;
            Ok(Lookup::Found(self.block_cache.keep(block, decoded)))
        })
    }

    /// Reads the names of a record of a block.
    pub(crate) fn record_names(&self, block: u32, record: &Record) -> Result<Lookup<Vec<Name>>> {
        self.records_chunk(block)?
            .and_then(|(chunk, index)| chunk.names(index, record).map(Lookup::Found))
    }

    /// Returns the records chunk of a block, and the block's number in it.
    fn records_chunk(&self, block: u32) -> Result<Lookup<(RecordsChunk<'_>, usize)>> {
        self.block_chunk(block, 0)?.and_then(|(bytes, index, entry)| {
            let no_chunk = Error::Malformed { section: "records", what: "no such chunk" };
            let cell = self.records.get(entry).ok_or(no_chunk)?;
            let table = match cell.get() {
                Some(table) => table,
                None => {
                    let read = RecordsTable::read(bytes, self.context())?;
                    cell.get_or_init(|| read)
                }
            };
            Ok(Lookup::Found((RecordsChunk::new(bytes, table), index)))
        })
    }

    /// Returns the alternates of the records of a block that are apart, if there are any.
    pub(crate) fn alternates(&self, block: u32) -> Result<Lookup<Option<Arc<NameLists>>>> {
        if let Some(known) = self.alternates_cache.get(block) {
            return Ok(Lookup::Found(Some(known)));
        }
        let no_block = Error::Malformed { section: "alternates", what: "no such block" };
        let (entry, index) = self.places.chunk_of_block(block).ok_or(no_block)?;
        // Where alternates stand among the other names, there is nothing else to read.
        let Some(cell) = self.alternates.get(entry) else { return Ok(Lookup::Found(None)) };
        let chunk = self.first_chunks.alternates + entry;
        let Some(bytes) = self.container.chunk(chunk)? else { return Ok(Lookup::Missing(chunk)) };
        let table = match cell.get() {
            Some(table) => table,
            None => {
                let ref_width = terms::ref_width(self.places.alternate_first_terms.len());
                let first_piece = self.places.first_terms.len();
                let read = AlternatesTable::read(bytes, ref_width, first_piece)?;
                cell.get_or_init(|| read)
            }
        };
        let decoded = table.block(bytes, index)?;
        Ok(Lookup::Found(Some(self.alternates_cache.keep(block, decoded))))
    }

    /// Returns the numbers of the postcodes of a record: its own, or those of the city it is in.
    pub(crate) fn record_zipcodes<'a>(
        &'a self,
        block: &'a Block,
        record: &Record,
        place: u32,
    ) -> &'a [u32] {
        block.zipcodes(record).unwrap_or_else(|| {
            let city = self.places.get(place).filter(|_| record.kind != RecordType::City);
            city.map_or(&[][..], |city| self.places.zipcodes_of(city))
        })
    }

    /// Returns boxes around everything in the blocks of one records chunk, by block number.
    pub(crate) fn block_boxes(&self, entry: usize) -> Result<Lookup<Vec<(u32, BBox)>>> {
        let no_chunk = Error::Malformed { section: "records", what: "no such chunk" };
        let directory = self.places.records.get(entry).ok_or(no_chunk)?;
        let next = self.places.records.get(entry + 1);
        let end = next.map_or(self.places.n_blocks, |next| next.first_block);
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
            let cell = self.houses.get(entry).ok_or(no_chunk)?;
            let table = match cell.get() {
                Some(table) => table,
                None => {
                    let read = HousesTable::read(bytes)?;
                    cell.get_or_init(|| read)
                }
            };
            Ok(Lookup::Found((HousesChunk::new(bytes, table), index)))
        })
    }

    /// Returns the geometry chunk of a block, and the block's number in it.
    fn geometry(&self, block: u32) -> Result<Lookup<(GeometryChunk<'_>, usize)>> {
        self.block_chunk(block, 2)?.and_then(|(bytes, index, entry)| {
            let no_chunk = Error::Malformed { section: "geometry", what: "no such chunk" };
            let cell = self.geometry.get(entry).ok_or(no_chunk)?;
            let table = match cell.get() {
                Some(table) => table,
                None => {
                    let read = GeometryTable::read(bytes)?;
                    cell.get_or_init(|| read)
                }
            };
            Ok(Lookup::Found((GeometryChunk::new(bytes, table), index)))
        })
    }

    /// Returns a boundaries chunk by its number among them.
    pub(crate) fn boundaries(&self, index: usize) -> Result<Lookup<&BoundariesChunk>> {
        let chunk = self.first_chunks.boundaries + index;
        let missing = Lookup::Missing(chunk);
        let Some(cell) = self.boundaries.get(index) else { return Ok(missing) };
        if let Some(decoded) = cell.get() {
            return Ok(Lookup::Found(decoded));
        }
        let Some(bytes) = self.container.chunk(chunk)? else { return Ok(missing) };
        let decoded = BoundariesChunk::read(bytes)?;
        Ok(Lookup::Found(cell.get_or_init(|| decoded)))
    }
}

impl<T> Lookup<T> {
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Lookup<U> {
        match self {
            Self::Found(value) => Lookup::Found(convert(value)),
            Self::Missing(chunk) => Lookup::Missing(chunk),
        }
    }

    fn and_then<U>(self, convert: impl FnOnce(T) -> Result<Lookup<U>>) -> Result<Lookup<U>> {
        match self {
            Self::Found(value) => convert(value),
            Self::Missing(chunk) => Ok(Lookup::Missing(chunk)),
        }
    }
}

/// Returns the pieces that can hold a term, or all terms that start so, given the first of each.
fn pieces_with(first_terms: &[String], term: &str, prefix: bool) -> core::ops::Range<usize> {
    let start = first_terms.partition_point(|first| first.as_str() <= term).saturating_sub(1);
    let inside = |first: &&String| prefix && first.starts_with(term);
    let further = first_terms.iter().skip(start + 1).take_while(inside).count();
    start..(start + 1 + further).min(first_terms.len())
}
