//! What a block of records can win at best: an upper bound of the score of everything in it.
//!
//! Every term of the score has its counterpart here; blocks are visited best bound first, and the
//! search ends when no further block can matter.

use super::candidates::Evaluation;
use super::containers::{Around, Costs, PlaceIndex, PlaceWords, lower};
use super::matches::{Part, TermMatch};
use super::query::{MAX_NUMBER_TOKENS, MAX_TOKENS, TokenMask, Weight};
use super::score::{population_points, size_points};
use crate::record::{RecordType, TypeSet};
use crate::shard::{BlockSummary, NO_PARENT, Place};
use crate::weights::Weights;

/// More than sums of points can differ by the order of adding.
pub(super) const ROUNDING: f32 = 0.001;
/// Most further words that a number is made of.
const MOST_NUMBER_WORDS: f32 = (MAX_NUMBER_TOKENS - 1) as f32;

/// Words that a block answers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BlockWords {
    pub(super) all: TokenMask,
    /// Words that it answers at no cost.
    pub(super) free: TokenMask,
    /// Most binary digits that the population of a city with any of them has.
    pub(super) digits: u8,
    /// Words whose first and second halves it has: one alone answers nothing.
    pub(super) halves: [TokenMask; 2],
    /// Whether names that stand with the records have some of them, and whether alternates that
    /// are apart do.
    pub(super) in_names: bool,
    pub(super) in_alternates: bool,
}

impl BlockWords {
    /// Words that a match answers, in names that are apart or not.
    pub(super) fn of(found: &TermMatch, apart: bool) -> Self {
        let [all, first, second] = match found.part {
            Part::Whole => [found.mask, 0, 0],
            Part::First => [0, found.mask, 0],
            Part::Second => [0, 0, found.mask],
        };
        Self {
            all,
            free: if found.cost == 0.0 { found.mask } else { 0 },
            digits: u8::MAX,
            halves: [first, second],
            in_names: !apart,
            in_alternates: apart,
        }
    }

    pub(super) fn with(self, other: Self) -> Self {
        let ([first, second], [other_first, other_second]) = (self.halves, other.halves);
        let halves = [first | other_first, second | other_second];
        Self {
            all: self.all | other.all | (halves[0] & halves[1]),
            free: self.free | other.free,
            digits: self.digits.max(other.digits),
            halves,
            in_names: self.in_names || other.in_names,
            in_alternates: self.in_alternates || other.in_alternates,
        }
    }
}

/// A block that may hold an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promising {
    pub(super) block: u32,
    /// Points that nothing in the block exceeds.
    pub(super) bound: f32,
    /// The part of them that words make up, and the same of records without any word that costs
    /// nothing.
    pub(super) names: f32,
    pub(super) dear: f32,
    /// Points of the words that the block and what is around it answer, at no cost.
    pub(super) words: f32,
    pub(super) alternates: bool,
    /// What names that are apart lose against these.
    pub(super) alternate_cost: f32,
}

impl Promising {
    /// Takes the greater of two promises of the same block, except for its bound.
    pub(super) fn or(&mut self, other: &Self) {
        let of_others = |promising: &Self, points| points - promising.alternate_cost;
        let [names, dear] = [(self.names, other.names), (self.dear, other.dear)].map(|(a, b)| {
            let apart = of_others(self, a).max(of_others(other, b));
            (a.max(b), a.max(b) - apart)
        });
        (self.names, self.dear) = (names.0, dear.0);
        self.alternate_cost = names.1.min(dear.1);
        self.alternates |= other.alternates;
    }
}

