//! Looks into the blocks of records that the matched terms lead to, most promising first.

use core::cmp::Ordering;
use std::sync::Arc;

use super::Ranked;
use super::bounds::{BlockWords, Promising, static_points};
use super::candidates::{
    Best, Evaluation, MAX_CANDIDATES, MAX_RANGE_POSTINGS, MAX_RANGE_TERMS, keep_best,
};
use super::containers::{Costs, PlaceIndex, PlaceWords, Zipcodes};
use super::evaluate::Of;
use super::query::TokenMask;
use super::term_set::Membership;
use crate::error::Result;
use crate::record::TypeSet;
use crate::shard::{Dictionary, Lookup, NO_PARENT, NameLists, PostingReader};
use crate::sort::{make_heap, pop};

/// In a shard of so few blocks no word is too frequent to be followed.
const FEW_BLOCKS: u32 = 4096;
/// Most blocks looked into.
const BLOCK_BUDGET: u32 = 301;
/// As how many of them a block counts that answers fewer words than others.
const LESSER_BLOCK: u32 = 6;
/// Most blocks passed by because nothing in them can matter after all.
const PASS_BUDGET: u32 = 4096;
/// Words that so many terms answer for every block are not followed: the blocks with the most
/// prominent records have such terms soon enough.
const WIDE_TERMS_PER_BLOCK: f32 = 0.5;
const MIN_WIDE_TERMS: u32 = 128;
const MAX_WIDE_TERMS: u32 = 2048;
/// Postings of cities tell how large these are: there more terms are worth following.
const MAX_WIDE_CITY_TERMS: u32 = 1024;
/// Points of proximity below which a block counts as far away.
const FAR_POINTS: f32 = 0.25;
/// Number of blocks that are in the order of their own, although they answer no word alone.
const WITHOUT_WORDS: u32 = u32::MAX;

impl Promising {
    fn order(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.block.cmp(&self.block))
    }
}

/// Words by block.
struct BlockIndex {
    list: Vec<(u32, BlockWords)>,
    /// One more than the number in the list, 0 for blocks without words.
    by_block: Vec<u32>,
    /// Words that any block may answer.
    wide: BlockWords,
    /// Words so frequent that they are not followed: any block with another word may answer them.
    everywhere: TokenMask,
}

