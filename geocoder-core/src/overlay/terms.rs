//! Terms of an overlay: pieces like those of a shard, behind them in number.

use super::draft::{DraftName, split};
use super::key_index::KeyIndex;
use crate::error::Result;
use crate::shard::front_coding::{MAX_TERM_BYTES, front_code};
use crate::shard::{
    MAX_PIECE_TERMS, NameLists, Occurrence, Piece, PieceTables, PostingLists, Role, TermRef, length,
};
use crate::sort::sort_by;

/// Most terms of a piece: room is left so that slots stay near their hash.
const FULL_PIECE_TERMS: usize = MAX_PIECE_TERMS / 8 * 7;

/// Reference to a term that no piece has.
const NO_TERM: TermRef = TermRef(u32::MAX);

/// Terms and where they occur.
#[derive(Debug, Default)]
pub(crate) struct AddedTerms {
    /// First term of each piece.
    pub(crate) first_terms: Vec<String>,
    pieces: Vec<TermPiece>,
    /// Number of pieces of the base.
    behind: usize,
    /// References to the terms by the number that they had in the collection.
    references: Vec<TermRef>,
}

#[derive(Debug)]
struct TermPiece {
    bytes: Vec<u8>,
    tables: PieceTables,
    lists: PostingLists,
}

/// Terms under collection, each with the places or blocks where it occurs, ascending.
#[derive(Debug, Default)]
pub(super) struct TermCollector {
    terms: KeyIndex,
    /// Where each occurs.
    entries: Vec<Vec<Occurrence>>,
}

/// The terms of a name by number: those that are shown, and the others.
#[derive(Debug)]
pub(super) struct NumberedName {
    role: Role,
    terms: Vec<usize>,
    n_hidden: u32,
}

impl TermCollector {
    /// Notes that a name occurs in a place or block, which come in ascending order; of a block
    /// with cities, with the binary digits of the population of its record.
    pub(super) fn add(&mut self, name: &DraftName, target: u32, digits: u8) -> NumberedName {
        let mut terms = Vec::new();
        let mut n_hidden = 0;
        for (list, hidden) in [(&name.shown, 0), (&name.hidden, 1)] {
            for term in split(list) {
                terms.push(self.occurrence(term, target, digits));
                n_hidden += hidden;
            }
        }
        NumberedName { role: name.role, terms, n_hidden }
    }

    fn occurrence(&mut self, term: &str, target: u32, digits: u8) -> usize {
        let number = self.terms.number(term.as_bytes());
        if number == self.entries.len() {
            self.entries.push(Vec::new());
        }
        if let Some(entries) = self.entries.get_mut(number) {
            match entries.last_mut() {
                Some(last) if last.target == target => last.digits = digits.max(last.digits),
                _ => entries.push(Occurrence { digits, ..Occurrence::somewhere(target) }),
            }
        }
        number
    }

    /// Cuts the terms into pieces, which follow so many of the base.
    pub(super) fn finish(&self, behind: usize) -> Result<AddedTerms> {
        let mut order: Vec<(&[u8], usize)> =
            (0..self.terms.len()).map(|number| (self.terms.key(number), number)).collect();
        sort_by(&mut order, Ord::cmp);
        let references = vec![NO_TERM; order.len()];
        let mut added = AddedTerms { behind, references, ..AddedTerms::default() };
        for piece in order.chunks(FULL_PIECE_TERMS) {
            added.push_piece(piece, &self.entries)?;
        }
        Ok(added)
    }
}

impl AddedTerms {
    /// Adds a piece in the layout of a shard, without forms: names of overlays are kept as text.
    fn push_piece(&mut self, piece: &[(&[u8], usize)], entries: &[Vec<Occurrence>]) -> Result<()> {
        let mut terms = Vec::new();
        let mut lists = PostingLists::default();
        for (term, number) in piece {
            terms.push(core::str::from_utf8(term).unwrap_or_default().into());
            entries.get(*number).into_iter().flatten().for_each(|entry| lists.push(*entry));
            lists.end_list();
        }
        let (shared, rests) = front_code(&terms);
        let mut bytes = Vec::new();
        for size in [0, shared.len(), rests.len(), 0, 0] {
            bytes.extend_from_slice(&length(size).to_le_bytes());
        }
        bytes.extend_from_slice(&shared);
        bytes.extend_from_slice(&rests);
        let tables = PieceTables::read(&bytes)?;
        if let Some(found) = tables.piece(&bytes) {
            for (ordinal, (_, number)) in (0u32..).zip(piece) {
                let slot = found.slot(ordinal);
                if let (Some(slot), Some(to)) = (slot, self.references.get_mut(*number)) {
                    *to = TermRef::new(self.behind + self.pieces.len(), slot);
                }
            }
        }
        self.first_terms.extend(terms.into_iter().next());
        self.pieces.push(TermPiece { bytes, tables, lists });
        Ok(())
    }

    /// Number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Returns a piece by its number among those of the overlay.
    pub(crate) fn piece(&self, index: usize) -> Option<Piece<'_>> {
        let piece = self.pieces.get(index)?;
        piece.tables.piece(&piece.bytes).map(|found| found.with_lists(&piece.lists))
    }

    /// Returns the reference to a term.
    pub(super) fn reference(&self, term: &str) -> Option<TermRef> {
        let number = self.first_terms.partition_point(|first| first.as_str() <= term);
        let number = number.checked_sub(1)?;
        let piece = self.piece(number)?;
        let slot = piece.slot(piece.terms.get(term)?)?;
        Some(TermRef::new(self.behind + number, slot))
    }

    /// Returns the references to those of some words that are terms.
    pub(super) fn references<'a>(
        &'a self,
        words: &'a [String],
    ) -> impl Iterator<Item = TermRef> + 'a {
        words.iter().filter_map(|word| self.reference(word))
    }

    /// Adds the terms of the names of a record to lists.
    pub(super) fn add_names(&self, names: &[NumberedName], lists: &mut NameLists) {
        for name in names {
            for number in &name.terms {
                lists.push_term(self.references.get(*number).copied().unwrap_or(NO_TERM));
            }
            lists.end_name(name.role, name.n_hidden);
        }
        lists.end_list();
    }
}

/// Whether a term fits into a piece.
pub(super) fn is_storable(term: &str) -> bool {
    term.len() <= MAX_TERM_BYTES && !term.contains('\n')
}
