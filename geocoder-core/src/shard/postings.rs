//! Posting lists: the places, or blocks of records, in which the terms of a piece occur.

use super::bits::{BitReader, width};
use super::places::Places;
use super::terms::Piece;
use crate::record::RecordType;

/// By how many binary digits the populations that postings tell are apart.
pub(crate) const POSTING_DIGITS: u8 = 2;

/// Reads one posting list: ascending ordinals of places, or of blocks.
pub(crate) struct PostingReader<'a> {
    reader: BitReader<'a>,
    /// Rice parameter base: bits of the number of places.
    place_bits: u32,
}

impl<'a> PostingReader<'a> {
    /// Starts at a term of a piece.
    pub(crate) fn new(piece: &Piece<'a>, ordinal: u32, places: &Places, blocks: bool) -> Self {
        let mut postings =
            Self { reader: piece.postings(ordinal), place_bits: width(places.places.len()) };
        for _ in 0..Piece::steps_to_posting(ordinal) {
            postings.list(places, blocks, |_, _| {});
        }
        postings
    }

    /// Reads the list of one term and moves to the next; returns its length. Of a block, `visit`
    /// gets the most binary digits that the population of a city with the term can have as well.
    pub(crate) fn list(
        &mut self,
        places: &Places,
        blocks: bool,
        mut visit: impl FnMut(u32, u8),
    ) -> u32 {
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
                visit(place, u8::MAX);
                // Places are listed once, so the next one is at least one further.
                place = place.wrapping_add(1);
                continue;
            }
            let Some(entry) = places.get(place) else { return index };
            let block = self.reader.bits(width(entry.n_blocks as usize));
            let block = entry.first_block.wrapping_add(block);
            let summary = places.blocks.get(block as usize).copied().unwrap_or_default();
            let mut digits = u8::MAX;
            if summary.has(RecordType::City) {
                let less = u8::try_from(self.reader.gamma0()).unwrap_or(u8::MAX);
                digits = summary.city_digits().saturating_sub(less.saturating_mul(POSTING_DIGITS));
            }
            visit(block, digits);
        }
        count
    }
}