impl BlockIndex {
    #[inline]
    fn entry(&mut self, block: u32) -> Option<&mut BlockWords> {
        let slot = self.by_block.get_mut(block as usize)?;
        if *slot == 0 {
            self.list.push((block, BlockWords::default()));
            *slot = u32::try_from(self.list.len()).ok()?;
        }
        self.list.get_mut(*slot as usize - 1).map(|(_, words)| words)
    }
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Adds the records that answer the query to the candidates.
    pub(super) fn rank_records(
        &self,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        best: &mut Best,
        ranked: &mut Ranked,
    ) -> Result<()> {
        let least = self.least_costs();
        let near = self.near_chunks();
        let mut words = self.block_words(ranked)?;
        let everywhere = words.everywhere;
        if words.wide.all != 0 {
            words.wide.all |= everywhere;
            words.wide.free |= everywhere;
            // Cities may be meant wherever they are near.
            if !index.cities.is_empty() {
                let cheaper = |place| self.cheaper_words(place, words.wide, &least);
                words.wide.free |= index.list.iter().fold(0, |all, place| all | cheaper(place));
            }
        }
        let mut by_block = words.by_block;
        let mut order = Vec::with_capacity(words.list.len());
        // One more than the words around each place, once they are known.
        let mut around_place: Vec<TokenMask> = vec![0; self.shard.places().places.len()];
        for (block, own) in &words.list {
            if own.all == 0 {
                continue;
            }
            let around = self.around_block(*block, index, &mut around_place);
            let proximity = self.proximity_of_block(*block, &near);
            let mut all = own.with(words.wide);
            all.all |= everywhere;
            all.free |= everywhere;
            // A name with words of the block's own stands where these do, and its record is as large
            // as they say; others have none but those that any block may answer.
            (all.digits, all.in_names) = (own.digits, own.in_names);
            let mut promising = self.promise(*block, around, all, &least, proximity);
            if words.wide.all != 0 {
                promising.or(&self.promise(*block, around, words.wide, &least, proximity));
            }
            order.push(promising);
        }
        let mut rest: &[(f32, u32)] = &[];
        if words.wide.all != 0 {
            rest = self.best_blocks();
            self.add_distinguished(&mut by_block, &mut order, words.wide, index, &least, &near);
        }
        make_heap(&mut order, Promising::order);
        let far = if near.is_empty() { 0.0 } else { FAR_POINTS };
        // What the blocks without words of their own can win besides their static points.
        let base = self.promise(u32::MAX, self.zipcode_words, words.wide, &least, far).names
            + self.number_points(words.wide.all);
        let (mut budget, mut passes) = (BLOCK_BUDGET, PASS_BUDGET);
        let mut most_words: Option<f32> = None;
        while budget > 0 && passes > 0 {
            // Of two streams in the order of their bounds, the better is next.
            while let Some(((_, block), behind)) = rest.split_first()
                && by_block.get(*block as usize).is_some_and(|slot| *slot != 0)
            {
                rest = behind;
            }
            let first_of_rest = rest.first().map(|(points, block)| (base + points, *block));
            let of_order = order.first().map(|promising| promising.bound);
            let promising = match (first_of_rest, of_order) {
                (Some((bound, block)), own) if own.is_none_or(|own| own < bound) => {
                    if best.beats(bound) {
                        break;
                    }
                    rest = rest.get(1..).unwrap_or_default();
                    self.promise(block, 0, words.wide, &least, far)
                }
                (_, Some(_)) => match pop(&mut order, Promising::order) {
                    Some(promising) if !best.beats(promising.bound) => promising,
                    _ => break,
                },
                _ => break,
            };
            if promising.bound == f32::NEG_INFINITY {
                continue;
            }
            if best.beats(promising.bound) {
                passes -= 1;
                continue;
            }
            let most = *most_words.get_or_insert(promising.words);
            let lesser = promising.words < most - 1.0;
            budget = budget.saturating_sub(if lesser { LESSER_BLOCK } else { 1 });
            self.rank_block(promising, index, zipcodes, best, ranked)?;
            if ranked.candidates.len() > 8 * MAX_CANDIDATES {
                keep_best(&mut ranked.candidates, MAX_CANDIDATES);
            }
        }
        Ok(())
    }

    /// Adds the records of a block that can matter to the candidates.
    fn rank_block(
        &self,
        promising: Promising,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        best: &mut Best,
        ranked: &mut Ranked,
    ) -> Result<()> {
        let decoded = match self.shard.block(promising.block)? {
            Lookup::Found(decoded) => decoded,
            Lookup::Missing(chunk) => {
                ranked.missing.push(chunk);
                return Ok(());
            }
        };
        let mut alternates: Option<Option<Arc<NameLists>>> = None;
        let Some(around) = self.around_records(promising.block, index) else { return Ok(()) };
        let alternate_cost = promising.alternate_cost;
        let of = Of { around: &around, places: index, zipcodes };
        let hidden = self.shard.hidden_records(promising.block);
        for (number, record) in decoded.in_order() {
            if !self.request.types.contains(record.kind) || hidden >> number & 1 != 0 {
                continue;
            }
            // What cannot matter is not worth a closer look.
            let points = self.static_points_of(record, &around);
            let matters = |membership: Membership, cost: f32| match membership {
                Membership::None => false,
                Membership::Dear => !best.beats(promising.dear - cost + points),
                Membership::Free => !best.beats(promising.names - cost + points),
            };
            if !matters(Membership::Free, 0.0) {
                if decoded.is_ordered() {
                    break;
                }
                continue;
            }
            let of_names = self.record_terms.membership(decoded.names.terms(number));
            let mut others = None;
            if promising.alternates && matters(Membership::Free, alternate_cost) {
                if alternates.is_none() {
                    alternates = Some(match self.shard.alternates(promising.block)? {
                        Lookup::Found(found) => found,
                        Lookup::Missing(chunk) => {
                            ranked.missing.push(chunk);
                            None
                        }
                    });
                }
                others = alternates.as_ref().and_then(|found| found.as_deref());
            }
            let membership = |lists: &NameLists| self.record_terms.membership(lists.terms(number));
            let of_others = others.map_or(Membership::None, membership);
            if !matters(of_names, 0.0) && !matters(of_others, alternate_cost) {
                continue;
            }
            let names = decoded.names.names(number);
            let others = others.into_iter().flat_map(|lists| lists.names(number));
            let Some(name) = self.best_name(Dictionary::Records, names.chain(others))? else {
                continue;
            };
            let at = (promising.block, number);
            let scored = self.score_record(at, &decoded, record, &name, None, &of);
            if !best.beats(scored.total) {
                best.add(scored.total);
                ranked.candidates.push(scored);
            }
        }
        Ok(())
    }

