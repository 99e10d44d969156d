//! The score of a result: a sum of terms, each one explainable, with its weights in one place.

use super::query::{Query, TokenMask, Weight, weight};
use crate::geo::LonLat;
use crate::lexicon::Lexicon;
use crate::record::RecordType;
use crate::response::Explanation;
use crate::shard::{Place, decimal_digits};
use crate::weights::Weights;

/// What a factor of ten in inhabitants adds to the importance of a place, as builders set it.
const IMPORTANCE_PER_DIGIT: f32 = 12.0;
/// The same for countries: 12 would be above what a byte can hold.
const COUNTRY_IMPORTANCE_PER_DIGIT: f32 = 6.0;
/// Digits that the population of a region counts less than that of a city: who types Zürich
/// means the city, although the canton has more inhabitants.
const AREA_DIGITS: f32 = 1.0;

impl Weights {
    /// Most points that a record wins by being asked for by its code, as airports are.
    pub(crate) fn most_code_points(&self, kind: RecordType) -> f32 {
        // The code is a name that is not shown, and does not lose for being one.
        let code = self.airport_code + self.capital_code + self.alternate_name;
        if kind == RecordType::Airport { code } else { 0.0 }
    }

    /// Points of something at a distance, given where they have fallen to 61 %.
    pub(crate) fn proximity_points(&self, distance_m: f64, radius_km: f32) -> f32 {
        let share = distance_m / (f64::from(radius_km) * 1000.0);
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        let share = (-0.5 * share * share).exp() as f32;
        share * self.proximity
    }

    /// Points of a word that is found.
    pub(crate) fn found(&self, kind: Weight) -> f32 {
        match kind {
            Weight::Content => self.content,
            Weight::Number => self.number,
            Weight::Type => self.street_type,
            Weight::Stop => self.stop,
            Weight::Noise => self.noise_missing,
        }
    }

    /// Points lost by a word that is not found.
    pub(crate) fn missing(&self, kind: Weight) -> f32 {
        match kind {
            Weight::Content => self.content_missing,
            Weight::Number => self.number_missing,
            Weight::Type => self.type_missing,
            Weight::Stop => self.stop_missing,
            Weight::Noise => self.noise_missing,
        }
    }

    /// Points of a type when a name alone is typed: people mean the larger thing.
    pub(crate) fn of_type(&self, kind: RecordType) -> f32 {
        match kind {
            RecordType::Country => self.country_type,
            RecordType::City => self.city_type,
            RecordType::Administrative => self.administrative_type,
            RecordType::County => self.county_type,
            RecordType::Airport | RecordType::Train => self.station_type,
            RecordType::Street => self.street_type_prior,
            RecordType::Townhall | RecordType::Tourism => self.sight_type,
            RecordType::Bus => self.bus_type,
        }
    }
}

/// What the words of a query weigh in the languages of a shard.
#[derive(Debug, Clone)]
pub(crate) struct TokenWeights<'a> {
    /// Weights of the shard.
    pub(crate) points: &'a Weights,
    kinds: Vec<Weight>,
    /// Points lost when no word is found.
    pub(crate) all_missing: f32,
}

impl<'a> TokenWeights<'a> {
    /// Weighs the words of a query, of which some numbers are of no interest.
    pub(crate) fn new(
        query: &Query,
        units: TokenMask,
        lexicon: &Lexicon,
        points: &'a Weights,
    ) -> Self {
        let mut kinds: Vec<Weight> =
            query.tokens.iter().map(|token| weight(&token.term, lexicon)).collect();
        // A query whose words are all street types or articles means them: Am Bach 17.
        let words = query.tokens.iter().zip(&kinds).filter(|(token, _)| !token.has_digit);
        if words.clone().all(|(_, kind)| *kind != Weight::Content) {
            let types = words.clone().any(|(_, kind)| *kind == Weight::Type);
            for (token, kind) in query.tokens.iter().zip(&mut kinds) {
                if !token.has_digit && (!types || *kind == Weight::Type) {
                    *kind = Weight::Content;
                }
            }
        }
        for (index, kind) in kinds.iter_mut().enumerate() {
            let mask = 1 << index;
            let suffix = query.numbers.iter().any(|n| n.mask & !n.digits() & mask != 0);
            if units & mask != 0 {
                *kind = Weight::Noise;
            } else if *kind == Weight::Content && query.numbers.iter().any(|n| n.mask == mask) {
                *kind = Weight::Number;
            } else if *kind == Weight::Content && suffix {
                // A letter behind a number says little about anything but the house.
                *kind = Weight::Stop;
            }
        }
        let all_missing = kinds.iter().map(|kind| points.missing(*kind)).sum();
        Self { points, kinds, all_missing }
    }

