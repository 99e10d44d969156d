//! Terms of an overlay: pieces like those of a shard, behind them in number.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::shard::front_coding::{MAX_TERM_BYTES, front_code};
use crate::shard::{MAX_PIECE_TERMS, NameLists, Piece, PieceTables, PostingLists, TermRef, length};

use super::draft::DraftName;

/// Most terms of a piece: room is left so that slots stay near their hash.
const FULL_PIECE_TERMS: usize = MAX_PIECE_TERMS / 8 * 7;

/// Terms and where they occur.
#[derive(Debug, Default)]
pub(crate) struct AddedTerms {
    /// First term of each piece.
    pub(crate) first_terms: Vec<String>,
    pieces: Vec<TermPiece>,
    /// Number of pieces of the base.
    behind: usize,
}

#[derive(Debug)]
struct TermPiece {
    bytes: Vec<u8>,
    tables: PieceTables,
    lists: PostingLists,
}

/// Terms under collection, with the places or blocks where they occur, ascending.
#[derive(Debug, Default)]
pub(super) struct TermCollector {
    terms: BTreeMap<String, Vec<(u32, u8)>>,
}

impl TermCollector {
    /// Notes that a name occurs in a place or block, which come in ascending order; of a block
    /// with cities, with the binary digits of the population of its record.
    pub(super) fn add(&mut self, name: &DraftName, target: u32, digits: u8) {
        for term in name.shown.iter().chain(&name.hidden) {
            match self.terms.get_mut(term) {
                Some(list) => match list.last_mut() {
                    Some((last, most)) if *last == target => *most = digits.max(*most),
                    _ => list.push((target, digits)),
                },
                None => {
                    self.terms.insert(term.clone(), vec![(target, digits)]);
                }
            }
        }
    }

    /// Cuts the terms into pieces, which follow so many of the base.
    pub(super) fn finish(self, behind: usize) -> Result<AddedTerms> {
        let mut added = AddedTerms { behind, ..AddedTerms::default() };
        let mut terms = Vec::new();
        let mut lists = PostingLists::default();
        let mut rest = self.terms.into_iter().peekable();
        while let Some((term, entries)) = rest.next() {
            terms.push(term);
            entries.into_iter().for_each(|entry| lists.push(entry));
            lists.end_list();
            if terms.len() >= FULL_PIECE_TERMS || rest.peek().is_none() {
                added.push_piece(&terms, core::mem::take(&mut lists))?;
                terms.clear();
            }
        }
        Ok(added)
    }
}

impl AddedTerms {
    /// Adds a piece in the layout of a shard, without forms: names of overlays are kept as text.
    fn push_piece(&mut self, terms: &[String], lists: PostingLists) -> Result<()> {
        let (shared, rests) = front_code(terms);
        let mut bytes = Vec::new();
        for size in [0, shared.len(), rests.len(), 0, 0] {
            bytes.extend_from_slice(&length(size).to_le_bytes());
        }
        bytes.extend_from_slice(&shared);
        bytes.extend_from_slice(&rests);
        let tables = PieceTables::read(&bytes)?;
        self.first_terms.extend(terms.first().cloned());
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
    pub(super) fn add_names(&self, names: &[DraftName], lists: &mut NameLists) -> Result<()> {
        let lost = Error::Malformed { section: "overlay", what: "a name has an unknown term" };
        for name in names {
            for term in name.shown.iter().chain(&name.hidden) {
                lists.push_term(self.reference(term).ok_or(lost.clone())?);
            }
            lists.end_name(name.role, length(name.hidden.len()));
        }
        lists.end_list();
        Ok(())
    }
}

/// Whether a term fits into a piece.
pub(super) fn is_storable(term: &str) -> bool {
    term.len() <= MAX_TERM_BYTES && !term.contains('\n')
}
