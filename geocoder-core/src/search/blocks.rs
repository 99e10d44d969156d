//! Looks into the blocks of records that the matched terms lead to, most promising first.

use core::cmp::Ordering;

use super::Ranked;
use super::candidates::{
    Evaluation, MAX_CANDIDATES, MAX_RANGE_POSTINGS, MAX_RANGE_TERMS, keep_best,
};
use super::containers::{Costs, PlaceIndex, Zipcodes, lower};
use super::matches::{SlotSet, TermMatch};
use super::query::{MAX_TOKENS, TokenMask};
use super::score::population_points;
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Choice, Dictionary, Lookup, MIXED_BLOCK, Name, PostingReader, Record};
use crate::sort::{make_heap, pop};

/// In a shard of so few blocks no word is too frequent to be followed.
const FEW_BLOCKS: u32 = 4096;
/// Most blocks looked into.
const BLOCK_BUDGET: u32 = 301;
/// Most blocks looked into where they are ordered by their largest city.
const CITY_BLOCK_BUDGET: u32 = 200;
/// As how many of them a block counts that answers fewer words than others.
const LESSER_BLOCK: u32 = 4;
/// Where cities are records, words that more terms answer are not followed: the largest cities
/// have such terms soon enough.
const WIDE_TERMS: u32 = 4000;
/// More than sums of points can differ by the order of adding.
const ROUNDING: f32 = 0.001;
/// Points that a candidate can win besides those of words: more than number, importance,
/// population, type and proximity together.
const MOST_OTHER_POINTS: f32 = 22.0;
/// Words that a block answers.
#[derive(Debug, Clone, Copy, Default)]
struct BlockWords {
    all: TokenMask,
    /// Words that it answers at no cost.
    free: TokenMask,
    /// Whether names that stand with the records have some of them, and whether alternates that
    /// are apart do.
    in_names: bool,
    in_alternates: bool,
}

impl BlockWords {
    fn with(self, other: Self) -> Self {
        Self {
            all: self.all | other.all,
            free: self.free | other.free,
            in_names: self.in_names || other.in_names,
            in_alternates: self.in_alternates || other.in_alternates,
        }
    }

    fn add(&mut self, found: &TermMatch, apart: bool) {
        self.all |= found.mask;
        self.free |= if found.cost == 0.0 { found.mask } else { 0 };
        self.in_names |= !apart;
        self.in_alternates |= apart;
    }
}

/// A block that may hold an answer.
struct Promising {
    /// Points of the words that the block and what is around it answer, at no cost.
    words: f32,
    /// Points that the words of nothing in the block exceed.
    names: f32,
    /// Points that nothing in the block exceeds.
    bound: f32,
    block: u32,
    alternates: bool,
}

impl Promising {
    fn order(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.block.cmp(&self.block))
    }
}

/// The best scores so far, as many as can matter.
struct Best {
    /// Descending.
    scores: Vec<f32>,
    count: usize,
}

impl Best {
    fn add(&mut self, score: f32) {
        let at = self.scores.partition_point(|better| *better >= score);
        if at < self.count {
            self.scores.insert(at, score);
            self.scores.truncate(self.count);
        }
    }

    /// Whether what has no more points than these does not matter.
    fn beats(&self, bound: f32) -> bool {
        self.scores.len() >= self.count && self.scores.last().is_some_and(|last| *last > bound)
    }
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Adds the records that answer the query to the candidates.
    pub(super) fn rank_records(
        &self,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        ranked: &mut Ranked,
    ) -> Result<()> {
        let mut order = self.promising(index, ranked)?;
        let slots = self.record_matches.slots(self.shard, Dictionary::Records)?;
        // House numbers can still change the order of all candidates.
        let cities = self.shard.places().has_city_records() && self.query.numbers.is_empty();
        let count = if cities { 3 * self.request.max_results } else { MAX_CANDIDATES };
        let count = count.clamp(1, MAX_CANDIDATES);
        let mut best = Best { scores: Vec::with_capacity(count + 1), count };
        ranked.candidates.iter().for_each(|candidate| best.add(candidate.total));
        let mut budget = if cities { CITY_BLOCK_BUDGET } else { BLOCK_BUDGET };
        let mut most_words = None;
        make_heap(&mut order, Promising::order);
        while let Some(promising) = pop(&mut order, Promising::order) {
            if budget == 0 || best.beats(promising.bound) {
                break;
            }
            let most = *most_words.get_or_insert(promising.words);
            let lesser = cities && promising.words + ROUNDING < most;
            budget = budget.saturating_sub(if lesser { LESSER_BLOCK } else { 1 });
            let records = self.matching_records(&promising, &slots, &best, ranked)?;
            for (number, record) in records {
                let block = promising.block;
                if let Some(candidate) =
                    self.score_record(block, number, record, index, zipcodes)?
                {
                    best.add(candidate.total);
                    ranked.candidates.push(candidate);
                }
            }
            if ranked.candidates.len() > 8 * MAX_CANDIDATES {
                keep_best(&mut ranked.candidates, MAX_CANDIDATES);
            }
        }
        Ok(())
    }

