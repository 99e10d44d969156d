//! Looks into the blocks of records that the matched terms lead to, most promising first.

use std::sync::Arc;

use super::Ranked;
use super::block_index::BlockIndex;
use super::bounds::{BlockWords, Promising};
use super::candidates::{Best, Evaluation, MAX_CANDIDATES, keep_best};
use super::containers::{Around, PlaceIndex, PlaceWords, Zipcodes};
use super::evaluate::Of;
use super::query::TokenMask;
use super::term_set::Membership;
use super::unread::{Steps, UNREAD};
use crate::error::Result;
use crate::overlay::is_hidden;
use crate::shard::{Dictionary, Lookup, NO_PARENT, NameLists};
use crate::sort::low_half;

/// Most blocks looked into.
const BLOCK_BUDGET: u32 = 200;
/// As how many of them a block counts that answers fewer words than others.
const LESSER_BLOCK: u32 = 4;
/// Most reads of where terms occur.
const READ_BUDGET: u32 = 4096;
/// Points of proximity below which a block counts as far away.
const FAR_POINTS: f32 = 0.25;
/// Number of places at least whose surroundings are remembered.
const FEW_PLACES: usize = 64;
/// Number of blocks that are in the order of their own, although they answer no word alone.
const WITHOUT_WORDS: u32 = u32::MAX;

/// Names of a block that are looked at together: those that stand with its records, those that are
/// apart; and whether words of the block's own have been looked for.
const USUAL_NAMES: u8 = 1;
const APART_NAMES: u8 = 2;
const OWN_WORDS: u8 = 4;

