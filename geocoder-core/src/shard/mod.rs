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
pub(crate) mod analysis;
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
mod lookup;
mod meta;
mod names;
mod places;
mod postings;
mod prominence;
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

pub(crate) use analysis::STOP_TERM;
pub(crate) use block::{Block, NameLists, NameTerms, Record, length};
pub(crate) use boundaries::BoundariesChunk;
pub(crate) use container::checksum;
pub(crate) use geometry::LineLists;
pub(crate) use houses::{
    HouseLists, HousesTable, MAX_HOUSES, MAX_SUFFIX_BYTES, StoredHouse, Suffix,
};
pub(crate) use names::{MAX_NAMES, Name, Role};
pub(crate) use places::{NO_PARENT, Place, Places, RecordsEntry, decimal_digits, point};
pub(crate) use postings::{Occurrence, PostingLists, PostingReader};
pub(crate) use prominence::Prominence;
pub(crate) use records::UNITS_PER_DEGREE;
pub(crate) use summary::{BlockSummary, binary_digits};
pub(crate) use terms::{MAX_PIECE_TERMS, Piece, PieceTables, TermRef, Terms};

use alternates::AlternatesTable;
use cache::BlockCache;
use container::Container;
use geometry::GeometryTable;
use lookup::known_or_read;
use names::Behind;
use records::RecordsTable;

use crate::error::{Error, Result};
use crate::overlay::{Overlay, PlaceNames};
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
/// Most names of places that are kept as text.
const CACHED_PLACE_TEXTS: usize = 512;
/// Number of the places chunk in the chunk table.
const PLACES_CHUNK: usize = 1;

/// An open shard over bytes that are owned or borrowed, with or without corrections over it.
///
/// A clone is a further handle of the same bytes, tables and caches.
#[derive(Debug)]
pub struct Shard<D> {
    pub(crate) base: Arc<Base<D>>,
    pub(crate) overlay: Option<Arc<Overlay>>,
}

impl<D> Clone for Shard<D> {
    fn clone(&self) -> Self {
        Self { base: Arc::clone(&self.base), overlay: self.overlay.clone() }
    }
}

/// The bytes of a shard, what was read of them, and nothing that corrections change.
#[derive(Debug)]
pub(crate) struct Base<D> {
    container: Container<D>,
    meta: ShardMeta,
    pub(crate) places: Places,
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
    /// Names of places as they are shown, by place and language.
    place_texts: BlockCache<String>,
    /// References to the stop words among the terms of places, ascending.
    place_stop_terms: OnceLock<Vec<TermRef>>,
    /// What the terms of each piece lead to at best, computed when first asked for.
    prominences: Vec<[OnceLock<Prominence>; 2]>,
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
    /// Fails when the chunk is not the one of that number, or while the shard has further handles.
    pub fn insert_chunk(&mut self, chunk: u32, bytes: D) -> Result<()> {
        let base = Arc::get_mut(&mut self.base).ok_or(Error::SharedShard)?;
        base.container.insert(chunk as usize, bytes)
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
        let base = Base {
            place_pieces: places.pieces.iter().map(|_| OnceLock::new()).collect(),
            prominences: term_pieces.clone().map(|_| Default::default()).collect(),
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
            place_texts: BlockCache::new(u32::MAX, CACHED_PLACE_TEXTS),
            place_stop_terms: OnceLock::new(),
            first_chunks,
            container,
            meta,
            places,
        };
        Ok(Self { base: Arc::new(base), overlay: None })
    }

    /// Returns what the shard says about itself.
    pub fn meta(&self) -> &ShardMeta {
        &self.base.meta
    }

    /// Returns the chunk table; the chunks follow one another without gaps.
    pub fn chunks(&self) -> &[ChunkInfo] {
        self.base.container.chunks()
    }

    /// Returns all bytes of a shard that was opened whole, none of one opened in part.
    pub fn bytes(&self) -> &[u8] {
        self.base.container.whole().unwrap_or_default()
    }

    /// Returns the places as they are after corrections.
    pub(crate) fn places(&self) -> &Places {
        match &self.overlay {
            Some(overlay) => &overlay.places,
            None => &self.base.places,
        }
    }