    /// Returns the blocks with any word.
    fn promising(&self, index: &PlaceIndex, ranked: &mut Ranked) -> Result<Vec<Promising>> {
        let places = self.shard.places();
        let (words_of_block, touched, wide) = self.block_words(ranked)?;
        let least = self.least_costs();
        let promise = |block: u32, around: TokenMask| {
            let own = words_of_block.get(block as usize).copied().unwrap_or_default();
            self.promise(block, around, own.with(wide), &least)
        };
        let around = |place: u32| {
            self.words_around(place, index) | index.get(place).map_or(0, |words| words.zipcodes)
        };
        if wide.all == 0 {
            let placed = touched.into_iter().filter_map(|b| Some((b, places.place_of_block(b)?)));
            return Ok(placed.map(|(block, place)| promise(block, around(place))).collect());
        }
        let mut order = Vec::with_capacity(places.n_blocks as usize);
        let filled = (0u32..).zip(&places.places).filter(|(_, place)| place.n_blocks > 0);
        for (ordinal, place) in filled {
            let around = around(ordinal);
            let end = place.first_block.saturating_add(place.n_blocks).min(places.n_blocks);
            order.extend((place.first_block..end).map(|block| promise(block, around)));
        }
        Ok(order)
    }

    /// Returns what a block can hold at best, given the words that it and what is around it
    /// answer.
    fn promise(&self, block: u32, around: TokenMask, own: BlockWords, least: &Costs) -> Promising {
        // Every word is either found or missing: what a block cannot answer is lost.
        let lost = self.weights.potential(TokenMask::MAX) - self.weights.most_found();
        let words = self.weights.potential(own.all | around) - lost;
        let (mut names, mut bound) = (words, words + MOST_OTHER_POINTS);
        if let Some(digits) = self.city_digits(block) {
            let dear = self.weights.of(own.all & !around & !own.free);
            let costs = dear.filter_map(|(index, _)| least.get(index));
            names -= costs.sum::<f32>();
            if !own.in_names {
                names -= self.weights.points.alternate_name;
            }
            bound = names + self.most_city_points((1 << digits) - 1);
        }
        Promising { words, names, bound, block, alternates: own.in_alternates }
    }

    /// Returns the digits of the largest population in a block that holds cities and nothing else.
    fn city_digits(&self, block: u32) -> Option<u8> {
        let digits = self.shard.places().city_digits.get(block as usize).copied();
        digits.filter(|digits| *digits < MIXED_BLOCK)
    }

    /// Returns the points that a city of a population can win besides those of words.
    fn most_city_points(&self, population: u32) -> f32 {
        let weights = self.weights.points;
        let near = self.request.coordinates.map_or(0.0, |_| weights.proximity);
        let points = population_points(weights.population, population);
        points + weights.of_type(RecordType::City) + near + ROUNDING
    }

    /// Returns the least points that each word loses when it is not answered for free.
    fn least_costs(&self) -> Costs {
        let weights = self.weights.points;
        let mut least = [f32::INFINITY; MAX_TOKENS];
        for found in self.record_matches.list.iter().filter(|found| found.cost > 0.0) {
            lower(&mut least, found.mask, found.cost);
        }
        for (index, kind) in self.weights.of(TokenMask::MAX) {
            if let Some(cost) = least.get_mut(index) {
                *cost = cost.min(weights.found(kind) - weights.least_found);
            }
        }
        least
    }