    /// Iterates over the words of a set with their kinds.
    pub(crate) fn of(&self, mask: TokenMask) -> impl Iterator<Item = (usize, Weight)> {
        let kinds = self.kinds.iter().copied().enumerate();
        kinds.filter(move |(index, _)| mask & 1 << index != 0)
    }

    /// Words that say where, numbers included.
    pub(crate) fn content(&self) -> TokenMask {
        self.of_kinds(&[Weight::Content, Weight::Number])
    }

    /// Words without which an answer is incomplete; numbers may be missing.
    pub(crate) fn needed(&self) -> TokenMask {
        self.of_kinds(&[Weight::Content])
    }

    fn of_kinds(&self, wanted: &[Weight]) -> TokenMask {
        let kinds = self.kinds.iter().enumerate();
        kinds.filter(|(_, kind)| wanted.contains(kind)).map(|(index, _)| 1 << index).sum()
    }

    /// Difference that finding the words of a set makes.
    pub(crate) fn potential(&self, mask: TokenMask) -> f32 {
        self.of(mask).map(|(_, kind)| self.points.found(kind) + self.points.missing(kind)).sum()
    }
}

/// A score under construction.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    total: f32,
    /// The terms, when someone asks for them.
    terms: Option<Vec<(&'static str, f32)>>,
}

impl Score {
    /// Starts at nothing; keeps the terms when they are to be explained.
    pub(crate) fn new(explain: bool) -> Self {
        Self { total: 0.0, terms: explain.then(Vec::new) }
    }

    pub(crate) fn add(&mut self, name: &'static str, points: f32) {
        self.total += points;
        if points != 0.0
            && let Some(terms) = &mut self.terms
        {
            terms.push((name, points));
        }
    }

    pub(crate) fn total(&self) -> f32 {
        self.total
    }

    /// Words found and not found, given the points each word found has lost.
    pub(crate) fn add_words(
        &mut self,
        weights: &TokenWeights<'_>,
        own: TokenMask,
        container: TokenMask,
        ignored: TokenMask,
        costs: &[f32],
    ) {
        let points = weights.points;
        let cost = |index: usize| costs.get(index).copied().unwrap_or_default();
        let all = TokenMask::MAX;
        let own_points = |(index, kind)| (points.found(kind) - cost(index)).max(points.least_found);
        self.add("name", weights.of(own).map(own_points).sum());
        let shared = |(index, kind)| own_points((index, kind)) * points.container;
        self.add("containers", weights.of(container & !own).map(shared).sum());
        let missing = weights.of(all & !(own | container | ignored));
        self.add("missing words", -missing.map(|(_, kind)| points.missing(kind)).sum::<f32>());
    }

    /// How near something is to the coordinates of the request.
    pub(crate) fn add_proximity(
        &mut self,
        weights: &Weights,
        at: LonLat,
        from: Option<LonLat>,
        kind: RecordType,
    ) {
        let Some(from) = from else { return };
        let radius_km = if kind.is_place() { weights.place_radius } else { weights.street_radius };
        self.add("proximity", weights.proximity_points(at.distance_m(from), radius_km));
    }

    pub(crate) fn add_population(&mut self, points_per_digit: f32, population: u32) {
        self.add("population", population_points(points_per_digit, population));
    }

    /// Adds points for the size of a place.
    pub(crate) fn add_size(&mut self, weights: &Weights, place: &Place) {
        let (name, points) = size_points(weights, place);
        self.add(name, points);
    }

    /// Returns the terms, if they were kept.
    pub(crate) fn explain(self) -> Option<Explanation> {
        let score = self.total;
        self.terms.map(|terms| Explanation { score, terms })
    }
}

/// Importance of a place without inhabitants, as builders set it.
fn base_importance(kind: RecordType) -> f32 {
    match kind {
        RecordType::Country => 200.0,
        RecordType::Administrative => 150.0,
        RecordType::County => 125.0,
        _ => 75.0,
    }
}

/// Points for the size of a place: its population, or what its importance says where that is
/// unknown.
pub(crate) fn size_points(weights: &Weights, place: &Place) -> (&'static str, f32) {
    let kind = place.kind.unwrap_or(RecordType::City);
    let area = if kind == RecordType::City { 0.0 } else { AREA_DIGITS };
    let (name, digits) = if place.population > 0 {
        ("population", population_points(1.0, place.population))
    } else {
        #[expect(clippy::cast_precision_loss, reason = "at most 255")]
        let above = place.importance as f32 - base_importance(kind);
        let per_digit = match kind {
            RecordType::Country => COUNTRY_IMPORTANCE_PER_DIGIT,
            _ => IMPORTANCE_PER_DIGIT,
        };
        ("importance", above / per_digit)
    };
    (name, weights.population * (digits - area).max(0.0))
}

/// Points of a population, given those of a tenfold one.
pub(crate) fn population_points(points_per_digit: f32, population: u32) -> f32 {
    points_per_digit * decimal_digits(population)
}
