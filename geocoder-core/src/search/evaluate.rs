//! Scores of places and records, with the houses of streets.

use super::Ranked;
use super::bounds::MOST_NUMBER_WORDS;
use super::candidates::{Candidate, Evaluation, Target};
use super::containers::{Costs, PlaceIndex, PlaceWords, Zipcodes, lower};
use super::house::{FoundHouse, find_house};
use super::name_match::NameMatch;
use super::query::{MAX_TOKENS, TokenMask};
use super::score::{Score, WEIGHTS, population_points, type_prior};
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Block, Dictionary, Lookup, Place, Record, StoredHouse, point};

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Scores a place; `None` when nothing of it is asked for.
    pub(super) fn score_place(
        &self,
        place: &Place,
        words: &PlaceWords,
        index: &PlaceIndex,
    ) -> Result<Option<Candidate>> {
        let Some(kind) = place.kind else { return Ok(None) };
        let names = self.shard.place_name_terms(place)?;
        let best = self.best_name(Dictionary::Places, names.names(0))?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let mut container = self.container_words(place.parent, index, &mut costs);
        container |= words.zipcodes;
        let mut score = Score::new(self.request.explain);
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
        // What its other names cost says nothing about the best one, but postcodes stand apart.
        for (index, _) in self.weights.of(words.zipcodes) {
            if let (Some(slot), Some(cost)) = (costs.get_mut(index), words.costs.get(index)) {
                *slot = slot.min(*cost);
            }
        }
        score.add_words(self.weights, own, container, 0, &costs);
        score.add_size(place);
        score.add("type", type_prior(kind));
        score.add_proximity(point(place.lat, place.lon), self.request.coordinates, kind);
        let total = score.total();
        let target = Target::Place(words.place);
        Ok(Some(Candidate { target, score, total, explained: own | container }))
    }

    /// Returns what the records of a block have in common.
    pub(super) fn around_records(&self, block: u32, index: &PlaceIndex) -> Option<Around> {
        let places = self.shard.places();
        let place = places.place_of_block(block)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let words = self.container_words(place, index, &mut costs);
        let population = places.get(place).map_or(0, |place| place.population);
        let population = population_points(WEIGHTS.city_population, population);
        Some(Around { place, words, costs, population })
    }

    /// Returns the points that a record wins by what it is: importance, population, type.
    pub(super) fn static_points_of(&self, record: &Record, around: &Around) -> f32 {
        let size = if record.kind == RecordType::City {
            population_points(WEIGHTS.population, record.population)
        } else {
            let code =
                if record.kind == RecordType::Airport { WEIGHTS.airport_code } else { 0.0 };
            importance_points(record) + code + around.population
        };
        size + type_prior(record.kind)
    }

    /// Scores a record by its best name, with the house that was found on it.
    pub(super) fn score_record(
        &self,
        (block, index): (u32, usize),
        decoded: &Block,
        record: &Record,
        best: &NameMatch,
        house: Option<FoundHouse>,
        around: &Around,
        zipcodes: &Zipcodes,
    ) -> Candidate {
        let mut costs = best.costs;
        for (slot, cost) in costs.iter_mut().zip(&around.costs) {
            *slot = slot.min(*cost);
        }
        let mut container = around.words;
        if !zipcodes.is_empty() {
            let own_zipcodes = self.shard.record_zipcodes(decoded, record, around.place);
            for (zipcode, mask, cost) in zipcodes {
                if own_zipcodes.contains(zipcode) {
                    container |= mask;
                    lower(&mut costs, *mask, *cost);
                }
            }
        }
        let mut score = Score::new(self.request.explain);
        let street = record.kind == RecordType::Street;
        // Until the houses of a street are looked up, its numbers count for nothing.
        let numbers = self.query.numbers.iter().fold(0, |mask, number| mask | number.mask);
        let mut ignored = 0;
        let mut explained = best.words | container;
        if street {
            ignored = numbers & !explained;
            if let Some(house) = &house {
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
        // Who types KEF in full means the airport of that code, not what goes on so.
        let free = |(index, _)| best.costs.get(index) == Some(&0.0);
        let whole = best.coverage >= 1.0 && self.weights.of(best.words).all(free);
        if best.alternate && record.kind == RecordType::Airport && whole {
            score.add("airport code", WEIGHTS.airport_code);
        } else if best.alternate {
            score.add("alternate name", -WEIGHTS.alternate_name);
        }
        score.add_words(self.weights, best.words, container, ignored, &costs);
        if record.kind == RecordType::City {
            score.add_population(WEIGHTS.population, record.population);
        } else {
            score.add("importance", importance_points(record));
            score.add("population", around.population);
        }
        score.add("type", type_prior(record.kind));
        score.add_proximity(point(record.lat, record.lon), self.request.coordinates, record.kind);
        let total = score.total();
        let target = Target::Record { block, index, house };
        Candidate { target, score, total, explained }
    }

    /// Looks the numbers of the query up on the streets among the candidates.
    pub(super) fn find_houses(
        &self,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        ranked: &mut Ranked,
    ) -> Result<()> {
        // Candidates come best first. Once enough are known with their houses, one that could
        // not overtake the last of them even with its house need not be looked at.
        let wanted = self.request.max_results;
        let gain = WEIGHTS.number_exact - WEIGHTS.number_absent + MOST_NUMBER_WORDS;
        let mut best: Vec<f32> = Vec::new();
        for candidate in &mut ranked.candidates {
            let beaten = best.get(wanted.saturating_sub(1));
            if beaten.is_some_and(|last| candidate.total + gain < *last) {
                break;
            }
            if let Some(scored) =
                self.with_house(candidate, index, zipcodes, &mut ranked.missing)?
            {
                *candidate = scored;
            }
            let at = best.partition_point(|better| *better >= candidate.total);
            best.insert(at, candidate.total);
        }
        Ok(())
    }

    /// Looks up the house of one candidate and scores it again.
    fn with_house(
        &self,
        candidate: &Candidate,
        index: &PlaceIndex,
        zipcodes: &Zipcodes,
        missing: &mut Vec<usize>,
    ) -> Result<Option<Candidate>> {
        let Target::Record { block, index: number, .. } = candidate.target else {
            return Ok(None);
        };
        let Lookup::Found(decoded) = self.shard.block(block)? else { return Ok(None) };
        let Some(record) = decoded.records.get(number) else { return Ok(None) };
        let taken = candidate.explained & !started_zipcodes(zipcodes);
        let free = self.query.numbers.iter().any(|number| number.mask & taken == 0);
        if record.kind != RecordType::Street || !free {
            return Ok(None);
        }
        let found = match self.shard.block_houses(block)? {
            Lookup::Found((chunk, houses)) => {
                let suffix = |house: &StoredHouse| chunk.suffix_text(house.suffix);
                find_house(houses.of(number), suffix, &self.query.numbers, taken)
            }
            Lookup::Missing(chunk) => {
                missing.push(chunk);
                None
            }
        };
        let Some(around) = self.around_records(block, index) else { return Ok(None) };
        let names = decoded.names.names(number);
        let Some(best) = self.best_name(Dictionary::Records, names)? else {
            return Ok(None);
        };
        let at = (block, number);
        Ok(Some(self.score_record(at, &decoded, record, &best, found, &around, zipcodes)))
    }
}

/// What the records of a block have in common.
pub(super) struct Around {
    place: u32,
    /// Words that what contains them answers, and what these lose.
    words: TokenMask,
    costs: Costs,
    /// Points of the population of their city, of streets and points.
    population: f32,
}

/// Points of the prominence of a street or point.
fn importance_points(record: &Record) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "at most 15")]
    let share = record.importance as f32 / 15.0;
    share * WEIGHTS.importance
}

/// Words that only start a postcode: they may as well be house numbers.
fn started_zipcodes(zipcodes: &Zipcodes) -> TokenMask {
    let whole = zipcodes.iter().filter(|(_, _, cost)| *cost == 0.0);
    let whole = whole.fold(0, |words, (_, mask, _)| words | mask);
    zipcodes.iter().fold(0, |words, (_, mask, _)| words | mask) & !whole
}

#[expect(clippy::cast_precision_loss, reason = "a count of words")]
fn ones(mask: TokenMask) -> f32 {
    mask.count_ones() as f32
}
