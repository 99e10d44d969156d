//! The matched terms of a dictionary as a set: the quickest test whether a name has any of them.

use super::matches::{Matches, TermMatch};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, MAX_PIECE_TERMS, Piece, Shard, TermRef};

/// Words of a set of all slots of a piece.
const SLOT_WORDS: usize = MAX_PIECE_TERMS / 64;

/// The matched terms, by piece.
#[derive(Debug)]
pub(crate) struct TermSet<'a> {
    /// One more than the number of the piece's set, 0 for pieces without matches.
    of_piece: Vec<u32>,
    sets: Vec<PieceSet<'a>>,
}

/// The matched terms of one piece.
#[derive(Debug)]
struct PieceSet<'a> {
    piece: Piece<'a>,
    matches: &'a [TermMatch],
    any: [u64; SLOT_WORDS],
    /// Those that cost nothing.
    free: [u64; SLOT_WORDS],
}

/// Whether a name has terms that were matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Membership {
    None,
    /// Some, all of which cost something.
    Dear,
    /// Some that cost nothing.
    Free,
}

impl<'a> TermSet<'a> {
    /// Collects the terms of matches, which are ordered by piece.
    pub(crate) fn new<D: AsRef<[u8]>>(
        shard: &'a Shard<D>,
        dictionary: Dictionary,
        matches: &'a Matches,
    ) -> Result<Self> {
        let of_piece = vec![0; shard.n_pieces(dictionary)];
        let mut set = Self { of_piece, sets: Vec::new() };
        let mut rest = matches.list.as_slice();
        while let Some(first) = rest.first() {
            let end = rest.partition_point(|found| found.piece <= first.piece);
            let (own, behind) = rest.split_at_checked(end).unwrap_or_default();
            rest = behind;
            let Lookup::Found(piece) = shard.piece(dictionary, first.piece)? else { continue };
            let (mut any, mut free) = ([0; SLOT_WORDS], [0; SLOT_WORDS]);
            for found in own {
                mark(&piece, found, &mut any);
                if found.cost == 0.0 {
                    mark(&piece, found, &mut free);
                }
            }
            set.sets.push(PieceSet { piece, matches: own, any, free });
            if let Some(slot) = set.of_piece.get_mut(first.piece) {
                *slot = u32::try_from(set.sets.len()).unwrap_or(0);
            }
        }
        Ok(set)
    }

    #[inline]
    fn of(&self, term: TermRef) -> Option<&PieceSet<'a>> {
        let number = self.of_piece.get(term.piece())?.checked_sub(1)?;
        self.sets.get(number as usize)
    }

    /// Tells whether there are matched terms among some.
    #[inline]
    pub(crate) fn membership(&self, terms: &[TermRef]) -> Membership {
        let mut membership = Membership::None;
        for term in terms {
            let Some(set) = self.of(*term) else { continue };
            if contains(&set.any, *term) {
                if contains(&set.free, *term) {
                    return Membership::Free;
                }
                membership = Membership::Dear;
            }
        }
        membership
    }

    /// Iterates over the matches of a term.
    #[inline]
    pub(crate) fn matches(&self, term: TermRef) -> impl Iterator<Item = &'a TermMatch> {
        let set = self.of(term).filter(|set| contains(&set.any, term));
        let found = set.and_then(|set| Some((set.piece.ordinal(term.slot())?, set.matches)));
        let (ordinal, matches) = found.unwrap_or((0, &[]));
        matches.iter().filter(move |found| (found.start..found.end).contains(&ordinal))
    }
}

#[inline]
fn contains(slots: &[u64; SLOT_WORDS], term: TermRef) -> bool {
    let slot = term.slot();
    slots.get(slot / 64).is_some_and(|word| word & 1 << (slot % 64) != 0)
}

/// Marks the slots of the terms of a match.
fn mark(piece: &Piece<'_>, found: &TermMatch, slots: &mut [u64; SLOT_WORDS]) {
    if found.start == 0 && found.end as usize >= piece.len() {
        slots.fill(u64::MAX);
        return;
    }
    for slot in (found.start..found.end).filter_map(|ordinal| piece.slot(ordinal)) {
        if let Some(word) = slots.get_mut(slot / 64) {
            *word |= 1 << (slot % 64);
        }
    }
}
