//! Terms of a shard that the readings of a query match, as ranges of ordinals by piece.

use super::query::{Query, Reading, TokenMask};
use super::walk::{Pattern, Walk, allowed_edits};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, MAX_PIECE_TERMS, Piece, Shard, TermRef};
use crate::sort::sort_by;
use crate::text;

/// Points lost when a term goes on behind an unfinished word.
const PREFIX_COST: f32 = 1.0;
/// Points lost when a term goes on behind a word that looks finished.
const CUT_COST: f32 = 2.5;
/// Points lost by an error.
const EDIT_COST: f32 = 3.0;
/// Points lost when a word is written as two.
const SPLIT_COST: f32 = 1.0;
/// Points lost when only two neighbouring letters of a longer run are found.
const BIGRAM_COST: f32 = 4.0;
/// Shortest part of a word that is split, in bytes.
const MIN_SPLIT_BYTES: usize = 3;
/// Shortest finished word that may be the start of a longer one, in bytes.
const MIN_CUT_BYTES: usize = 3;

/// Terms that stand for words of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TermMatch {
    pub(crate) piece: usize,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) mask: TokenMask,
    pub(crate) cost: f32,
    pub(crate) part: Part,
}

/// Whether a term stands for the whole word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// First or second part of a word that names write as two.
    First,
    Second,
}

/// All matches in one dictionary, ordered by piece.
#[derive(Debug, Default, Clone)]
pub(crate) struct Matches {
    pub(crate) list: Vec<TermMatch>,
    /// Chunks that would have to be looked at as well.
    pub(crate) missing: Vec<usize>,
}

/// Words of a set of all slots of a piece.
const SLOT_WORDS: usize = MAX_PIECE_TERMS / 64;

/// Slots of terms, by piece: the quickest test whether a name has any of them.
#[derive(Debug)]
pub(crate) struct SlotSet {
    pieces: Vec<Option<[u64; SLOT_WORDS]>>,
}

impl SlotSet {
    /// Whether a term is in the set.
    #[inline]
    pub(crate) fn contains(&self, term: TermRef) -> bool {
        let Some(Some(slots)) = self.pieces.get(term.piece()) else { return false };
        let slot = term.slot();
        slots.get(slot / 64).is_some_and(|word| word & 1 << (slot % 64) != 0)
    }
}

/// Finds the matches of one dictionary.
pub(crate) struct Matcher<'a, D> {
    pub(crate) shard: &'a Shard<D>,
    pub(crate) dictionary: Dictionary,
}

