//! Collects and scores the records of one shard that the matched terms lead to.

use super::Ranked;
use super::house::{FoundHouse, find_house};
use super::matches::{Matches, Part};
use super::query::{self, MAX_TOKENS, Query, TokenMask};
use super::score::{Score, TokenWeights, WEIGHTS, type_prior};
use crate::error::Result;
use crate::record::RecordType;
use crate::request::{MAX_RESULTS, SearchRequest};
use crate::shard::{
    Dictionary, Lookup, Name, Place, PostingReader, Record, Role, Shard, StoredHouse, point,
};
use crate::sort::sort_by;

/// Most terms of one range whose postings are read.
const MAX_RANGE_TERMS: u32 = 4096;
/// Most postings read for one range.
const MAX_RANGE_POSTINGS: u32 = 50_000;
/// In a shard of so few blocks no word is too frequent to be followed.
const FEW_BLOCKS: u32 = 4096;
/// Most records passed by, and about how many a block has.
const RECORD_BUDGET: usize = 12_000;
const BLOCK_RECORDS: usize = 40;
/// Most places whose names are looked at.
const PLACE_BUDGET: usize = 400;
/// Candidates whose house numbers are looked up, and which are ranked in the end.
const MAX_CANDIDATES: usize = 3 * MAX_RESULTS;
/// Points that a candidate can win besides those of words: more than number, importance,
/// population, type and proximity together.
const MOST_OTHER_POINTS: f32 = 22.0;
/// Most points that a number wins by being made of several words.
const MOST_NUMBER_WORDS: f32 = 2.0;
/// Weight of a stop word among the terms of a name.
const STOP_TERM: f32 = 0.3;

/// A record that answers the query, with its score.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) target: Target,
    pub(crate) score: Score,
    pub(crate) total: f32,
    /// Words of the query that it answers.
    pub(crate) explained: TokenMask,
}

/// What a candidate is.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A place by its ordinal.
    Place(u32),
    /// A street or point by its block and number in it, with the house that was asked for.
    Record { block: u32, index: usize, record: Box<Record>, house: Option<FoundHouse> },
}

/// Everything a ranking depends on.
pub(crate) struct Evaluation<'a, D> {
    pub(crate) shard: &'a Shard<D>,
    pub(crate) request: &'a SearchRequest,
    pub(crate) query: &'a Query,
    pub(crate) weights: &'a TokenWeights,
    pub(crate) place_matches: &'a Matches,
    pub(crate) record_matches: &'a Matches,
}

/// Words that a place's names or postcodes answer, and what they lose.
#[derive(Debug, Clone, Copy)]
struct PlaceWords {
    place: u32,
    names: TokenMask,
    zipcodes: TokenMask,
    costs: Costs,
}

type Costs = [f32; MAX_TOKENS];

/// Words that one name answers.
struct NameMatch {
    words: TokenMask,
    costs: Costs,
    /// Share of the name that was asked for, 0 to 1.
    coverage: f32,
    points: f32,
    alternate: bool,
}

/// Place words by ordinal.
struct PlaceIndex {
    list: Vec<PlaceWords>,
    /// One more than the number in the list, 0 for places without words.
    by_place: Vec<u32>,
}

impl PlaceIndex {
    fn entry(&mut self, place: u32) -> Option<&mut PlaceWords> {
        let slot = self.by_place.get_mut(place as usize)?;
        if *slot == 0 {
            let costs = [f32::INFINITY; MAX_TOKENS];
            self.list.push(PlaceWords { place, names: 0, zipcodes: 0, costs });
            *slot = u32::try_from(self.list.len()).ok()?;
        }
        self.list.get_mut(*slot as usize - 1)
    }

    fn get(&self, place: u32) -> Option<&PlaceWords> {
        let slot = self.by_place.get(place as usize)?.checked_sub(1)?;
        self.list.get(slot as usize)
    }
}