    /// Returns what the terms of a piece of the records' dictionary lead to at best, given the
    /// points that records of a block with a term can win at most; and whether these tell names
    /// apart that consist of it for the greater part.
    pub(crate) fn prominence(
        &self,
        index: usize,
        piece: &Piece<'_>,
        by_part: bool,
        points: impl Fn(Occurrence) -> f32,
    ) -> Option<&Prominence> {
        let known = match &self.overlay {
            Some(overlay) => &overlay.prominences,
            None => &self.base.prominences,
        };
        let read = || Prominence::read(piece, self.places(), points);
        let known = known.get(index)?.get(usize::from(by_part))?;
        Some(known.get_or_init(read))
    }

    /// Number of pieces of a dictionary, those of an overlay included.
    pub(crate) fn n_pieces(&self, dictionary: Dictionary) -> usize {
        let added = self.overlay.as_ref().map_or(0, |overlay| overlay.terms(dictionary).len());
        self.n_base_pieces(dictionary) + added
    }

    /// Number of pieces of a dictionary of the shard itself; those of an overlay follow.
    pub(crate) fn n_base_pieces(&self, dictionary: Dictionary) -> usize {
        match dictionary {
            Dictionary::Places => self.base.place_pieces.len(),
            Dictionary::Records => self.base.term_pieces.len(),
        }
    }