impl<D: AsRef<[u8]>> Matcher<'_, D> {
    /// Finds terms that equal the readings, and those that start with unfinished ones.
    pub(crate) fn plain(&self, readings: &[Reading], matches: &mut Matches) -> Result<()> {
        for Reading { term, mask, cost, unfinished } in readings {
            self.equal(term, *mask, *cost, Part::Whole, matches)?;
            if *unfinished {
                self.longer(term, *mask, cost + PREFIX_COST, matches)?;
            }
        }
        matches.order();
        Ok(())
    }

    /// Finds the term that equals a text.
    fn equal(
        &self,
        text: &str,
        mask: TokenMask,
        cost: f32,
        part: Part,
        matches: &mut Matches,
    ) -> Result<()> {
        for index in self.shard.pieces_with(self.dictionary, text, false) {
            let Some(piece) = self.piece(index, matches)? else { continue };
            if let Some(ordinal) = piece.terms.get(text) {
                matches.push(index, ordinal, ordinal, mask, cost, part);
            }
        }
        Ok(())
    }

    /// Finds the terms that start with a text.
    fn longer(&self, text: &str, mask: TokenMask, cost: f32, matches: &mut Matches) -> Result<()> {
        for index in self.shard.pieces_with(self.dictionary, text, true) {
            let Some(piece) = self.piece(index, matches)? else { continue };
            if let Some((first, last)) = piece.terms.below(text) {
                matches.push(index, first, last, mask, cost, Part::Whole);
            }
        }
        Ok(())
    }

    /// Finds terms that resemble the words of a set: with errors, longer, split in two.
    pub(crate) fn tolerant(
        &self,
        query: &Query,
        words: TokenMask,
        matches: &mut Matches,
    ) -> Result<()> {
        for (index, token) in query.tokens.iter().enumerate() {
            let mask = 1 << index;
            if words & mask == 0 {
                continue;
            }
            self.bigrams(&token.term, mask, matches)?;
            self.splits(&token.term, mask, matches)?;
            if !token.unfinished && !token.has_digit && token.term.len() >= MIN_CUT_BYTES {
                self.equal(&token.term, mask, CUT_COST - PREFIX_COST, Part::Whole, matches)?;
                self.longer(&token.term, mask, CUT_COST, matches)?;
            }
            let edits = allowed_edits(&token.term);
            if edits == 0 {
                continue;
            }
            // More errors are looked for only where fewer lead nowhere, the first letter being
            // right. Two errors are as many as a wrong one costs; one is not.
            let prefix = token.unfinished;
            let found = self.similar(prefix, &token.term, 1, 2, mask, matches)?;
            if !found {
                let cost = if edits == 1 { 1 } else { 2 };
                self.similar(prefix, &token.term, edits, cost, mask, matches)?;
            }
        }
        matches.order();
        Ok(())
    }

    /// Finds terms within some errors; tells whether there are any.
    fn similar(
        &self,
        prefix: bool,
        term: &str,
        edits: u8,
        first_letter_cost: u8,
        mask: TokenMask,
        matches: &mut Matches,
    ) -> Result<bool> {
        let pattern = Pattern::new(term, edits, prefix, first_letter_cost);
        let first = term.chars().next().map_or(0, char::len_utf8);
        let first = term.get(..first).unwrap_or_default();
        // When the first letter is certain, only its pieces can hold matches.
        let first = if edits < first_letter_cost { first } else { "" };
        let pieces = self.shard.pieces_with(self.dictionary, first, true);
        let mut any = false;
        let mut walk = Walk::new(&pattern);
        for index in pieces {
            let Some(piece) = self.piece(index, matches)? else { continue };
            for range in walk.ranges(piece.terms) {
                any = true;
                let longer = if prefix { PREFIX_COST } else { 0.0 };
                let cost = f32::from(range.edits) * EDIT_COST + longer;
                matches.push(index, range.start, range.end - 1, mask, cost, Part::Whole);
            }
        }
        Ok(any)
    }

    /// Finds pairs of terms whose concatenation is the word.
    fn splits(&self, term: &str, mask: TokenMask, matches: &mut Matches) -> Result<()> {
        if term.len() < 2 * MIN_SPLIT_BYTES || !term.is_ascii() {
            return Ok(());
        }
        for at in MIN_SPLIT_BYTES..=term.len() - MIN_SPLIT_BYTES {
            let Some((left, right)) = term.split_at_checked(at) else { continue };
            let start = matches.list.len();
            self.equal(left, mask, SPLIT_COST, Part::First, matches)?;
            let middle = matches.list.len();
            if middle > start {
                self.equal(right, mask, SPLIT_COST, Part::Second, matches)?;
            }
            if matches.list.len() == middle {
                matches.list.truncate(start);
            }
        }
        Ok(())
    }

    /// Finds the pairs of letters of a word in a script without spaces.
    fn bigrams(&self, term: &str, mask: TokenMask, matches: &mut Matches) -> Result<()> {
        for pair in text::bigrams(term) {
            self.equal(pair, mask, BIGRAM_COST, Part::Whole, matches)?;
        }
        Ok(())
    }

    fn piece(&self, index: usize, matches: &mut Matches) -> Result<Option<Piece<'_>>> {
        Ok(match self.shard.piece(self.dictionary, index)? {
            Lookup::Found(piece) => Some(piece),
            Lookup::Missing(chunk) => {
                matches.missing.push(chunk);
                None
            }
        })
    }
}

impl Matches {
    fn push(
        &mut self,
        piece: usize,
        first: u32,
        last: u32,
        mask: TokenMask,
        cost: f32,
        part: Part,
    ) {
        self.list.push(TermMatch { piece, start: first, end: last + 1, mask, cost, part });
    }

    fn order(&mut self) {
        sort_by(&mut self.list, |a, b| a.piece.cmp(&b.piece));
    }

    /// Marks the slots of all matching terms, by piece.
    pub(crate) fn slots<D: AsRef<[u8]>>(
        &self,
        shard: &Shard<D>,
        dictionary: Dictionary,
    ) -> Result<SlotSet> {
        let mut set = SlotSet { pieces: vec![None; shard.n_pieces(dictionary)] };
        for found in &self.list {
            let Lookup::Found(piece) = shard.piece(dictionary, found.piece)? else { continue };
            let Some(slots) = set.pieces.get_mut(found.piece) else { continue };
            let slots = slots.get_or_insert([0; SLOT_WORDS]);
            for slot in (found.start..found.end).filter_map(|ordinal| piece.slot(ordinal)) {
                if let Some(word) = slots.get_mut(slot / 64) {
                    *word |= 1 << (slot % 64);
                }
            }
        }
        Ok(set)
    }

    /// Returns the matches of one piece.
    pub(crate) fn of_piece(&self, piece: usize) -> &[TermMatch] {
        let start = self.list.partition_point(|found| found.piece < piece);
        let end = self.list.partition_point(|found| found.piece <= piece);
        self.list.get(start..end).unwrap_or_default()
    }
}