fn lower(costs: &mut Costs, words: TokenMask, cost: f32) {
    for (index, slot) in costs.iter_mut().enumerate() {
        if words & 1 << index != 0 && cost < *slot {
            *slot = cost;
        }
    }
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the best candidates, best first.
    pub(crate) fn rank(&self) -> Result<Ranked> {
        let mut ranked = Ranked::default();
        let zipcodes = self.zipcodes();
        let index = self.place_words(&zipcodes, &mut ranked)?;
        self.rank_places(&index, &mut ranked)?;
        if RecordType::ALL.into_iter().any(|t| !t.is_place() && self.request.types.contains(t)) {
            self.rank_records(&index, &zipcodes, &mut ranked)?;
        }
        keep_best(&mut ranked.candidates, MAX_CANDIDATES);
        if !self.query.numbers.is_empty() {
            self.find_houses(&index, &zipcodes, &mut ranked)?;
        }
        keep_best(&mut ranked.candidates, MAX_CANDIDATES);
        Ok(ranked)
    }

    /// Returns the postcodes that words of the query may be, with the words and their cost.
    fn zipcodes(&self) -> Vec<(u32, TokenMask, f32)> {
        let mut found = Vec::new();
        let tokens = &self.query.tokens;
        for (index, token) in tokens.iter().enumerate() {
            let mask = 1 << index;
            if !token.has_digit {
                continue;
            }
            let next = tokens.get(index + 1);
            let pair = next.map(|next| (format!("{}{}", token.term, next.term), mask | mask << 1));
            let single = (token.term.clone(), mask);
            for (key, mask) in core::iter::once(single).chain(pair) {
                for (number, zipcode) in (0u32..).zip(&self.shard.places().zipcodes) {
                    if let Some(exact) = query::zipcode_starts(zipcode, &key)
                        && (exact || (token.unfinished && key.len() >= 2))
                    {
                        found.push((number, mask, if exact { 0.0 } else { 2.0 }));
                    }
                }
            }
        }
        found
    }

    fn place_words(
        &self,
        zipcodes: &[(u32, TokenMask, f32)],
        ranked: &mut Ranked,
    ) -> Result<PlaceIndex> {
        let places = self.shard.places();
        let mut index = PlaceIndex { list: Vec::new(), by_place: vec![0; places.places.len()] };
        for found in &self.place_matches.list {
            let piece = match self.shard.piece(Dictionary::Places, found.piece)? {
                Lookup::Found(piece) => piece,
                Lookup::Missing(chunk) => {
                    ranked.missing.push(chunk);
                    continue;
                }
            };
            let mut postings = PostingReader::new(&piece, found.start, places, false);
            let mut read = 0;
            for _ in found.start..found.end.min(found.start + MAX_RANGE_TERMS) {
                read += postings.list(places, false, |place| {
                    if let Some(words) = index.entry(place) {
                        words.names |= found.mask;
                        lower(&mut words.costs, found.mask, found.cost);
                    }
                });
                if read > MAX_RANGE_POSTINGS {
                    break;
                }
            }
        }
        for (zipcode, mask, cost) in zipcodes {
            for place in places.places_of_zipcode(*zipcode) {
                if let Some(words) = index.entry(*place) {
                    words.zipcodes |= mask;
                    lower(&mut words.costs, *mask, *cost);
                }
            }
        }
        Ok(index)
    }

    /// Returns the words answered by a place and all that contain it, and what they lose.
    fn container_words(&self, place: u32, index: &PlaceIndex, costs: &mut Costs) -> TokenMask {
        let mut words = 0;
        for (ordinal, _) in self.shard.places().chain(place) {
            if let Some(found) = index.get(ordinal) {
                words |= found.names;
                for (slot, cost) in costs.iter_mut().zip(&found.costs) {
                    *slot = slot.min(*cost);
                }
            }
        }
        words
    }

    fn rank_places(&self, index: &PlaceIndex, ranked: &mut Ranked) -> Result<()> {
        let places = self.shard.places();
        let mut order: Vec<(f32, u32, &PlaceWords)> = Vec::new();
        for words in &index.list {
            let Some(place) = places.get(words.place) else { continue };
            if place.kind.is_none_or(|kind| !self.request.types.contains(kind)) {
                continue;
            }
            let mut costs = [f32::INFINITY; MAX_TOKENS];
            let all = self.container_words(words.place, index, &mut costs) | words.zipcodes;
            order.push((self.weights.potential(all), place.importance, words));
        }
        sort_by(&mut order, |a, b| {
            b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.place.cmp(&b.2.place))
        });
        for (_, _, words) in order.into_iter().take(PLACE_BUDGET) {
            if let Some(place) = places.get(words.place) {
                ranked.candidates.extend(self.score_place(place, words, index)?);
            }
        }
        Ok(())
    }

    fn score_place(
        &self,
        place: &Place,
        words: &PlaceWords,
        index: &PlaceIndex,
    ) -> Result<Option<Candidate>> {
        let Some(kind) = place.kind else { return Ok(None) };
        let names = self.shard.place_names(place)?;
        let best = self.best_name(Dictionary::Places, &names)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let mut container = self.container_words(place.parent, index, &mut costs);
        container |= words.zipcodes;
        let mut score = Score::default();
        let own = match best {
            Some(best) => {
                score.add("rest of name", WEIGHTS.name_rest * (best.coverage - 1.0));
                if best.alternate {
                    score.add("alternate name", -WEIGHTS.alternate_name);
                }
                for (slot, cost) in costs.iter_mut().zip(&best.costs) {
                    *slot = slot.min(*cost);
                }
                best.words
            }
            // A postcode alone answers the places that have it.
            None if words.zipcodes != 0 => 0,
            None => return Ok(None),
        };
        for (slot, cost) in costs.iter_mut().zip(&words.costs) {
            *slot = slot.min(*cost);
        }
        score.add_words(self.weights, own, container, 0, &costs);
        score.add_population(WEIGHTS.population, place.population);
        score.add("type", type_prior(kind));
        score.add_proximity(point(place.lat, place.lon), self.request.coordinates, kind);
        let total = score.total();
        let target = Target::Place(words.place);
        Ok(Some(Candidate { target, score, total, explained: own | container }))
    }

    fn rank_records(
        &self,
        index: &PlaceIndex,
        zipcodes: &[(u32, TokenMask, f32)],
        ranked: &mut Ranked,
    ) -> Result<()> {
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
            let mut postings = PostingReader::new(&piece, found.start, places, true);
            let mut read = 0;
            for _ in found.start..found.end.min(found.start + MAX_RANGE_TERMS) {
                read += postings.list(places, true, |block| {
                    if let Some(words) = words_of_block.get_mut(block as usize) {
                        if *words == 0 {
                            touched.push(block);
                        }
                        *words |= found.mask;
                    }
                });
                if read > MAX_RANGE_POSTINGS {
                    break;
                }
            }
        }
        let mut order: Vec<(f32, u32)> = Vec::new();
        for block in touched {
            let Some(place) = places.place_of_block(block) else { continue };
            let own = words_of_block.get(block as usize).copied().unwrap_or_default();
            let mut costs = [f32::INFINITY; MAX_TOKENS];
            let mut container = self.container_words(place, index, &mut costs);
            container |= index.get(place).map_or(0, |words| words.zipcodes);
            order.push((self.weights.potential(own | container), block));
        }
        sort_by(&mut order, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let most = self.weights.potential(TokenMask::MAX);
        let slots = self.record_matches.slots(self.shard, Dictionary::Records)?;
        let mut looked_at = 0;
        let mut scores: Vec<f32> = ranked.candidates.iter().map(|c| c.total).collect();
        for (potential, block) in order {
            // Every word is either found or missing: what a block cannot answer is lost.
            let bound = potential - most + self.weights.most_found() + MOST_OTHER_POINTS;
            let beaten = scores.iter().filter(|score| **score > bound).count();
            if looked_at > RECORD_BUDGET || beaten >= MAX_CANDIDATES {
                break;
            }
            let mut records: Vec<(usize, Record)> = Vec::new();
            let types = self.request.types;
            let scanned = self.shard.scan_records(
                block,
                |term| slots.contains(term),
                |number, record, matches| {
                    if matches {
                        records.push((number, record));
                    }
                },
            )?;
            if let Lookup::Missing(chunk) = scanned {
                ranked.missing.push(chunk);
                continue;
            }
            looked_at += BLOCK_RECORDS;
            for (number, record) in records.into_iter().filter(|(_, r)| types.contains(r.kind)) {
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

    fn score_record(
        &self,
        block: u32,
        index_in_block: usize,
        record: Record,
        index: &PlaceIndex,
        zipcodes: &[(u32, TokenMask, f32)],
    ) -> Result<Option<Candidate>> {
        let Some(best) = self.best_name(Dictionary::Records, &record.names)? else {
            return Ok(None);
        };
        let target =
            Target::Record { block, index: index_in_block, record: record.into(), house: None };
        Ok(self.score_target(target, &best, index, zipcodes))
    }

    fn score_target(
        &self,
        target: Target,
        best: &NameMatch,
        index: &PlaceIndex,
        zipcodes: &[(u32, TokenMask, f32)],
    ) -> Option<Candidate> {
        let Target::Record { block, record, house, .. } = &target else { return None };
        let places = self.shard.places();
        let place = places.place_of_block(*block)?;
        let mut costs = best.costs;
        let mut container = self.container_words(place, index, &mut costs);
        let own_zipcodes = self.shard.record_zipcodes(record, *block);
        for (zipcode, mask, cost) in zipcodes {
            if own_zipcodes.contains(zipcode) {
                container |= mask;
                lower(&mut costs, *mask, *cost);
            }
        }
        let mut score = Score::default();
        let street = record.kind == RecordType::Street;
        // Until the houses of a street are looked up, its numbers count for nothing.
        let numbers = self.query.numbers.iter().fold(0, |mask, number| mask | number.mask);
        let mut ignored = 0;
        let mut explained = best.words | container;
        if street {
            ignored = numbers & !explained;
            if let Some(house) = house {
                score.add("house number", house.points);
                // A number that is the start of a postcode as well was meant as the house's.
                container &= !house.mask;
                explained |= house.mask;
                let foreign = ignored & !house.mask;
                score.add("foreign numbers", WEIGHTS.number_foreign * ones(foreign));
            } else if ignored != 0 {
                score.add("house number", WEIGHTS.number_absent);
            }
        }
        score.add("rest of name", WEIGHTS.name_rest * (best.coverage - 1.0));
        if best.alternate {
            score.add("alternate name", -WEIGHTS.alternate_name);
        }
        score.add_words(self.weights, best.words, container, ignored, &costs);
        #[expect(clippy::cast_precision_loss, reason = "at most 15")]
        score.add("importance", record.importance as f32 / 15.0 * WEIGHTS.importance);
        let population = places.get(place).map_or(0, |place| place.population);
        score.add_population(WEIGHTS.city_population, population);
        score.add("type", type_prior(record.kind));
        score.add_proximity(point(record.lat, record.lon), self.request.coordinates, record.kind);
        let total = score.total();
        Some(Candidate { target, score, total, explained })
    }

    /// Looks the numbers of the query up on the streets among the candidates.
    fn find_houses(
        &self,
        index: &PlaceIndex,
        zipcodes: &[(u32, TokenMask, f32)],
        ranked: &mut Ranked,
    ) -> Result<()> {
        // Candidates come best first. Once enough are known with their houses, one that could
        // not overtake the last of them even with its house need not be looked at.
        let wanted = self.request.max_results;
        let gain = WEIGHTS.number_exact - WEIGHTS.number_absent + MOST_NUMBER_WORDS;
        let mut best: Vec<f32> = Vec::new();
        for candidate in &mut ranked.candidates {
            sort_by(&mut best, |a, b| b.total_cmp(a));
            let beaten = best.get(wanted.saturating_sub(1));
            if beaten.is_some_and(|last| candidate.total + gain < *last) {
                break;
            }
            if let Some(scored) =
                self.with_house(candidate, index, zipcodes, &mut ranked.missing)?
            {
                *candidate = scored;
            }
            best.push(candidate.total);
        }
        Ok(())
    }

    /// Looks up the house of one candidate and scores it again.
    fn with_house(
        &self,
        candidate: &Candidate,
        index: &PlaceIndex,
        zipcodes: &[(u32, TokenMask, f32)],
        missing: &mut Vec<usize>,
    ) -> Result<Option<Candidate>> {
        let Target::Record { block, index: number, record, .. } = &candidate.target else {
            return Ok(None);
        };
        let taken = candidate.explained & !started_zipcodes(zipcodes);
        let free = self.query.numbers.iter().any(|number| number.mask & taken == 0);
        if record.kind != RecordType::Street || !free {
            return Ok(None);
        }
        let found = match self.shard.street_houses(*block, *number)? {
            Lookup::Found((chunk, houses)) => {
                let suffix = |house: &StoredHouse| chunk.suffix_text(house.suffix);
                find_house(&houses, suffix, &self.query.numbers, taken)
            }
            Lookup::Missing(chunk) => {
                missing.push(chunk);
                None
            }
        };
        let Some(best) = self.best_name(Dictionary::Records, &record.names)? else {
            return Ok(None);
        };
        let mut target = candidate.target.clone();
        if let Target::Record { house, .. } = &mut target {
            *house = found;
        }
        Ok(self.score_target(target, &best, index, zipcodes))
    }

    /// Returns the name of a record that answers the query best.
    fn best_name(&self, dictionary: Dictionary, names: &[Name]) -> Result<Option<NameMatch>> {
        let mut best: Option<NameMatch> = None;
        for name in names {
            let Some(found) = self.match_name(dictionary, name)? else { continue };
            if best.as_ref().is_none_or(|best| found.points > best.points) {
                best = Some(found);
            }
        }
        Ok(best)
    }

    fn match_name(&self, dictionary: Dictionary, name: &Name) -> Result<Option<NameMatch>> {
        let matches = match dictionary {
            Dictionary::Places => self.place_matches,
            Dictionary::Records => self.record_matches,
        };
        let stop_terms = self.shard.stop_terms(dictionary)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let (mut words, mut halves) = (0, [0, 0]);
        let (mut asked, mut total) = (0.0f32, 0.0f32);
        for (term, shown) in name.all_terms() {
            let mut answered = 0;
            let of_piece = matches.of_piece(term.piece());
            if !of_piece.is_empty()
                && let Lookup::Found(piece) = self.shard.piece(dictionary, term.piece())?
                && let Some(ordinal) = piece.ordinal(term.slot())
            {
                for found in of_piece.iter().filter(|m| (m.start..m.end).contains(&ordinal)) {
                    answered |= found.mask;
                    match found.part {
                        Part::Whole => words |= found.mask,
                        Part::First => halves[0] |= found.mask,
                        Part::Second => halves[1] |= found.mask,
                    }
                    lower(&mut costs, found.mask, found.cost);
                }
            }
            if shown {
                let weight = if stop_terms.binary_search(&term).is_ok() { STOP_TERM } else { 1.0 };
                total += weight;
                if answered != 0 {
                    asked += weight;
                }
            }
        }
        words |= halves[0] & halves[1];
        if words == 0 {
            return Ok(None);
        }
        let coverage = if total > 0.0 { asked / total } else { 1.0 };
        let alternate = name.role == Role::Alternate;
        let mut points = WEIGHTS.name_rest * (coverage - 1.0);
        for (index, kind) in self.weights.of(words) {
            let cost = costs.get(index).copied().unwrap_or_default();
            points += (WEIGHTS.found(kind) - cost).max(0.5);
        }
        if alternate {
            points -= WEIGHTS.alternate_name;
        }
        Ok(Some(NameMatch { words, costs, coverage, points, alternate }))
    }
}

/// Words that only start a postcode: they may as well be house numbers.
fn started_zipcodes(zipcodes: &[(u32, TokenMask, f32)]) -> TokenMask {
    let whole = zipcodes.iter().filter(|(_, _, cost)| *cost == 0.0);
    let whole = whole.fold(0, |words, (_, mask, _)| words | mask);
    zipcodes.iter().fold(0, |words, (_, mask, _)| words | mask) & !whole
}

#[expect(clippy::cast_precision_loss, reason = "a count of words")]
fn ones(mask: TokenMask) -> f32 {
    mask.count_ones() as f32
}

/// Sorts candidates best first, by a total order, and keeps some.
fn keep_best(candidates: &mut Vec<Candidate>, count: usize) {
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
