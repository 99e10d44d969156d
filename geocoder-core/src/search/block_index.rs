//! The words that blocks of records answer, as far as the matched terms say where to look.

use core::ops::Range;

use super::Ranked;
use super::bounds::BlockWords;
use super::candidates::{Evaluation, MAX_RANGE_POSTINGS, MAX_RANGE_TERMS};
use super::matches::{Part, TermMatch};
use super::query::TokenMask;
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, Occurrence, Piece, PostingReader};

/// In a shard of so few blocks no word is too frequent to be followed.
const FEW_BLOCKS: u32 = 4096;
/// Where words that so many terms answer for every block occur is read only as far as it can
/// matter.
const WIDE_TERMS_PER_BLOCK: f32 = 0.5;
const MIN_WIDE_TERMS: u32 = 128;
const MAX_WIDE_TERMS: u32 = 2048;
/// Postings of cities tell how large these are: there more terms are worth following.
const MAX_WIDE_CITY_TERMS: u32 = 1024;

/// Words by block.
pub(super) struct BlockIndex<'a> {
    pub(super) list: Vec<(u32, BlockWords)>,
    /// One more than the number in the list, 0 for blocks without words; empty until it is needed,
    /// which for beginnings of one word it is not.
    by_block: Vec<u32>,
    n_blocks: usize,
    /// Words that any block may answer, in names that stand with the records and in those apart.
    pub(super) wide: [BlockWords; 2],
    /// The matches that they are of.
    pub(super) lazy: Vec<(&'a TermMatch, Piece<'a>)>,
    /// Words so frequent that they are not followed: any block with another word may answer them.
    pub(super) everywhere: TokenMask,
}

impl BlockIndex<'_> {
    /// Returns for each block one more than its number in the list, or 0.
    #[inline]
    pub(super) fn slots(&mut self) -> &mut [u32] {
        if self.by_block.is_empty() {
            self.by_block = vec![0; self.n_blocks];
        }
        &mut self.by_block
    }

    #[inline]
    fn entry(&mut self, block: u32) -> Option<&mut BlockWords> {
        self.slots();
        let slot = self.by_block.get_mut(block as usize)?;
        if *slot == 0 {
            self.list.push((block, BlockWords::default()));
            *slot = u32::try_from(self.list.len()).ok()?;
        }
        self.list.get_mut(*slot as usize - 1).map(|(_, words)| words)
    }
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the words that so many terms answer that most blocks have one of them.
    fn wide_words(&self) -> TokenMask {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of terms"
        )]
        let most = (self.shard.places().n_blocks as f32 * WIDE_TERMS_PER_BLOCK) as u32;
        let most = if self.shard.places().has_city_records() {
            MAX_WIDE_CITY_TERMS
        } else {
            most.clamp(MIN_WIDE_TERMS, MAX_WIDE_TERMS)
        };
        let mut wide = 0;
        for mask in (0..self.query.tokens.len()).map(|index| 1 << index) {
            let of_word = self.record_matches.list.iter().filter(|found| found.mask == mask);
            if of_word.map(|found| found.end - found.start).sum::<u32>() > most {
                wide |= mask;
            }
        }
        wide
    }

    /// Returns the words that each block answers, and those that any block may answer.
    pub(super) fn block_words(&self, ranked: &mut Ranked) -> Result<BlockIndex<'_>> {
        let places = self.shard.places();
        let mut index = BlockIndex {
            list: Vec::new(),
            by_block: Vec::new(),
            n_blocks: places.blocks.len(),
            wide: [BlockWords::default(); 2],
            lazy: Vec::new(),
            everywhere: 0,
        };
        let content = self.weights.content();
        let wide_words = self.wide_words();
        let only = self.is_only_word();
        for found in &self.record_matches.list {
            // Street types and articles are everywhere in a large country: there they count only
            // when a record is looked at.
            let frequent = places.n_blocks > FEW_BLOCKS && !places.has_city_records();
            if found.mask & content == 0 && frequent {
                index.everywhere |= found.mask;
                continue;
            }
            let words = self.words_of(found);
            let Some(piece) = self.piece_of(found, ranked)? else { continue };
            let wide = found.mask & !wide_words == 0 && found.end - found.start > 1;
            // Halves of words answer them only together.
            if wide || (only && found.part == Part::Whole) {
                let [usual, apart] = &mut index.wide;
                let wide = if words.in_alternates { apart } else { usual };
                *wide = wide.with(words);
                index.lazy.push((found, piece));
                continue;
            }
            self.read_postings(
                &piece,
                found.start..found.end,
                &mut |Occurrence { target, digits, .. }| {
                    if let Some(entry) = index.entry(target) {
                        *entry = entry.with(BlockWords { digits, ..words });
                    }
                },
            );
        }
        Ok(index)
    }

    /// Whether the query has but one word, and nothing else says where to look.
    pub(super) fn is_only_word(&self) -> bool {
        self.query.tokens.len() == 1 && self.request.coordinates.is_none()
    }

    /// Returns the words that a match of records answers.
    pub(super) fn words_of(&self, found: &TermMatch) -> BlockWords {
        let places = self.shard.places();
        let n_terms = places.first_terms.len();
        let apart = n_terms..n_terms + places.alternate_first_terms.len();
        BlockWords::of(found, apart.contains(&found.piece))
    }

    /// Returns the piece of a match of records, if it is there.
    pub(super) fn piece_of(
        &self,
        found: &TermMatch,
        ranked: &mut Ranked,
    ) -> Result<Option<Piece<'_>>> {
        Ok(match self.shard.piece(Dictionary::Records, found.piece)? {
            Lookup::Found(piece) => Some(piece),
            Lookup::Missing(chunk) => {
                ranked.missing.push(chunk);
                None
            }
        })
    }

    /// Reads in which blocks some terms occur.
    pub(super) fn read_postings(
        &self,
        piece: &Piece<'_>,
        terms: Range<u32>,
        visit: &mut dyn FnMut(Occurrence),
    ) {
        let places = self.shard.places();
        let mut postings = PostingReader::new(piece, terms.start, places, true);
        let mut read = 0;
        for _ in terms.start..terms.end.min(terms.start + MAX_RANGE_TERMS) {
            read += postings.list(places, true, visit);
            if read > MAX_RANGE_POSTINGS {
                break;
            }
        }
    }
}