/// Marks of steps to blocks for some of their names, for words that any block may answer.
const FOR_USUAL: u64 = 1 << 61;
const FOR_APART: u64 = 1 << 62;

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Adds the records that answer the query to the candidates.
    pub(super) fn rank_records(
        &self,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        best: &mut Best,
        ranked: &mut Ranked,
    ) -> Result<()> {
        let cheaper = index.list.iter().fold(0, |all, place| all | place.cheaper);
        let near = self.near_chunks();
        let mut words = self.block_words(ranked)?;
        let everywhere = words.everywhere;
        if words.wide.iter().any(|wide| wide.all != 0) {
            for wide in &mut words.wide {
                wide.all |= everywhere;
                wide.free |= everywhere;
                // Cities may be meant wherever they are near.
                if !index.cities.is_empty() {
                    wide.free |= cheaper & wide.all;
                }
            }
        }
        let wide = words.wide[0].with(words.wide[1]);
        // The words around the places of the blocks that were looked at last.
        let mut around_place = AroundPlaces::of_blocks(words.list.len());
        let mut order = self.promising_blocks(&words, wide, index, &near, &mut around_place);
        let far = if near.is_empty() { 0.0 } else { FAR_POINTS };
        let mut steps = Steps::default();
        let mut lazy = Vec::with_capacity(words.lazy.len());
        if wide.all != 0 {
            self.add_distinguished(&mut words, &mut order, wide, index, &near);
            for (found, piece) in words.lazy {
                let found = self.lazy_match(found, piece, wide, index, far);
                steps.plan(lazy.len(), &found);
                lazy.push(found);
            }
        }
        for (position, promising) in (0u64..).zip(&order) {
            let number = u64::from(promising.block) << 32 | position;
            steps.queue.push(promising.bound.into(), number);
        }
        // Which names of each block were looked at.
        let mut visited = vec![0u8; self.shard.places().blocks.len()];
        let (mut budget, mut reads) = (BLOCK_BUDGET, READ_BUDGET);
        let mut most_words: Option<f32> = None;
        while let Some((bound, step)) = steps.queue.pop() {
            if best.reaches(bound) || budget == 0 {
                break;
            }
            if step & UNREAD != 0 {
                let unread = steps.unread(low_half(step)).filter(|_| reads > 0);
                let Some(unread) = unread else { continue };
                let Some(found) = lazy.get(unread.found) else { continue };
                reads -= 1;
                let names = if found.apart { APART_NAMES } else { USUAL_NAMES };
                self.read_next(unread, found, &mut steps, &mut |steps, occurrence| {
                    let bound = self.bound_of(found, occurrence);
                    let block = occurrence.target;
                    let known = visited.get(block as usize).is_none_or(|known| known & names != 0);
                    if !known && bound > f32::NEG_INFINITY && !best.reaches(bound) {
                        let kind = if found.apart { FOR_APART } else { FOR_USUAL };
                        steps.queue.push(bound.into(), kind | u64::from(block));
                    }
                });
                continue;
            }
            let block = low_half(step);
            let (names, promising) = if step & (FOR_USUAL | FOR_APART) == 0 {
                let Some(promising) = order.get(block as usize) else { continue };
                let apart = if promising.alternates { APART_NAMES } else { 0 };
                (OWN_WORDS | USUAL_NAMES | apart, *promising)
            } else {
                let [usual, apart] = words.wide;
                let around = self.around_block(block, index, &mut around_place);
                if step & FOR_USUAL != 0 {
                    (USUAL_NAMES, self.promise(block, around, usual, &index.least, far))
                } else {
                    (APART_NAMES, self.promise(block, around, apart, &index.least, far))
                }
            };
            let Some(known) = visited.get_mut(promising.block as usize) else { continue };
            let before = *known;
            *known |= names;
            if *known == before || promising.bound == f32::NEG_INFINITY {
                continue;
            }
            let most = *most_words.get_or_insert(promising.words);
            let lesser = promising.words < most - 1.0;
            budget = budget.saturating_sub(if lesser { LESSER_BLOCK } else { 1 });
            self.rank_block(promising, before != 0, index, zipcodes, best, ranked)?;
        }
        Ok(())
    }

    /// Returns the blocks with words of their own, given the words that any block may answer.
    fn promising_blocks(
        &self,
        words: &BlockIndex<'_>,
        wide: BlockWords,
        index: &PlaceIndex,
        near: &[f32],
        around_place: &mut AroundPlaces,
    ) -> Vec<Promising> {
        let [usual, _] = words.wide;
        let mut order = Vec::with_capacity(words.list.len());
        for (block, own) in words.list.iter().filter(|(_, own)| own.all != 0) {
            let around = self.around_block(*block, index, around_place);
            let proximity = self.proximity_of_block(*block, near);
            let mut all = own.with(wide);
            all.all |= words.everywhere;
            all.free |= words.everywhere;
            // A name with words of the block's own stands where these do, and its record is as large
            // as they say.
            (all.digits, all.in_names) = (own.digits, own.in_names);
            let mut promising = self.promise(*block, around, all, &index.least, proximity);
            // Others have none but those that any block may answer. What these lead to is read in
            // its turn, but for what stands out.
            if wide.all != 0 {
                let others = around.words & !wide.all | around.cheaper & !wide.free;
                let stands_out = others != 0 || proximity > FAR_POINTS;
                let others = if stands_out { wide } else { usual };
                let others = self.promise(*block, around, others, &index.least, proximity);
                if stands_out {
                    promising.bound = promising.bound.max(others.bound);
                }
                promising.or(&others);
            }
            order.push(promising);
        }
        order
    }

    /// Adds the records of a block that can matter to the candidates; those that are candidates
    /// already, where it is looked into again, are so by their best name.
    fn rank_block(
        &self,
        promising: Promising,
        again: bool,
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
            if !self.request.types.contains(record.kind) || is_hidden(hidden, number) {
                continue;
            }
            // What cannot matter is not worth a closer look.
            let points = self.static_points_of(record, &around);
            let matters = |membership: Membership, cost: f32| match membership {
                Membership::None => false,
                Membership::Dear => !best.reaches(promising.dear - cost + points),
                Membership::Free => !best.reaches(promising.names - cost + points),
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
            if best.beats(scored.total) {
                continue;
            }
            let mut known = ranked.candidates.iter_mut().filter(|_| again);
            match known.find(|known| known.target.key() == scored.target.key()) {
                Some(known) if known.total >= scored.total => continue,
                Some(known) => {
                    best.remove(known.total);
                    best.add(scored.total);
                    *known = scored;
                }
                None => {
                    best.add(scored.total);
                    ranked.candidates.push(scored);
                }
            }
        }
        if ranked.candidates.len() > 8 * MAX_CANDIDATES {
            keep_best(&mut ranked.candidates, MAX_CANDIDATES);
        }
        Ok(())
    }

    /// Adds the blocks to the order that any block's words lead to, but that stand out by what
    /// is around them or by being near.
    fn add_distinguished(
        &self,
        words: &mut BlockIndex<'_>,
        order: &mut Vec<Promising>,
        wide: BlockWords,
        index: &PlaceIndex,
        near: &[f32],
    ) {
        let places = self.shard.places();
        let other = |place: &PlaceWords| {
            (place.names | place.zipcodes) & !wide.all | place.cheaper & !wide.free
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
                _ => self.words_around(ordinal, index).words & !wide.all,
            });
        }
        let slots = words.slots();
        let mut distinguish = |block: u32, around: TokenMask| {
            let Some(slot) = slots.get_mut(block as usize) else { return };
            let proximity = self.proximity_of_block(block, near);
            if *slot == 0 && (around != 0 || proximity > FAR_POINTS) {
                *slot = WITHOUT_WORDS;
                let around = Around::free(around);
                order.push(self.promise(block, around, wide, &index.least, proximity));
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
    fn around_block(&self, block: u32, index: &PlaceIndex, known: &mut AroundPlaces) -> Around {
        let Some(place) = self.shard.places().place_of_block(block) else {
            return Around::default();
        };
        known.get_or_insert_with(place, || {
            let mut around = self.words_around(place, index);
            if let Some(own) = index.get(place) {
                around.words |= own.zipcodes;
                around.cheaper |= own.cheaper;
            }
            around
        })
    }
}

/// What is around the places that were looked at last, by the remainders of their numbers: a
/// country has tens of thousands, but a search looks at blocks of few.
struct AroundPlaces {
    slots: Vec<(u32, Around)>,
}

impl AroundPlaces {
    /// Makes room for the places of so many blocks.
    fn of_blocks(count: usize) -> Self {
        Self { slots: vec![(NO_PARENT, Around::default()); count.max(FEW_PLACES)] }
    }

    fn get_or_insert_with(&mut self, place: u32, look: impl FnOnce() -> Around) -> Around {
        let slot = (place as usize).checked_rem(self.slots.len());
        let Some(slot) = slot.and_then(|slot| self.slots.get_mut(slot)) else { return look() };
        if slot.0 != place {
            *slot = (place, look());
        }
        slot.1
    }
}
