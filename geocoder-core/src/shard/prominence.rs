//! What the terms of a piece lead to at best: where its most prominent records are, and how
//! prominent others can be. So the first letters of thousands of terms are answered without reading
//! where all of them occur.

use core::ops::Range;

use super::places::Places;
use super::postings::{Occurrence, PostingReader};
use super::terms::{POSTING_SAMPLE, Piece};
use crate::sort::{Queue, low_half};

/// Terms that are read together: as many as share a note of where their postings are.
const GROUP_TERMS: u32 = POSTING_SAMPLE as u32;
/// Most postings of a piece that are kept apart.
const LEADERS: usize = 64;

/// An occurrence of a term in a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leader {
    /// Points that records of the block with the term win at most by what they are.
    pub(crate) points: f32,
    term: u32,
    pub(crate) occurrence: Occurrence,
}

/// Prominence of what the terms of a piece lead to.
#[derive(Debug)]
pub(crate) struct Prominence {
    leaders: Vec<Leader>,
    /// For each group of terms the most points of their other occurrences.
    groups: Vec<f32>,
}

impl Prominence {
    /// Reads all postings of a piece, given the points that records of a block with a term can win
    /// at most.
    pub(super) fn read(
        piece: &Piece<'_>,
        places: &Places,
        points: impl Fn(Occurrence) -> f32,
    ) -> Self {
        let mut postings = PostingReader::new(piece, 0, places, true);
        let mut all = Vec::new();
        let count = u32::try_from(piece.len()).unwrap_or(0);
        for term in 0..count {
            postings.list(places, true, &mut |occurrence| {
                all.push(Leader { points: points(occurrence), term, occurrence });
            });
        }
        let mut queue = Queue::default();
        for (posting, number) in all.iter().zip(0u64..) {
            queue.push(posting.points.into(), number);
        }
        let take = |(_, number)| {
            let posting = all.get_mut(low_half(number) as usize)?;
            let leader = *posting;
            posting.points = f32::NEG_INFINITY;
            Some(leader)
        };
        let leaders = core::iter::from_fn(|| queue.pop()).take(LEADERS).filter_map(take).collect();
        let mut groups = vec![f32::NEG_INFINITY; count.div_ceil(GROUP_TERMS) as usize];
        for posting in all {
            if let Some(most) = groups.get_mut((posting.term / GROUP_TERMS) as usize) {
                *most = most.max(posting.points);
            }
        }
        Self { leaders, groups }
    }

    /// Returns the most prominent occurrence of some terms, of those from a number on, with its
    /// number.
    pub(crate) fn leader(&self, from: usize, terms: &Range<u32>) -> Option<(usize, &Leader)> {
        let mut leaders = self.leaders.iter().enumerate().skip(from);
        leaders.find(|(_, leader)| terms.contains(&leader.term))
    }

    /// Iterates over the groups that some terms are in: the terms of both, and the most points of
    /// their other occurrences.
    pub(crate) fn groups(&self, terms: &Range<u32>) -> impl Iterator<Item = (u32, u32, f32)> {
        let first = terms.start / GROUP_TERMS;
        let groups = (first..).zip(self.groups.iter().skip(first as usize));
        let terms = terms.clone();
        groups.map_while(move |(group, points)| {
            let start = (group * GROUP_TERMS).max(terms.start);
            let end = ((group + 1) * GROUP_TERMS).min(terms.end);
            (start < end).then_some((start, end, *points))
        })
    }
}
