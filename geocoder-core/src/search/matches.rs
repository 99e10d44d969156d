//! Terms of a shard that the readings of a query match, as ranges of ordinals by piece.

use super::query::{Query, Reading, TokenMask};
use super::walk::{Pattern, Walk, is_short};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, Piece, Shard};
use crate::sort::sort_by;
use crate::text;

/// Shortest word that is split, and shortest part of one, in bytes.
const MIN_SPLIT_WORD_BYTES: usize = 6;
const MIN_SPLIT_BYTES: usize = 2;
/// Shortest such part that is neither an article nor a short form, in bytes.
const MIN_PLAIN_SPLIT_BYTES: usize = 3;
/// Errors that a wrong first letter counts as.
const FIRST_LETTER_EDITS: u8 = 2;
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

/// Finds the matches of one dictionary.
pub(crate) struct Matcher<'a, D> {
    pub(crate) shard: &'a Shard<D>,
    pub(crate) dictionary: Dictionary,
}

impl<D: AsRef<[u8]>> Matcher<'_, D> {
    /// Finds terms that equal the readings, and those that start with unfinished ones.
    pub(crate) fn plain(&self, readings: &[Reading], matches: &mut Matches) -> Result<()> {
        let prefix_cost = self.shard.meta().weights.prefix_cost;
        for Reading { term, mask, cost, unfinished, part } in readings {
            self.equal(term, *mask, *cost, *part, matches)?;
            if *unfinished {
                self.longer(term, *mask, *part, cost + prefix_cost, matches)?;
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
            if let Some(ordinal) = self.known(index, piece.terms.get(text)) {
                matches.push(index, ordinal, ordinal, mask, cost, part);
            }
        }
        Ok(())
    }

    /// Finds the terms that start with a text.
    fn longer(
        &self,
        text: &str,
        mask: TokenMask,
        part: Part,
        cost: f32,
        matches: &mut Matches,
    ) -> Result<()> {
        for index in self.shard.pieces_with(self.dictionary, text, true) {
            let Some(piece) = self.piece(index, matches)? else { continue };
            if let Some((first, last)) = piece.terms.below(text) {
                matches.push(index, first, last, mask, cost, part);
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
        let weights = &self.shard.meta().weights;
        for (index, token) in query.tokens.iter().enumerate() {
            let mask = 1 << index;
            if words & mask == 0 {
                continue;
            }
            self.bigrams(&token.term, mask, matches)?;
            self.splits(&token.term, mask, matches)?;
            if !token.unfinished && !token.has_digit && token.term.len() >= MIN_CUT_BYTES {
                self.equal(
                    &token.term,
                    mask,
                    weights.cut_cost - weights.prefix_cost,
                    Part::Whole,
                    matches,
                )?;
                self.longer(&token.term, mask, Part::Whole, weights.cut_cost, matches)?;
            }
            let edits = query.allowed_edits(index);
            if edits == 0 {
                continue;
            }
            if is_short(&token.term) {
                self.similar(false, &token.term, edits, mask, matches)?;
                continue;
            }
            // Words that are whole but for an error are likelier than those that go on as well.
            let term = token.term.as_str();
            let whole = self.similar(false, term, 1, mask, matches)?;
            let longer = token.unfinished && self.similar(true, term, 1, mask, matches)?;
            let replaced = self.first_letter(false, term, edits, mask, matches)?;
            // More errors are looked for only where fewer lead nowhere.
            if edits > 1
                && !(whole || longer || replaced)
                && !self.similar(false, term, edits, mask, matches)?
                && token.unfinished
            {
                self.similar(true, term, edits, mask, matches)?;
                self.first_letter(true, term, edits, mask, matches)?;
            }
        }
        matches.order();
        Ok(())
    }

    /// Finds terms that are the word, or start with it, but for its first letter: wrong, missing,
    /// one too many, or swapped with the next. Looking up what they can be is quicker than a walk.
    fn first_letter(
        &self,
        prefix: bool,
        term: &str,
        edits: u8,
        mask: TokenMask,
        matches: &mut Matches,
    ) -> Result<bool> {
        let mut letters = term.chars();
        let (Some(first), Some(second)) = (letters.next(), letters.next()) else {
            return Ok(false);
        };
        let (after_first, after_second) = (
            term.get(first.len_utf8()..).unwrap_or_default(),
            term.get(first.len_utf8() + second.len_utf8()..).unwrap_or_default(),
        );
        let mut terms = vec![after_first.to_owned(), format!("{second}{first}{after_second}")];
        for letter in self.shard.first_letters(self.dictionary, first, edits > 1) {
            terms.push(format!("{letter}{after_first}"));
            terms.push(format!("{letter}{term}"));
        }
        // Letters that fold to two.
        for letters in ["th", "ae", "oe"] {
            terms.push(format!("{letters}{after_first}"));
            terms.push(format!("{letters}{term}"));
        }
        let weights = &self.shard.meta().weights;
        let known = matches.list.len();
        for term in terms {
            if prefix {
                // So much else starts so that the error counts as two.
                let cost = f32::from(FIRST_LETTER_EDITS) * weights.edit_cost;
                self.longer(&term, mask, Part::Whole, cost + weights.error_prefix_cost, matches)?;
            } else {
                self.equal(&term, mask, weights.edit_cost, Part::Whole, matches)?;
            }
        }
        Ok(matches.list.len() > known)
    }

    /// Finds terms within some errors, the first letter being right; tells whether there are any.
    fn similar(
        &self,
        prefix: bool,
        term: &str,
        edits: u8,
        mask: TokenMask,
        matches: &mut Matches,
    ) -> Result<bool> {
        let weights = &self.shard.meta().weights;
        let pattern = Pattern::new(term, edits, prefix, FIRST_LETTER_EDITS);
        let first = term.chars().next().map_or(0, char::len_utf8);
        let first = term.get(..first).unwrap_or_default();
        let pieces = self.shard.pieces_with(self.dictionary, first, true);
        let mut any = false;
        let mut walk = Walk::new(&pattern);
        for index in pieces {
            let Some(piece) = self.piece(index, matches)? else { continue };
            for range in walk.ranges(piece.terms) {
                any |= !self.is_lost(index, range.start, range.end - 1);
                let longer = if prefix { weights.error_prefix_cost } else { 0.0 };
                let cost = f32::from(range.edits) * weights.edit_cost + longer;
                matches.push(index, range.start, range.end - 1, mask, cost, Part::Whole);
            }
        }
        Ok(any)
    }

    /// Finds words of a set that names write as two.
    pub(crate) fn split(
        &self,
        query: &Query,
        words: TokenMask,
        matches: &mut Matches,
    ) -> Result<()> {
        for (index, token) in query.tokens.iter().enumerate() {
            if words & 1 << index != 0 {
                self.splits(&token.term, 1 << index, matches)?;
            }
        }
        matches.order();
        Ok(())
    }

    /// Finds pairs of terms whose concatenation is the word, a stop word between them or not:
    /// `ambach` as `am bach`, `ruedelaposte` as `rue poste`.
    fn splits(&self, term: &str, mask: TokenMask, matches: &mut Matches) -> Result<()> {
        if term.len() < MIN_SPLIT_WORD_BYTES || !term.is_ascii() {
            return Ok(());
        }
        let cost = self.shard.meta().weights.split_cost;
        let lexicon = &self.shard.meta().lexicon;
        let stop_words = &lexicon.stop_words;
        let mut starts: Vec<(usize, usize, u32)> = Vec::new();
        let mut ends: Vec<(usize, usize, u32)> = Vec::new();
        for at in MIN_SPLIT_BYTES..=term.len() - MIN_SPLIT_BYTES {
            let Some((left, right)) = term.split_at_checked(at) else { continue };
            for (half, found) in [(left, &mut starts), (right, &mut ends)] {
                if half.len() < MIN_PLAIN_SPLIT_BYTES && !lexicon.has(half) {
                    continue;
                }
                for index in self.shard.pieces_with(self.dictionary, half, false) {
                    let Some(piece) = self.piece(index, matches)? else { continue };
                    let known = self.known(index, piece.terms.get(half));
                    found.extend(known.map(|ordinal| (at, index, ordinal)));
                }
            }
        }
        let fits = |start: usize, end: usize| {
            start == end
                || term
                    .get(start..end)
                    .is_some_and(|between| stop_words.iter().any(|word| word == between))
        };
        for (at, piece, ordinal) in &starts {
            if ends.iter().any(|(end, ..)| fits(*at, *end)) {
                matches.push(*piece, *ordinal, *ordinal, mask, cost, Part::First);
            }
        }
        for (at, piece, ordinal) in &ends {
            if starts.iter().any(|(start, ..)| fits(*start, *at)) {
                matches.push(*piece, *ordinal, *ordinal, mask, cost, Part::Second);
            }
        }
        Ok(())
    }

    /// Finds the pairs of letters of a word in a script without spaces.
    fn bigrams(&self, term: &str, mask: TokenMask, matches: &mut Matches) -> Result<()> {
        let cost = self.shard.meta().weights.bigram_cost;
        for pair in text::bigrams(term) {
            self.equal(pair, mask, cost, Part::Whole, matches)?;
        }
        Ok(())
    }

    /// Returns a term that was found unless nothing has it after corrections.
    fn known(&self, piece: usize, found: Option<u32>) -> Option<u32> {
        found.filter(|ordinal| !self.is_lost(piece, *ordinal, *ordinal))
    }

    /// Whether nothing has any of some terms after corrections.
    fn is_lost(&self, piece: usize, first: u32, last: u32) -> bool {
        let overlay = self.shard.overlay.as_ref();
        overlay.is_some_and(|overlay| overlay.has_lost(self.dictionary, piece, first..=last))
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
}