    /// Returns a piece of a dictionary.
    pub(crate) fn piece(&self, dictionary: Dictionary, index: usize) -> Result<Lookup<Piece<'_>>> {
        let no_piece = Error::Malformed { section: "terms", what: "no such piece" };
        if let Some(overlay) = &self.overlay
            && let Some(added) = index.checked_sub(self.n_base_pieces(dictionary))
        {
            return overlay.terms(dictionary).piece(added).ok_or(no_piece).map(Lookup::Found);
        }
        let (chunk, range, tables) = match dictionary {
            Dictionary::Places => {
                let range = self.base.places.pieces.get(index).copied();
                (PLACES_CHUNK, range, self.base.place_pieces.get(index))
            }
            Dictionary::Records => {
                let chunk = match index.checked_sub(self.base.places.first_terms.len()) {
                    Some(behind) => self.base.first_chunks.alternate_terms + behind,
                    None => self.base.first_chunks.terms + index,
                };
                (chunk, None, self.base.term_pieces.get(index))
            }
        };
        let tables = tables.ok_or(no_piece.clone())?;
        let Some(bytes) = self.base.container.chunk(chunk)? else {
            return Ok(Lookup::Missing(chunk));
        };
        let bytes = match range {
            Some((start, end)) => bytes.get(start..end).ok_or(no_piece.clone())?,
            None => bytes,
        };
        let tables = known_or_read(tables, || PieceTables::read(bytes))?;
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
            Dictionary::Places => (&self.base.places.place_first_terms, &[]),
            Dictionary::Records => {
                (&self.base.places.first_terms, &self.base.places.alternate_first_terms)
            }
        };
        let behind = first_terms.len();
        let alternate = pieces_with(alternate, term, prefix).map(move |piece| behind + piece);
        let added = self.overlay.as_ref().map_or(0..0, |overlay| {
            pieces_with(&overlay.terms(dictionary).first_terms, term, prefix)
        });
        let behind_both = self.n_base_pieces(dictionary);
        let added = added.map(move |piece| behind_both + piece);
        pieces_with(first_terms, term, prefix).chain(alternate).chain(added)
    }

    /// Returns letters but one that terms of a dictionary may start with: those of the basic Latin
    /// alphabet, those that its pieces start with, and if wanted, where these have some of the
    /// alphabet of the one, all of that.
    pub(crate) fn first_letters(
        &self,
        dictionary: Dictionary,
        but: char,
        whole_alphabet: bool,
    ) -> Vec<char> {
        let first_terms = match dictionary {
            Dictionary::Places => &self.base.places.place_first_terms,
            Dictionary::Records => &self.base.places.first_terms,
        };
        let added = self.overlay.iter().flat_map(|o| &o.terms(dictionary).first_terms);
        let others = first_terms.iter().chain(added).filter_map(|term| term.chars().next());
        let mut letters: Vec<char> = ('a'..='z').collect();
        for letter in others.filter(|letter| !letter.is_ascii()) {
            if letters.last() != Some(&letter) {
                letters.push(letter);
            }
        }
        // Alphabets of other scripts have about 32 letters, one after another.
        let alphabet = (but as u32).saturating_sub(32)..=but as u32 + 32;
        let known = letters.len();
        let whole = whole_alphabet && !but.is_ascii();
        letters.retain(|letter| !whole || !alphabet.contains(&(*letter as u32)));
        if letters.len() < known {
            letters.extend(alphabet.filter_map(char::from_u32));
        }
        letters.retain(|letter| *letter != but);
        letters
    }

    /// Returns the references to stop words, ascending.
    pub(crate) fn stop_terms(&self, dictionary: Dictionary) -> Result<&[TermRef]> {
        if dictionary == Dictionary::Records {
            return Ok(&self.places().stop_terms);
        }
        if let Some(overlay) = &self.overlay {
            return Ok(&overlay.place_stop_terms);
        }
        if let Some(known) = self.base.place_stop_terms.get() {
            return Ok(known);
        }
        let mut terms = Vec::new();
        for word in &self.base.meta.lexicon.stop_words {
            for index in self.pieces_with(dictionary, word, false) {
                let Lookup::Found(piece) = self.piece(dictionary, index)? else { continue };
                let slot = piece.terms.get(word).and_then(|ordinal| piece.slot(ordinal));
                terms.extend(slot.map(|slot| TermRef::new(index, slot)));
            }
        }
        sort_by(&mut terms, Ord::cmp);
        Ok(self.base.place_stop_terms.get_or_init(|| terms))
    }

    /// Returns the names of a place.
    pub(crate) fn place_names(&self, place: &Place) -> Result<Vec<Name>> {
        if let Some(replaced) = self.replaced_names(place) {
            return Ok(replaced.names());
        }
        let bytes = self.base.container.chunk(PLACES_CHUNK)?.unwrap_or_default();
        Ok(self.base.places.names(bytes, place))
    }

    /// Returns the name of a place as it is shown in a language of the shard.
    ///
    /// All results in a city share the names around it, so they are kept.
    pub(crate) fn place_text(
        &self,
        (ordinal, place): (u32, &Place),
        language: Option<u32>,
    ) -> Result<Lookup<Arc<String>>> {
        let n_languages = u32::try_from(self.base.places.languages.len()).ok();
        // In languages that only corrections have, the local name is shown.
        let key = n_languages.and_then(|n| {
            let spoken = language.filter(|number| *number < n).map_or(0, |number| number + 1);
            ordinal.checked_mul(n + 1)?.checked_add(spoken)
        });
        // What corrections call a place is not kept with the base.
        let key = key.filter(|_| place.replaced_names == 0);
        if let Some(known) = key.and_then(|key| self.base.place_texts.get(key)) {
            return Ok(Lookup::Found(known));
        }
        let mut text = String::new();
        let written =
            self.write_shown(Dictionary::Places, &self.place_names(place)?, language, &mut text)?;
        Ok(written.map(|()| match key {
            Some(key) => self.base.place_texts.keep(key, text),
            None => Arc::new(text),
        }))
    }

    /// Writes the name that is shown in a language, else the local one.
    pub(crate) fn write_shown(
        &self,
        dictionary: Dictionary,
        names: &[Name],
        language: Option<u32>,
        out: &mut String,
    ) -> Result<Lookup<()>> {
        let wanted = language.map(Role::Language);
        let chosen = names.iter().find(|name| Some(name.role) == wanted);
        match chosen.or(names.first()) {
            Some(name) => self.write_name(dictionary, name, out),
            None => Ok(Lookup::Found(())),
        }
    }

    /// Returns the terms of the names of a place, as one list.
    pub(crate) fn place_name_terms(&self, place: &Place) -> Result<NameLists> {
        if let Some(replaced) = self.replaced_names(place) {
            return Ok(replaced.terms());
        }
        let bytes = self.base.container.chunk(PLACES_CHUNK)?.unwrap_or_default();
        Ok(self.base.places.name_terms(bytes, place))
    }

    /// Returns the names that an overlay gives a place.
    fn replaced_names(&self, place: &Place) -> Option<&PlaceNames> {
        let number = place.replaced_names.checked_sub(1)?;
        self.overlay.as_ref()?.place_names.get(number as usize)
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