    /// Returns the blocks by what they can hold at best for any request.
    fn best_blocks(&self) -> &[(f32, u32)] {
        let places = self.shard.places();
        self.shard.best_blocks(|block| {
            let summary = places.blocks.get(block as usize).copied().unwrap_or_default();
            let place = places.place_of_block(block).and_then(|place| places.get(place));
            static_points(summary, place, TypeSet::ALL, self.weights.points)
        })
    }

    /// Adds the blocks to the order that any block's words lead to, but that stand out by what
    /// is around them or by being near.
    fn add_distinguished(
        &self,
        by_block: &mut [u32],
        order: &mut Vec<Promising>,
        wide: BlockWords,
        index: &PlaceIndex,
        least: &Costs,
        near: &[f32],
    ) {
        let places = self.shard.places();
        let other = |place: &PlaceWords| {
            (place.names | place.zipcodes) & !wide.all | self.cheaper_words(place, wide, least)
        };
        if near.is_empty() && index.list.iter().all(|place| other(place) == 0) {
            return;
        }
        // Words of the places that say more about a block than those that any may answer.
        let mut around: Vec<TokenMask> = Vec::with_capacity(places.places.len());
        for (ordinal, place) in (0u32..).zip(&places.places) {
            // Parents come before their children, unless a correction has given them others.
            let above = match around.get(place.parent as usize) {
                Some(above) => Some(*above),
                None => (place.parent == NO_PARENT).then_some(0),
            };
            let own = index.get(ordinal).map_or(0, |words| other(words) & words.names);
            around.push(match above {
                Some(above) if index.cities.is_empty() => above | own,
                _ => self.words_around(ordinal, index) & !wide.all,
            });
        }
        let mut distinguish = |block: u32, around: TokenMask| {
            let Some(slot) = by_block.get_mut(block as usize) else { return };
            let proximity = self.proximity_of_block(block, near);
            if *slot == 0 && (around != 0 || proximity > FAR_POINTS) {
                *slot = WITHOUT_WORDS;
                order.push(self.promise(block, around, wide, least, proximity));
            }
        };
        let around_records = |place: u32| {
            let own = index.get(place).map_or(0, other);
            around.get(place as usize).copied().unwrap_or(0) | own
        };
        for (ordinal, place) in (0u32..).zip(&places.places) {
            let around = around_records(ordinal);
            if around == 0 && near.is_empty() {
                continue;
            }
            let end = place.first_block.saturating_add(place.n_blocks).min(places.n_blocks);
            (place.first_block..end).for_each(|block| distinguish(block, around));
        }
        for (block, place) in places.added_blocks() {
            distinguish(block, around_records(place));
        }
    }

