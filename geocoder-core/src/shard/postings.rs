//! Posting lists: the places, or blocks of records, in which the terms of a piece occur.

use super::bits::{BitReader, width};
use super::block::length;
use super::places::Places;
use super::terms::Piece;
use crate::record::RecordType;

/// By how many binary digits the populations that postings tell are apart.
pub(crate) const POSTING_DIGITS: u8 = 2;

/// Where a term occurs: a place, or a block and what is known of its records with the term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occurrence {
    /// Ordinal of the place, or number of the block.
    pub(crate) target: u32,
    /// Most binary digits that the population of a city there can have.
    pub(crate) digits: u8,
    /// Whether a name there may consist for the greater part of terms that begin as this one does.
    pub(crate) greater_part: bool,
}

/// Reads one posting list: ascending ordinals of places, or of blocks.
pub(crate) struct PostingReader<'a> {
    reader: BitReader<'a>,
    /// Rice parameter base: bits of the number of places.
    place_bits: u32,
    /// Lists of an overlay, and the ordinal of the next term in them.
    lists: Option<(&'a PostingLists, u32)>,
}

/// Posting lists that are not coded: those of an overlay.
#[derive(Debug, Default)]
pub(crate) struct PostingLists {
    /// For each term the end of its list.
    ends: Vec<u32>,
    entries: Vec<Occurrence>,
}

impl Occurrence {
    /// Makes one of which no more is known than where it is.
    pub(crate) fn somewhere(target: u32) -> Self {
        Self { target, digits: u8::MAX, greater_part: true }
    }
}

impl PostingLists {
    /// Adds an entry to the list under construction.
    pub(crate) fn push(&mut self, entry: Occurrence) {
        self.entries.push(entry);
    }

    /// Ends the list of a term.
    pub(crate) fn end_list(&mut self) {
        self.ends.push(length(self.entries.len()));
    }

    fn of(&self, term: u32) -> &[Occurrence] {
        let before = term.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        let start = before.copied().unwrap_or(0) as usize;
        let end = self.ends.get(term as usize).copied().unwrap_or(0) as usize;
        self.entries.get(start..end).unwrap_or_default()
    }
}

impl<'a> PostingReader<'a> {
    /// Starts at a term of a piece.
    pub(crate) fn new(piece: &Piece<'a>, ordinal: u32, places: &Places, blocks: bool) -> Self {
        let reader = piece.postings(ordinal);
        if let Some(lists) = piece.lists {
            return Self { reader, place_bits: 0, lists: Some((lists, ordinal)) };
        }
        let mut postings = Self { reader, place_bits: width(places.n_coded), lists: None };
        for _ in 0..Piece::steps_to_posting(ordinal) {
            postings.list(places, blocks, &mut |_| {});
        }
        postings
    }

    /// Reads the list of one term and moves to the next; returns its length.
    pub(crate) fn list(
        &mut self,
        places: &Places,
        blocks: bool,
        visit: &mut dyn FnMut(Occurrence),
    ) -> u32 {
        if let Some((lists, ordinal)) = &mut self.lists {
            let list = lists.of(*ordinal);
            *ordinal += 1;
            list.iter().for_each(|entry| visit(*entry));
            return length(list.len());
        }
        let count = self.reader.gamma();
        let k = self.place_bits.saturating_sub(32 - count.leading_zeros());
        let mut place = 0u32;
        for index in 0..count {
            let gap = self.reader.rice(k);
            place = place.wrapping_add(gap);
            if self.reader.overrun() {
                return index;
            }
            if !blocks {
                visit(Occurrence::somewhere(place));
                // Places are listed once, so the next one is at least one further.
                place = place.wrapping_add(1);
                continue;
            }
            let Some(entry) = places.get(place) else { return index };
            let block = self.reader.bits(width(entry.n_blocks as usize));
            let block = entry.first_block.wrapping_add(block);
            let summary = places.blocks.get(block as usize).copied().unwrap_or_default();
            let mut occurrence = Occurrence::somewhere(block);
            if summary.has(RecordType::City) {
                let less = u8::try_from(self.reader.gamma0()).unwrap_or(u8::MAX);
                let less = less.saturating_mul(POSTING_DIGITS);
                occurrence.digits = summary.city_digits().saturating_sub(less);
                occurrence.greater_part = self.reader.bit();
            }
            visit(occurrence);
        }
        count
    }
}