    /// Returns the words that so many terms answer that most blocks have one of them.
    fn wide_words(&self) -> TokenMask {
        let mut wide = 0;
        if self.shard.places().has_city_records() {
            for mask in (0..self.query.tokens.len()).map(|index| 1 << index) {
                let of_word = self.record_matches.list.iter().filter(|found| found.mask == mask);
                if of_word.map(|found| found.end - found.start).sum::<u32>() > WIDE_TERMS {
                    wide |= mask;
                }
            }
        }
        wide
    }

    /// Returns the words that each block answers, the blocks that answer any, and the words
    /// that any block may answer.
    fn block_words(&self, ranked: &mut Ranked) -> Result<(Vec<BlockWords>, Vec<u32>, BlockWords)> {
        let places = self.shard.places();
        let mut words_of_block = vec![BlockWords::default(); places.n_blocks as usize];
        let mut touched: Vec<u32> = Vec::new();
        let content = self.weights.content();
        let wide_words = self.wide_words();
        let mut wide = BlockWords::default();
        for found in &self.record_matches.list {
            // Street types and articles are everywhere in a large country: there they count only
            // when a record is looked at.
            let frequent = places.n_blocks > FEW_BLOCKS && !places.has_city_records();
            if found.mask & content == 0 && frequent {
                continue;
            }
            let apart = found.piece >= places.first_terms.len();
            if found.mask & !wide_words == 0 && found.end - found.start > 1 {
                wide.add(found, apart);
                continue;
            }
            let piece = match self.shard.piece(Dictionary::Records, found.piece)? {
                Lookup::Found(piece) => piece,
                Lookup::Missing(chunk) => {
                    ranked.missing.push(chunk);
                    continue;
                }
            };
            let mut postings = PostingReader::new(&piece, found.start, places, true);
            let mut read = 0;
            for _ in found.start..found.end.min(found.start + MAX_RANGE_TERMS) {
                read += postings.list(places, true, |block| {
                    if let Some(words) = words_of_block.get_mut(block as usize) {
                        if words.all == 0 {
                            touched.push(block);
                        }
                        words.add(found, apart);
                    }
                });
                if read > MAX_RANGE_POSTINGS {
                    break;
                }
            }
        }
        Ok((words_of_block, touched, wide))
    }

    /// Returns the records of a block that can matter and may have a matching term, with all
    /// their names.
    fn matching_records(
        &self,
        promising: &Promising,
        slots: &SlotSet,
        best: &Best,
        ranked: &mut Ranked,
    ) -> Result<Vec<(usize, Record)>> {
        let choose = |_, record: &Record| {
            let city = record.kind == RecordType::City;
            let most = || promising.names + self.most_city_points(record.population);
            if !self.request.types.contains(record.kind) || (city && best.beats(most())) {
                Choice::Skip
            } else if promising.alternates {
                Choice::Take
            } else {
                Choice::Test
            }
        };
        let mut records: Vec<(usize, Record)> = Vec::new();
        let scanned = self.shard.scan_records(
            promising.block,
            choose,
            |term| slots.contains(term),
            |number, record, named| {
                if named {
                    records.push((number, record));
                }
            },
        )?;
        if let Lookup::Missing(chunk) = scanned {
            ranked.missing.push(chunk);
        }
        if !promising.alternates {
            return Ok(records);
        }
        let mut alternates: Vec<(usize, Vec<Name>)> = Vec::new();
        let scanned = self.shard.scan_alternates(
            promising.block,
            |number| records.binary_search_by_key(&number, |(n, _)| *n).is_ok(),
            |term| slots.contains(term),
            |number, names| alternates.push((number, names)),
        )?;
        if let Lookup::Missing(chunk) = scanned {
            ranked.missing.push(chunk);
        }
        for (number, names) in alternates {
            let found = records.binary_search_by_key(&number, |(n, _)| *n).ok();
            if let Some((_, record)) = found.and_then(|found| records.get_mut(found)) {
                record.names.extend(names);
            }
        }
        Ok(records)
    }
}