    /// Returns the words of a set that a place answers at a lower cost than any record.
    fn cheaper_words(&self, place: &PlaceWords, wide: BlockWords, least: &Costs) -> TokenMask {
        let words = (place.names | place.zipcodes) & wide.all & !wide.free;
        let cheaper = |index: &usize| place.costs.get(*index) < least.get(*index);
        let words = self.weights.of(words).map(|(index, _)| index).filter(cheaper);
        words.fold(0, |words, index| words | 1 << index)
    }

    /// Returns the points of proximity that each chunk of records can win; nothing when the
    /// request has no coordinates.
    fn near_chunks(&self) -> Vec<f32> {
        let Some(at) = self.request.coordinates else { return Vec::new() };
        let places = self.shard.places();
        let weights = self.weights.points;
        let cities = places.has_city_records();
        let radius_km = if cities { weights.place_radius } else { 0.0 };
        let radius_km = radius_km.max(weights.street_radius);
        let distances = places.records.iter().map(|entry| entry.bbox.distance_m(at));
        distances.map(|distance_m| weights.proximity_points(distance_m, radius_km)).collect()
    }

    fn proximity_of_block(&self, block: u32, near: &[f32]) -> f32 {
        if near.is_empty() {
            return 0.0;
        }
        let chunk = self.shard.places().chunk_of_block(block);
        chunk
            .and_then(|(chunk, _)| near.get(chunk))
            .copied()
            .unwrap_or(self.weights.points.proximity)
    }

    /// Returns the words answered by what contains a block, by name or postcode.
    fn around_block(&self, block: u32, index: &PlaceIndex, known: &mut [TokenMask]) -> TokenMask {
        let Some(place) = self.shard.places().place_of_block(block) else { return 0 };
        let Some(slot) = known.get_mut(place as usize) else { return 0 };
        if *slot == 0 {
            let zipcodes = index.get(place).map_or(0, |words| words.zipcodes);
            *slot = 1 + (self.words_around(place, index) | zipcodes);
        }
        *slot - 1
    }

    /// Returns the words that so many terms answer that most blocks have one of them.
    fn wide_words(&self) -> TokenMask {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of terms"
        )]
        let most = (self.shard.places().n_blocks as f32 * WIDE_TERMS_PER_BLOCK) as u32;
        let most = if self.shard.places().has_city_records() {
            MAX_WIDE_CITY_TERMS
        } else {
            most.clamp(MIN_WIDE_TERMS, MAX_WIDE_TERMS)
        };
        let mut wide = 0;
        for mask in (0..self.query.tokens.len()).map(|index| 1 << index) {
            let of_word = self.record_matches.list.iter().filter(|found| found.mask == mask);
            if of_word.map(|found| found.end - found.start).sum::<u32>() > most {
                wide |= mask;
            }
        }
        wide
    }

    /// Returns the words that each block answers, and those that any block may answer.
    fn block_words(&self, ranked: &mut Ranked) -> Result<BlockIndex> {
        let places = self.shard.places();
        let by_block = vec![0; places.blocks.len()];
        let wide = BlockWords::default();
        let mut index = BlockIndex { list: Vec::new(), by_block, wide, everywhere: 0 };
        let content = self.weights.content();
        let wide_words = self.wide_words();
        for found in &self.record_matches.list {
            // Street types and articles are everywhere in a large country: there they count only
            // when a record is looked at.
            let frequent = places.n_blocks > FEW_BLOCKS && !places.has_city_records();
            if found.mask & content == 0 && frequent {
                index.everywhere |= found.mask;
                continue;
            }
            let n_terms = places.first_terms.len();
            let apart = n_terms..n_terms + places.alternate_first_terms.len();
            let apart = apart.contains(&found.piece);
            let words = BlockWords::of(found, apart);
            if found.mask & !wide_words == 0 && found.end - found.start > 1 {
                index.wide = index.wide.with(words);
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
                read += postings.list(places, true, |block, digits| {
                    if let Some(entry) = index.entry(block) {
                        *entry = entry.with(BlockWords { digits, ..words });
                    }
                });
                if read > MAX_RANGE_POSTINGS {
                    break;
                }
            }
        }
        Ok(index)
    }
}