/// Returns the points that a record of a block wins at most by what it is and where: importance,
/// population, type, and whether it may be asked for by its code.
fn static_points(
    summary: BlockSummary,
    place: Option<&Place>,
    types: TypeSet,
    code: bool,
    weights: &Weights,
) -> f32 {
    // What records other than cities have in common is worth a logarithm only where there are some.
    let mut shared = None;
    let of_others = || {
        let around = place.map_or(0, |place| place.population);
        let importance = f32::from(summary.importance) / 15.0 * weights.importance;
        importance + population_points(weights.city_population, around)
    };
    let points = summary.kinds().filter(|kind| types.contains(*kind)).map(|kind| {
        let size = if kind == RecordType::City {
            weights.population * summary.most_digits()
        } else {
            let code = if code { weights.most_code_points(kind) } else { 0.0 };
            code + *shared.get_or_insert_with(of_others)
        };
        size + weights.of_type(kind)
    });
    points.fold(f32::NEG_INFINITY, f32::max)
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns what a block can hold at best, given the words that it and what is around it
    /// answer.
    pub(super) fn promise(
        &self,
        block: u32,
        around: Around,
        own: BlockWords,
        least: &Costs,
        proximity: f32,
    ) -> Promising {
        let places = self.shard.places();
        let summary = places.blocks.get(block as usize).copied().unwrap_or_default();
        let words = self.word_points(own.all | around.words);
        // Records may have postcodes that their city does not have.
        let zipcodes = if summary.has_own_zipcodes() { self.zipcode_words } else { 0 };
        // What is around a city does not make the name cheaper that it is found by.
        let by_name = own.all.is_power_of_two() && !summary.has_others();
        let cheaper = if by_name { 0 } else { around.cheaper } | zipcodes;
        let around = around.words | zipcodes;
        let found = self.word_points(own.all | around);
        let costs = |words: TokenMask| {
            let costs = self.weights.of(words).filter_map(|(index, _)| least.get(index));
            costs.sum::<f32>()
        };
        let mut names = found - costs(own.all & !cheaper & !own.free);
        let mut dear = found - costs(own.all & !cheaper);
        let mut alternate_cost = self.weights.points.alternate_name;
        if !own.in_names {
            dear -= alternate_cost;
            names -= alternate_cost;
            alternate_cost = 0.0;
        }
        if summary.has(RecordType::Street) {
            names += self.number_points(own.all | around);
            dear += self.number_points(own.all | around);
        }
        names += proximity + ROUNDING;
        dear += proximity + ROUNDING;
        let code = own.free & self.code_words != 0;
        let bound = names + self.points_of(block, own.digits, self.request.types, code);
        Promising {
            block,
            bound,
            names,
            dear,
            words,
            alternates: own.in_alternates,
            alternate_cost,
        }
    }

    /// Returns the points that records of a block win at most by what they are, given the most
    /// binary digits that the population of a city can have, and whether they may be asked for by
    /// their code.
    pub(super) fn points_of(&self, block: u32, digits: u8, types: TypeSet, code: bool) -> f32 {
        let places = self.shard.places();
        let summary = places.blocks.get(block as usize).copied().unwrap_or_default();
        let place = places.place_of_block(block).and_then(|place| places.get(place));
        static_points(summary.with_digits(digits), place, types, code, self.weights.points)
    }

    /// Returns the points that a name loses at least of which what was typed is not the greater part.
    pub(super) fn least_rest(&self) -> f32 {
        let weights = self.weights.points;
        weights.name_rest * weights.started_rest.min(1.0) / 2.0
    }

    /// Returns the points that a place does not exceed.
    pub(super) fn place_bound(&self, place: &Place, words: &PlaceWords, index: &PlaceIndex) -> f32 {
        let weights = self.weights.points;
        let above = if place.parent == NO_PARENT {
            0
        } else {
            self.words_around(place.parent, index).words
        };
        let all = self.words_around(words.place, index).words | words.zipcodes;
        let own = self.weights.of(words.names & !above & !words.zipcodes);
        let cost = |(number, kind): (usize, Weight)| {
            let cost = words.costs.get(number).copied().unwrap_or_default();
            cost.min(weights.found(kind) - weights.least_found)
        };
        let prior = place.kind.map_or(0.0, |kind| weights.of_type(kind));
        let near = self.request.coordinates.map_or(0.0, |_| weights.proximity);
        let size = size_points(weights, place).1;
        self.word_points(all) - own.map(cost).sum::<f32>() + size + prior + near + ROUNDING
    }

    /// Returns the points of words found and not found, at no cost.
    fn word_points(&self, found: TokenMask) -> f32 {
        // Every word is either found or missing: what a block cannot answer is lost.
        self.weights.potential(found) - self.weights.all_missing
    }

    /// Returns the points that the houses of a street can still win.
    pub(super) fn number_points(&self, found: TokenMask) -> f32 {
        let weights = self.weights.points;
        let numbers = self.query.numbers.iter().fold(0, |mask, number| mask | number.mask);
        // A word that may mean a house is not missed, even when another reading was counted.
        let ignored: f32 =
            self.weights.of(numbers & !found).map(|(_, k)| self.weights.points.missing(k)).sum();
        let house = weights.number_exact + weights.number_word * MOST_NUMBER_WORDS;
        if numbers == 0 { 0.0 } else { ignored + house }
    }

    /// Returns the least points that each word loses when records do not answer it for free, given
    /// how they do.
    pub(super) fn least_costs(&self, matches: &[TermMatch]) -> Costs {
        let mut least = [f32::INFINITY; MAX_TOKENS];
        for found in matches.iter().filter(|found| found.cost > 0.0) {
            lower(&mut least, found.mask, found.cost);
        }
        for (index, kind) in self.weights.of(TokenMask::MAX) {
            if let Some(cost) = least.get_mut(index) {
                *cost = cost.min(self.weights.points.found(kind) - self.weights.points.least_found);
            }
        }
        least
    }
}
