//! Scores of places and records, with the houses of streets.

use super::Ranked;
use super::candidates::{Candidate, Evaluation, Target};
use super::containers::{Costs, PlaceIndex, PlaceWords, Zipcodes, lower};
use super::house::{FoundHouse, find_house};
use super::name_match::NameMatch;
use super::query::{MAX_TOKENS, Token, TokenMask};
use super::score::{Score, population_points};
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Block, Dictionary, Lookup, Place, Record, StoredHouse, point};
use crate::text;

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
        let weights = self.weights.points;
        let mut score = Score::new(self.request.explain);
        let mut aside = 0.0;
        let own = match best {
            Some(best) => {
                let (rest, by_role) = match self.lost_by_code(place, &best) {
                    Some(lost) if best.rest - best.by_role < -lost => (0.0, lost),
                    _ => (best.rest, best.by_role),
                };
                score.add("rest of name", rest);
                score.add("other name", -by_role);
                self.own_costs(&best, &mut costs);
                aside = self.aside(&best);
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
        score.add_size(weights, place);
        score.add("type", weights.of_type(kind));
        score.add_proximity(weights, point(place.lat, place.lon), self.request.coordinates, kind);
        let total = score.total();
        let target = Target::Place(words.place);
        Ok(Some(Candidate { target, score, total, explained: own | container, aside }))
    }

    /// Returns what a place loses by being asked for by its official code alone, or a country by
    /// another short name: what an other name loses, nothing when it is typed in capitals. `None`
    /// when it is not.
    fn lost_by_code(&self, place: &Place, best: &NameMatch) -> Option<f32> {
        let mut asked = self.weights.of(best.words);
        let (Some((index, _)), None) = (asked.next(), asked.next()) else { return None };
        let token = self.query.tokens.get(index)?;
        let is_code = text::fold(self.shard.places().code(place)) == token.term
            || (place.kind == Some(RecordType::Country) && best.alternate && best.complete);
        is_code.then_some(if token.capitals { 0.0 } else { self.weights.points.alternate_name })
    }

    /// Returns what the records of a block have in common.
    pub(super) fn around_records(&self, block: u32, index: &PlaceIndex) -> Option<Around> {
        let places = self.shard.places();
        let place = places.place_of_block(block)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let words = self.container_words(place, index, &mut costs);
        let population = places.get(place).map_or(0, |place| place.population);
        let population = population_points(self.weights.points.city_population, population);
        Some(Around { place, words, costs, population })
    }

    /// Returns the points of the prominence of a street or point.
    fn importance_points(&self, record: &Record) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "at most 15")]
        let share = record.importance as f32 / 15.0;
        share * self.weights.points.importance
    }

    /// Returns the points that a record wins by what it is: importance, population, type.
    pub(super) fn static_points_of(&self, record: &Record, around: &Around) -> f32 {
        let size = if record.kind == RecordType::City {
            self.weights.points.population * record.digits
        } else {
            let code = self.weights.points.most_code_points(record.kind);
            self.importance_points(record) + code + around.population
        };
        size + self.weights.points.of_type(record.kind)
    }

    /// Scores a record by its best name, with the house that was found on it.
    pub(super) fn score_record(
        &self,
        (block, index): (u32, usize),
        decoded: &Block,
        record: &Record,
        best: &NameMatch,
        house: Option<FoundHouse>,
        of: &Of<'_>,
    ) -> Candidate {
        let Of { around, places, zipcodes } = of;
        let mut costs = best.costs;
        for (slot, cost) in costs.iter_mut().zip(&around.costs) {
            *slot = slot.min(*cost);
        }
        let mut container = around.words;
        let at = point(record.lat, record.lon);
        container |=
            self.neighbour_words(around.place, at, container | best.words, places, &mut costs);
        if !zipcodes.is_empty() {
            let own_zipcodes = self.shard.record_zipcodes(decoded, record, around.place);
            for (zipcode, mask, cost) in *zipcodes {
                if own_zipcodes.contains(zipcode) {
                    container |= mask;
                    lower(&mut costs, *mask, *cost);
                }
            }
        }
        let weights = self.weights.points;
        let mut score = Score::new(self.request.explain);
        let street = record.kind == RecordType::Street;
        // Until the houses of a street are looked up, its numbers count for nothing.
        let numbers = self.query.numbers.iter().fold(0, |mask, number| mask | number.mask);
        let (mut ignored, mut house_words) = (0, 0);
        let mut own = best.words;
        let mut explained = own | container;
        if street {
            ignored = numbers & !explained;
            if let Some(house) = &house {
                score.add("house number", house.points);
                // A number that is the start of a postcode as well was meant as the house's.
                container &= !house.mask;
                own &= !house.mask;
                explained |= house.mask;
                house_words = house.mask;
                score.add("foreign numbers", -house.foreign);
            } else if ignored != 0 {
                score.add("house number", -weights.number_absent);
            }
        }
        score.add("rest of name", best.rest);
        // Who types KEF in full means the airport of that code, not what goes on so.
        let free = |(index, _)| best.costs.get(index) == Some(&0.0);
        let code = |(index, _)| self.query.tokens.get(index).is_some_and(Token::is_airport_code);
        let mut words = self.weights.of(best.words);
        let whole = best.complete && words.next().is_some_and(|word| free(word) && code(word));
        if best.alternate && record.kind == RecordType::Airport && whole && words.next().is_none() {
            let capitals = self.query.tokens.iter().any(|token| token.capitals);
            let more = if capitals { weights.capital_code } else { 0.0 };
            score.add("airport code", weights.airport_code + more);
        } else {
            score.add("other name", -best.by_role);
        }
        if record.kind.is_place() {
            self.own_costs(best, &mut costs);
        } else {
            // Who names the city means where it is, also when the name repeats that.
            own &= !container;
        }
        score.add_words(self.weights, own, container, ignored | house_words, &costs);
        if record.kind == RecordType::City {
            score.add_population(weights.population, record.population);
        } else {
            score.add("importance", self.importance_points(record));
            score.add("population", around.population);
        }
        score.add("type", weights.of_type(record.kind));
        score.add_proximity(weights, at, self.request.coordinates, record.kind);
        let total = score.total();
        let target = Target::Record { block, index, house };
        let aside = self.aside(best);
        Candidate { target, score, total, explained, aside }
    }

    /// Returns the points that a name loses by further words and by not being the one that is
    /// shown; none where it is what was typed, as codes are.
    fn aside(&self, best: &NameMatch) -> f32 {
        let free = |(index, _)| best.costs.get(index) == Some(&0.0);
        let is_typed = best.complete && self.weights.of(best.words).all(free);
        if is_typed { 0.0 } else { best.by_role - best.rest }
    }

    /// Sets the costs of the words that a name answers to what it takes to find them there, however
    /// well they name what is around.
    fn own_costs(&self, best: &NameMatch, costs: &mut Costs) {
        for (index, _) in self.weights.of(best.words) {
            if let (Some(slot), Some(cost)) = (costs.get_mut(index), best.costs.get(index)) {
                *slot = *cost;
            }
        }
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
        let weights = self.weights.points;
        let longest = self.query.numbers.iter().map(|number| number.mask.count_ones()).max();
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        let further = longest.unwrap_or(1).saturating_sub(1) as f32;
        let gain = weights.number_exact + weights.number_absent + weights.number_word * further;
        let mut best: Vec<f32> = Vec::new();
        for candidate in &mut ranked.candidates {
            let beaten = best.get(wanted.saturating_sub(1));
            // What is behind an answer to everything only fills the list.
            let behind = best.first().is_some_and(|first| candidate.total + 2.0 * gain < *first);
            if beaten.is_some_and(|last| behind || candidate.total + gain <= *last) {
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

    /// Returns the words that are a postcode of the record in full.
    fn own_zipcodes(
        &self,
        record: &Record,
        block: &Block,
        place: u32,
        zipcodes: &Zipcodes,
    ) -> TokenMask {
        let own = self.shard.record_zipcodes(block, record, place);
        let whole =
            zipcodes.iter().filter(|(zipcode, _, cost)| *cost == 0.0 && own.contains(zipcode));
        whole.fold(0, |words, (_, mask, _)| words | mask)
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
        if record.kind != RecordType::Street {
            return Ok(None);
        }
        let others = match self.shard.alternates(block)? {
            Lookup::Found(others) => others,
            Lookup::Missing(chunk) => {
                missing.push(chunk);
                None
            }
        };
        let names = decoded.names.names(number);
        let others = others.iter().flat_map(|lists| lists.names(number));
        let Some(best) = self.best_name(Dictionary::Records, names.chain(others))? else {
            return Ok(None);
        };
        // A number that only starts a word of the name is none of the name.
        let longer = self.weights.of(best.words);
        let longer = longer.filter(|(index, _)| best.costs.get(*index).is_some_and(|c| *c > 0.0));
        let longer = longer.fold(0, |words, (index, _)| words | 1 << index);
        // What names of places have is rather a house's than a further word of theirs.
        let Some(around) = self.around_records(block, index) else { return Ok(None) };
        let own_zipcodes = self.own_zipcodes(record, &decoded, around.place, zipcodes);
        let taken = (best.words & !longer) | own_zipcodes;
        if self.query.numbers.iter().all(|number| number.digits() & taken != 0) {
            return Ok(None);
        }
        let known = candidate.explained;
        let found = match self.shard.street_houses(block, number)? {
            Lookup::Found((chunk, houses)) => {
                let suffix = |house: &StoredHouse| chunk.suffix_text(house.suffix);
                let houses = houses.of(number);
                find_house(houses, suffix, self.query, taken, known, self.weights.points)
            }
            Lookup::Missing(chunk) => {
                missing.push(chunk);
                None
            }
        };
        let of = Of { around: &around, places: index, zipcodes };
        let at = (block, number);
        Ok(Some(self.score_record(at, &decoded, record, &best, found, &of)))
    }
}

/// What the score of a record depends on besides the record and its name.
pub(super) struct Of<'a> {
    pub(super) around: &'a Around,
    pub(super) places: &'a PlaceIndex,
    pub(super) zipcodes: &'a Zipcodes,
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
