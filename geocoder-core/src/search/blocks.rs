//! Looks into the blocks of records that the matched terms lead to, most promising first.

use super::Ranked;
use super::candidates::{
    Evaluation, MAX_CANDIDATES, MAX_RANGE_POSTINGS, MAX_RANGE_TERMS, keep_best,
};
use super::containers::{PlaceIndex, Zipcodes};
use super::matches::SlotSet;
use super::query::{MAX_TOKENS, TokenMask};
use super::score::{WEIGHTS, population_points, type_prior};
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Dictionary, Lookup, MIXED_BLOCK, Name, PostingReader, Record};
use crate::sort::sort_by;

/// In a shard of so few blocks no word is too frequent to be followed.
const FEW_BLOCKS: u32 = 4096;
/// Most records passed by, and about how many a block has.
const RECORD_BUDGET: usize = 12_000;
const BLOCK_RECORDS: usize = 40;
/// Points that a candidate can win besides those of words: more than number, importance,
/// population, type and proximity together.
const MOST_OTHER_POINTS: f32 = 22.0;
/// Marks, among the words of a block, that alternates apart from its records have some of them.
const IN_ALTERNATES: TokenMask = 1 << 31;

/// A block that may hold an answer.
struct Promising {
    /// Points that nothing in the block exceeds.
    bound: f32,
    block: u32,
    alternates: bool,
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Adds the records that answer the query to the candidates.
    pub(super) fn rank_records(
        &self,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        ranked: &mut Ranked,
    ) -> Result<()> {
        let order = self.promising(index, ranked)?;
        let slots = self.record_matches.slots(self.shard, Dictionary::Records)?;
        let types = self.request.types;
        let mut looked_at = 0;
        let mut scores: Vec<f32> = ranked.candidates.iter().map(|c| c.total).collect();
        for promising in order {
            let beaten = scores.iter().filter(|score| **score > promising.bound).count();
            if looked_at > RECORD_BUDGET || beaten >= MAX_CANDIDATES {
                break;
            }
            looked_at += BLOCK_RECORDS;
            let records = self.matching_records(&promising, &slots, ranked)?;
            for (number, record) in records.into_iter().filter(|(_, r)| types.contains(r.kind)) {
                let block = promising.block;
                if let Some(candidate) =
                    self.score_record(block, number, record, index, zipcodes)?
                {
                    scores.push(candidate.total);
                    ranked.candidates.push(candidate);
                }
            }
            if ranked.candidates.len() > 8 * MAX_CANDIDATES {
                keep_best(&mut ranked.candidates, MAX_CANDIDATES);
                scores = ranked.candidates.iter().map(|c| c.total).collect();
            }
        }
        Ok(())
    }

    /// Returns the blocks with any word, the one that can hold the best answer first.
    fn promising(&self, index: &PlaceIndex, ranked: &mut Ranked) -> Result<Vec<Promising>> {
        let places = self.shard.places();
        let (words_of_block, touched) = self.block_words(ranked)?;
        let most = self.weights.potential(TokenMask::MAX);
        let mut order = Vec::with_capacity(touched.len());
        for block in touched {
            let Some(place) = places.place_of_block(block) else { continue };
            let own = words_of_block.get(block as usize).copied().unwrap_or_default();
            let mut costs = [f32::INFINITY; MAX_TOKENS];
            let mut container = self.container_words(place, index, &mut costs);
            container |= index.get(place).map_or(0, |words| words.zipcodes);
            // Every word is either found or missing: what a block cannot answer is lost.
            let words = self.weights.potential(own | container) - most + self.weights.most_found();
            let bound = words + self.most_other_points(block);
            order.push(Promising { bound, block, alternates: own & IN_ALTERNATES != 0 });
        }
        sort_by(&mut order, |a, b| b.bound.total_cmp(&a.bound).then(a.block.cmp(&b.block)));
        Ok(order)
    }

    /// Returns the points that records of a block can win besides those of words.
    fn most_other_points(&self, block: u32) -> f32 {
        let digits = self.shard.places().city_digits.get(block as usize).copied();
        match digits {
            None | Some(MIXED_BLOCK..) => MOST_OTHER_POINTS,
            Some(digits) => {
                let near = self.request.coordinates.map_or(0.0, |_| WEIGHTS.proximity);
                let largest = population_points(WEIGHTS.population, (1 << digits) - 1);
                largest + type_prior(RecordType::City) + near
            }
        }
    }

    /// Returns the words that each block answers, and the blocks that answer any.
    fn block_words(&self, ranked: &mut Ranked) -> Result<(Vec<TokenMask>, Vec<u32>)> {
        let places = self.shard.places();
        let mut words_of_block: Vec<TokenMask> = vec![0; places.n_blocks as usize];
        let mut touched: Vec<u32> = Vec::new();
        let content = self.weights.content();
        for found in &self.record_matches.list {
            // Street types and articles are everywhere in a large country: there they count only
            // when a record is looked at.
            if found.mask & content == 0 && places.n_blocks > FEW_BLOCKS {
                continue;
            }
            let piece = match self.shard.piece(Dictionary::Records, found.piece)? {
                Lookup::Found(piece) => piece,
                Lookup::Missing(chunk) => {
                    ranked.missing.push(chunk);
                    continue;
                }
            };
            let apart = found.piece >= places.first_terms.len();
            let mask = found.mask | if apart { IN_ALTERNATES } else { 0 };
            let mut postings = PostingReader::new(&piece, found.start, places, true);
            let mut read = 0;
            for _ in found.start..found.end.min(found.start + MAX_RANGE_TERMS) {
                read += postings.list(places, true, |block| {
                    if let Some(words) = words_of_block.get_mut(block as usize) {
                        if *words == 0 {
                            touched.push(block);
                        }
                        *words |= mask;
                    }
                });
                if read > MAX_RANGE_POSTINGS {
                    break;
                }
            }
        }
        Ok((words_of_block, touched))
    }

    /// Returns the records of a block that have a matching term, with all their names.
    fn matching_records(
        &self,
        promising: &Promising,
        slots: &SlotSet,
        ranked: &mut Ranked,
    ) -> Result<Vec<(usize, Record)>> {
        let mut alternates: Vec<(usize, Vec<Name>)> = Vec::new();
        if promising.alternates
            && let Lookup::Missing(chunk) = self.shard.scan_alternates(
                promising.block,
                |term| slots.contains(term),
                |number, names| alternates.push((number, names)),
            )?
        {
            ranked.missing.push(chunk);
        }
        let mut records: Vec<(usize, Record)> = Vec::new();
        let scanned = self.shard.scan_records(
            promising.block,
            |number| alternates.binary_search_by_key(&number, |(n, _)| *n).is_ok(),
            |term| slots.contains(term),
            |number, record, matches| {
                if matches {
                    records.push((number, record));
                }
            },
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
