//! Words of the query that places and postcodes answer: they name what contains a record.

use super::Ranked;
use super::candidates::{Evaluation, MAX_RANGE_POSTINGS, MAX_RANGE_TERMS};
use super::matches::{Part, TermMatch};
use super::query::{self, MAX_TOKENS, TokenMask};
use crate::error::Result;
use crate::geo::{DEGREE_M, LonLat};
use crate::record::RecordType;
use crate::shard::{Dictionary, Lookup, NO_PARENT, Occurrence, PostingReader, point};
use crate::sort::sort_by;

/// Words that a place's names or postcodes answer, and what they lose.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaceWords {
    pub(super) place: u32,
    pub(super) names: TokenMask,
    /// Words whose first and second halves its names have: one alone answers nothing.
    halves: [TokenMask; 2],
    pub(super) zipcodes: TokenMask,
    pub(super) costs: Costs,
    /// Words that it answers at a lower cost than any record does that does not answer them for
    /// free.
    pub(super) cheaper: TokenMask,
}

/// Words that what contains a record answers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    pub(super) words: TokenMask,
    /// Those at a lower cost than any record does that does not answer them for free.
    pub(super) cheaper: TokenMask,
}

impl Around {
    /// Words that are answered at no cost.
    pub(super) fn free(words: TokenMask) -> Self {
        Self { words, cheaper: words }
    }

    fn with(self, other: &PlaceWords) -> Self {
        Self { words: self.words | other.names, cheaper: self.cheaper | other.cheaper }
    }
}

impl PlaceWords {
    fn add(&mut self, found: &TermMatch) {
        let [first, second] = &mut self.halves;
        match found.part {
            Part::Whole => {
                self.names |= found.mask;
                lower(&mut self.costs, found.mask, found.cost);
                return;
            }
            Part::First => *first |= found.mask,
            Part::Second => *second |= found.mask,
        }
        let both = *first & *second & found.mask;
        self.names |= both;
        lower(&mut self.costs, both, found.cost);
    }
}

/// Points that each word loses by how it is answered.
pub(super) type Costs = [f32; MAX_TOKENS];

/// Postcodes that words of the query may be, with the words and their cost.
pub(super) type Zipcodes = [(u32, TokenMask, f32)];

/// Place words by ordinal.
pub(super) struct PlaceIndex {
    pub(super) list: Vec<PlaceWords>,
    /// One more than the number in the list, 0 for places without words.
    by_place: Vec<u32>,
    /// Cities that are named, by what contains them, ascending.
    pub(super) cities: Vec<(u32, u32)>,
    /// Points that each word loses at least when a record does not answer it for free.
    pub(super) least: Costs,
}

impl PlaceIndex {
    fn entry(&mut self, place: u32) -> Option<&mut PlaceWords> {
        let slot = self.by_place.get_mut(place as usize)?;
        if *slot == 0 {
            let costs = [f32::INFINITY; MAX_TOKENS];
            let halves = [0, 0];
            self.list.push(PlaceWords { place, names: 0, halves, zipcodes: 0, costs, cheaper: 0 });
            *slot = u32::try_from(self.list.len()).ok()?;
        }
        self.list.get_mut(*slot as usize - 1)
    }

    pub(super) fn get(&self, place: u32) -> Option<&PlaceWords> {
        let slot = self.by_place.get(place as usize)?.checked_sub(1)?;
        self.list.get(slot as usize)
    }
}

/// Notes that words are answered at a cost.
pub(super) fn lower(costs: &mut Costs, words: TokenMask, cost: f32) {
    let mut rest = words;
    while let Some(slot) = costs.get_mut(rest.trailing_zeros() as usize) {
        *slot = slot.min(cost);
        rest &= rest - 1;
    }
}

