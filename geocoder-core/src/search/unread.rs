//! Occurrences of terms that are read only as far as they can matter: the first letters of a name
//! may stand for thousands of terms, and most of what these lead to is of no interest.

use core::ops::Range;

use super::bounds::BlockWords;
use super::candidates::Evaluation;
use super::containers::{Around, PlaceIndex};
use super::matches::TermMatch;
use crate::record::TypeSet;
use crate::shard::{Occurrence, Piece, Prominence};
use crate::sort::Queue;

/// Terms of which all occurrences are read at once.
const FEW_TERMS: u32 = 64;

/// What a search does next, by the points that nothing exceeds that it leads to: numbers of blocks
/// to look into, and of occurrences to read.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) queue: Queue,
    unread: Vec<Unread>,
}

/// Mark of the numbers of occurrences.
pub(super) const UNREAD: u64 = 1 << 63;

/// Occurrences of terms of a match that are not read yet.
#[derive(Clone, Copy)]
pub(super) struct Unread {
    /// Number of the match among those that are read so.
    pub(super) found: usize,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// The most prominent ones of the match, from a number on.
    Leaders(usize),
    /// The others of some of its terms.
    Terms(u32, u32),
}

/// A match whose occurrences are read only as far as they can matter.
pub(super) struct LazyMatch<'a> {
    found: &'a TermMatch,
    piece: Piece<'a>,
    prominence: Option<&'a Prominence>,
    /// Whether the names with its terms are apart.
    pub(super) apart: bool,
    /// Points that its names win at most.
    names: f32,
    /// Whether its terms may be codes of airports.
    code: bool,
    /// Points that names lose at least of which its terms are not the greater part.
    part: f32,
}

impl LazyMatch<'_> {
    fn terms(&self) -> Range<u32> {
        self.found.start..self.found.end
    }
}

impl Steps {
    /// Plans to read what a match leads to.
    pub(super) fn plan(&mut self, number: usize, lazy: &LazyMatch<'_>) {
        let TermMatch { start, end, .. } = *lazy.found;
        let Some(prominence) = lazy.prominence else {
            return self.read(f32::INFINITY, number, What::Terms(start, end));
        };
        self.plan_leader(0, number, lazy, prominence);
        for (start, end, points) in prominence.groups(&(start..end)) {
            self.read(lazy.names + points, number, What::Terms(start, end));
        }
    }

    fn plan_leader(
        &mut self,
        from: usize,
        number: usize,
        lazy: &LazyMatch<'_>,
        prominence: &Prominence,
    ) {
        if let Some((from, leader)) = prominence.leader(from, &lazy.terms()) {
            self.read(lazy.names + leader.points, number, What::Leaders(from));
        }
    }

    fn read(&mut self, bound: f32, found: usize, what: What) {
        self.queue.push(bound.into(), UNREAD | self.unread.len() as u64);
        self.unread.push(Unread { found, what });
    }

    /// Returns what is to be read by its number.
    pub(super) fn unread(&self, number: u32) -> Option<Unread> {
        self.unread.get(number as usize).copied()
    }
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Prepares to read what a match leads to as far as it can matter, given the words that any
    /// block may answer.
    pub(super) fn lazy_match<'f>(
        &'f self,
        found: &'f TermMatch,
        piece: Piece<'f>,
        wide: BlockWords,
        index: &PlaceIndex,
        proximity: f32,
    ) -> LazyMatch<'f> {
        let own = self.words_of(found);
        let (words, least) = if self.is_only_word() {
            (own, self.least_costs(core::slice::from_ref(found)))
        } else {
            (BlockWords { in_names: own.in_names, ..wide }, index.least)
        };
        let around = Around::free(self.zipcode_words);
        let names = self.promise(u32::MAX, around, words, &least, proximity).names;
        let names = names + self.number_points(wide.all);
        // Of so many terms none is the whole code of an airport.
        // Terms that differ from the word by an error may begin otherwise.
        let by_part = self.is_only_word() && found.cost < self.weights.points.edit_cost;
        let part = if by_part { self.least_rest() } else { 0.0 };
        let points = |occurrence: Occurrence| {
            let Occurrence { target, digits, greater_part } = occurrence;
            let rest = if greater_part { 0.0 } else { part };
            self.points_of(target, digits, TypeSet::ALL, false) - rest
        };
        let many = found.end - found.start > FEW_TERMS && own.free == 0;
        let prominence = || self.shard.prominence(found.piece, &piece, by_part, points);
        let prominence = many.then(prominence).flatten();
        let code = own.free & self.code_words != 0;
        LazyMatch { found, piece, prominence, apart: own.in_alternates, names, code, part }
    }

    /// Returns the points that a block can win at most where a match leads to it.
    pub(super) fn bound_of(&self, lazy: &LazyMatch<'_>, found: Occurrence) -> f32 {
        let rest = if found.greater_part { 0.0 } else { lazy.part };
        lazy.names + self.points_of(found.target, found.digits, self.request.types, lazy.code)
            - rest
    }

    /// Reads the next occurrences of a match.
    pub(super) fn read_next(
        &self,
        unread: Unread,
        lazy: &LazyMatch<'_>,
        steps: &mut Steps,
        visit: &mut dyn FnMut(&mut Steps, Occurrence),
    ) {
        match (unread.what, lazy.prominence) {
            (What::Leaders(from), Some(prominence)) => {
                if let Some((_, leader)) = prominence.leader(from, &lazy.terms()) {
                    visit(steps, leader.occurrence);
                }
                steps.plan_leader(from + 1, unread.found, lazy, prominence);
            }
            (What::Terms(start, end), _) => {
                self.read_postings(&lazy.piece, start..end, &mut |occurrence| {
                    visit(steps, occurrence);
                });
            }
            _ => {}
        }
    }
}
