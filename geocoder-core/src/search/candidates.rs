//! Ranks the places and records of one shard that the matched terms lead to.

use super::Ranked;
use super::bounds::ROUNDING;
use super::containers::PlaceIndex;
use super::house::FoundHouse;
use super::matches::Matches;
use super::query::{Query, TokenMask};
use super::score::{Score, TokenWeights};
use super::term_set::TermSet;
use crate::error::Result;
use crate::record::RecordType;
use crate::request::{MAX_RESULTS, SearchRequest};
use crate::shard::Shard;
use crate::sort::{Queue, low_half, sort_by};

/// Most terms of one range whose postings are read.
pub(super) const MAX_RANGE_TERMS: u32 = 4096;
/// Most postings read for one range.
pub(super) const MAX_RANGE_POSTINGS: u32 = 50_000;
/// Further results than those asked for, because some are the same to people.
const SPARE_RESULTS: usize = 5;
/// Most places whose names are looked at.
const PLACE_BUDGET: usize = 400;
/// Candidates whose house numbers are looked up, and which are ranked in the end.
pub(super) const MAX_CANDIDATES: usize = 3 * MAX_RESULTS;

/// A record that answers the query, with its score.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) target: Target,
    pub(crate) score: Score,
    pub(crate) total: f32,
    /// Words of the query that it answers.
    pub(crate) explained: TokenMask,
    /// Points that its name loses: it has further words, or is not the one that is shown.
    pub(crate) aside: f32,
}

/// What a candidate is.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A place by its ordinal.
    Place(u32),
    /// A street, point or city by its block and number in it, with the house that was asked for.
    Record { block: u32, index: usize, house: Option<FoundHouse> },
}

/// The best scores so far, as many as can matter.
pub(super) struct Best {
    /// Descending.
    scores: Vec<f32>,
    count: usize,
    /// Whether nothing tells results with the same points apart.
    equals_are_alike: bool,
}

impl Best {
    fn new(count: usize, equals_are_alike: bool) -> Self {
        Self { scores: Vec::with_capacity(count + 1), count, equals_are_alike }
    }

    pub(super) fn add(&mut self, score: f32) {
        let at = self.scores.partition_point(|better| *better >= score);
        if at < self.count {
            self.scores.insert(at, score);
            self.scores.truncate(self.count);
        }
    }

    /// Takes a score back, if it is among them.
    pub(super) fn remove(&mut self, score: f32) {
        if let Some(at) = self.scores.iter().position(|other| *other == score) {
            self.scores.remove(at);
        }
    }

    /// Whether what has no more points than these does not matter.
    pub(super) fn beats(&self, score: impl Into<f64>) -> bool {
        let score = score.into();
        let last = self.scores.last().filter(|_| self.scores.len() >= self.count);
        last.is_some_and(|last| f64::from(*last) > score)
    }

    /// Whether what does not exceed a bound does not matter: where equals are alike, those that are
    /// known already are as good.
    pub(super) fn reaches(&self, bound: impl Into<f64>) -> bool {
        let alike = if self.equals_are_alike { 1.05 * ROUNDING } else { 0.0 };
        self.beats(bound.into() - f64::from(alike))
    }
}

/// Everything a ranking depends on.
pub(crate) struct Evaluation<'a, D> {
    pub(crate) shard: &'a Shard<D>,
    pub(crate) request: &'a SearchRequest,
    pub(crate) query: &'a Query,
    pub(crate) weights: &'a TokenWeights<'a>,
    pub(crate) place_matches: &'a Matches,
    pub(crate) record_matches: &'a Matches,
    pub(crate) place_terms: TermSet<'a>,
    pub(crate) record_terms: TermSet<'a>,
    /// Words that are postcodes of the shard, or start one.
    pub(crate) zipcode_words: TokenMask,
    /// Words that may be the code of an airport.
    pub(crate) code_words: TokenMask,
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the best candidates, best first.
    pub(crate) fn rank(&mut self) -> Result<Ranked> {
        let mut ranked = Ranked::default();
        let zipcodes = self.zipcodes();
        self.zipcode_words = zipcodes.iter().fold(0, |words, (_, mask, _)| words | mask);
        let index = self.place_words(&zipcodes, &mut ranked)?;
        let count = (self.request.max_results + SPARE_RESULTS).min(MAX_CANDIDATES);
        // Marks are compared in the end.
        let marked = self.query.tokens.iter().any(|token| token.marked.is_some());
        let mut best = Best::new(count, !marked);
        self.rank_places(&index, &mut best, &mut ranked)?;
        let city_records = self.shard.places().has_city_records();
        let of_record =
            |kind: RecordType| !kind.is_place() || (kind == RecordType::City && city_records);
        let mut kinds = RecordType::ALL.into_iter();
        if kinds.any(|kind| of_record(kind) && self.request.types.contains(kind)) {
            self.rank_records(&index, &zipcodes, &mut best, &mut ranked)?;
        }
        keep_best(&mut ranked.candidates, MAX_CANDIDATES);
        let numbered = !self.query.numbers.is_empty();
        if numbered {
            self.find_houses(&index, &zipcodes, &mut ranked)?;
        }
        if marked {
            self.add_marks(&mut ranked)?;
        }
        // Without houses and marks the order is what it was.
        if marked || numbered {
            keep_best(&mut ranked.candidates, MAX_CANDIDATES);
        }
        Ok(ranked)
    }

    fn rank_places(&self, index: &PlaceIndex, best: &mut Best, ranked: &mut Ranked) -> Result<()> {
        let places = self.shard.places();
        let mut order = Queue::default();
        for words in &index.list {
            let Some(place) = places.get(words.place) else { continue };
            if place.result_kind().is_some_and(|kind| self.request.types.contains(kind)) {
                order.push(self.place_bound(place, words, index).into(), words.place.into());
            }
        }
        for _ in 0..PLACE_BUDGET {
            let Some((bound, place)) = order.pop() else { break };
            if best.reaches(bound) {
                break;
            }
            let Some(words) = index.get(low_half(place)) else { continue };
            let Some(place) = places.get(words.place) else { continue };
            if let Some(candidate) = self.score_place(place, words, index)? {
                best.add(candidate.total);
                ranked.candidates.push(candidate);
            }
        }
        Ok(())
    }
}

/// Sorts candidates best first, by a total order, and keeps some.
pub(super) fn keep_best(candidates: &mut Vec<Candidate>, count: usize) {
    sort_by(candidates, |a, b| {
        b.total.total_cmp(&a.total).then_with(|| a.target.key().cmp(&b.target.key()))
    });
    candidates.truncate(count);
}

impl Target {
    /// Order among equals: places first, then by number.
    pub(crate) fn key(&self) -> (bool, u32, usize) {
        match self {
            Self::Place(ordinal) => (false, *ordinal, 0),
            Self::Record { block, index, .. } => (true, *block, *index),
        }
    }
}