/// Whether two points are so near; most are not even in latitude, which takes no trigonometry.
fn is_within(a: LonLat, b: LonLat, distance_m: f64) -> bool {
    (a.lat - b.lat).abs() * DEGREE_M <= distance_m && a.distance_m(b) <= distance_m
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the postcodes that words of the query may be, with the words and their cost.
    pub(super) fn zipcodes(&self) -> Vec<(u32, TokenMask, f32)> {
        let mut found = Vec::new();
        let tokens = &self.query.tokens;
        let started = self.weights.points.zipcode_prefix_cost;
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
                        found.push((number, mask, if exact { 0.0 } else { started }));
                    }
                }
            }
        }
        found
    }

    /// Collects the words that each place answers.
    pub(super) fn place_words(
        &self,
        zipcodes: &Zipcodes,
        ranked: &mut Ranked,
    ) -> Result<PlaceIndex> {
        let places = self.shard.places();
        let mut index = PlaceIndex {
            list: Vec::new(),
            by_place: vec![0; places.places.len()],
            cities: Vec::new(),
            least: self.least_costs(&self.record_matches.list),
        };
        let corrected =
            self.shard.overlay.as_ref().filter(|overlay| !overlay.place_names.is_empty());
        let n_base_pieces = corrected.map_or(0, |_| self.shard.n_base_pieces(Dictionary::Places));
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
            // Of places with other names than in the shard, those of the shard do not count.
            let replaced = |place: u32| {
                found.piece < n_base_pieces
                    && places.get(place).is_some_and(|place| place.replaced_names != 0)
            };
            for _ in found.start..found.end.min(found.start + MAX_RANGE_TERMS) {
                read +=
                    postings.list(places, false, &mut |Occurrence { target: place, .. }| {
                        if replaced(place) {
                            return;
                        }
                        if let Some(words) = index.entry(place) {
                            words.add(found);
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
        for words in &mut index.list {
            let all = self.weights.of(words.names | words.zipcodes).map(|(number, _)| number);
            let cheaper = all.filter(|at| words.costs.get(*at) < index.least.get(*at));
            words.cheaper = cheaper.fold(0, |all, at| all | 1 << at);
        }
        let city = |words: &PlaceWords| {
            let place = places.get(words.place)?;
            let named = words.names != 0 && place.kind == Some(RecordType::City);
            (named && place.located).then_some((place.parent, words.place))
        };
        index.cities = index.list.iter().filter_map(city).collect();
        sort_by(&mut index.cities, Ord::cmp);
        Ok(index)
    }

    /// Iterates over the named cities that may be meant where a place is: its own quarters, and
    /// the cities beside it.
    fn neighbours<'i>(
        &self,
        place: u32,
        index: &'i PlaceIndex,
    ) -> impl Iterator<Item = (&'i PlaceWords, LonLat)> {
        let places = self.shard.places();
        let parent = places.get(place).map_or(NO_PARENT, |place| place.parent);
        [place, parent].into_iter().filter(|parent| *parent != NO_PARENT).flat_map(move |parent| {
            let start = index.cities.partition_point(|(of, _)| *of < parent);
            let inside = index.cities.iter().skip(start);
            let inside = inside.take_while(move |(of, _)| *of == parent);
            let inside = inside.filter(move |(_, city)| *city != place);
            inside.filter_map(move |(_, city)| {
                let at = places.get(*city)?;
                Some((index.get(*city)?, point(at.lat, at.lon)))
            })
        })
    }

    /// Returns the words answered by cities whose middle is so near that people may name them in
    /// place of the one that contains the record, and what they lose.
    pub(super) fn neighbour_words(
        &self,
        place: u32,
        at: LonLat,
        known: TokenMask,
        index: &PlaceIndex,
        costs: &mut Costs,
    ) -> TokenMask {
        let weights = self.weights.points;
        let radius_m = f64::from(weights.neighbour_radius) * 1000.0;
        let mut all = 0;
        for (words, middle) in self.neighbours(place, index) {
            let names = words.names & !known;
            if names == 0 || !is_within(at, middle, radius_m) {
                continue;
            }
            all |= names;
            for (number, _) in self.weights.of(names) {
                let cost = words.costs.get(number).copied().unwrap_or_default();
                lower(costs, 1 << number, cost + weights.neighbour_cost);
            }
        }
        all
    }

    /// Whether a point is so near to the box of a chunk that holds records of a place.
    fn is_near_records(&self, place: u32, at: LonLat, distance_m: f64) -> bool {
        let places = self.shard.places();
        let mut added = self.shard.overlay.iter().flat_map(|overlay| overlay.boxes_of(place));
        if added.any(|bbox| bbox.distance_m(at) <= distance_m) {
            return true;
        }
        let mut adopted = self.shard.overlay.iter().flat_map(|overlay| overlay.adopted_by(place));
        if adopted.any(|removed| self.is_near_records(removed, at, distance_m)) {
            return true;
        }
        let Some(place) = places.get(place).filter(|place| place.n_blocks > 0) else {
            return false;
        };
        let last = place.first_block.saturating_add(place.n_blocks - 1);
        let first = places.chunk_of_block(place.first_block).map_or(0, |(chunk, _)| chunk);
        let last = places.chunk_of_block(last).map_or(0, |(chunk, _)| chunk);
        let margin = distance_m / DEGREE_M;
        let mut chunks = places.records.iter().skip(first).take(last + 1 - first.min(last));
        chunks.any(|chunk| {
            let bbox = &chunk.bbox;
            let beside = at.lat < bbox.min_lat - margin || at.lat > bbox.max_lat + margin;
            !beside && bbox.distance_m(at) <= distance_m
        })
    }

    /// Returns the words answered by a place and all that contain it.
    pub(super) fn words_around(&self, place: u32, index: &PlaceIndex) -> Around {
        let chain = self.shard.places().chain(place);
        let words = chain.filter_map(|(ordinal, _)| index.get(ordinal));
        let around = words.fold(Around::default(), Around::with);
        if index.cities.is_empty() {
            return around;
        }
        // Cities beside count where they are near any record of the place.
        let radius_m = f64::from(self.weights.points.neighbour_radius) * 1000.0;
        let near = self.neighbours(place, index);
        let near = near.filter(|(_, at)| self.is_near_records(place, *at, radius_m));
        near.fold(around, |all, (words, _)| all.with(words))
    }

    /// Returns the words answered by a place and all that contain it, and what they lose.
    pub(super) fn container_words(
        &self,
        place: u32,
        index: &PlaceIndex,
        costs: &mut Costs,
    ) -> TokenMask {
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
}
