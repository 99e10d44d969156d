//! The score of a result: a sum of terms, each one explainable, with its weights in one place.

use super::query::{Query, TokenMask, Weight, weight};
use crate::geo::LonLat;
use crate::lexicon::Lexicon;
use crate::record::RecordType;
use crate::response::Explanation;
use crate::shard::Place;

/// Weights of the score; see `docs/RANKING.md` for the formula and where they come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weights {
    /// Points of a word of content, a street type, a stop word that is found.
    pub(crate) content: f32,
    pub(crate) street_type: f32,
    pub(crate) stop: f32,
    /// Points lost by a word that is not found.
    pub(crate) content_missing: f32,
    pub(crate) type_missing: f32,
    pub(crate) stop_missing: f32,
    pub(crate) noise_missing: f32,
    /// Share of a word's points when it names what contains the result.
    pub(crate) container: f32,
    /// Points lost when nothing of the name is asked for, in proportion.
    pub(crate) name_rest: f32,
    pub(crate) alternate_name: f32,
    /// Points of an airport whose code is asked for.
    pub(crate) airport_code: f32,
    /// Outcomes of the search for a house number.
    pub(crate) number_exact: f32,
    pub(crate) number_near: f32,
    pub(crate) number_interpolated: f32,
    pub(crate) number_absent: f32,
    pub(crate) number_foreign: f32,
    /// Points per tenfold population, of places and of the city of streets and points.
    pub(crate) population: f32,
    pub(crate) city_population: f32,
    /// Points of the most important streets and points.
    pub(crate) importance: f32,
    /// Points of something at the very coordinates of the request.
    pub(crate) proximity: f32,
}

/// The weights in use.
pub(crate) const WEIGHTS: Weights = Weights {
    content: 10.0,
    street_type: 4.0,
    stop: 2.0,
    content_missing: 6.0,
    type_missing: 3.0,
    stop_missing: 1.0,
    noise_missing: 0.5,
    container: 0.9,
    name_rest: 6.0,
    alternate_name: 1.5,
    airport_code: 3.0,
    number_exact: 6.0,
    number_near: 4.0,
    number_interpolated: 2.0,
    number_absent: -2.0,
    number_foreign: -4.0,
    population: 0.8,
    city_population: 0.2,
    importance: 1.5,
    proximity: 4.0,
};

/// Least points of a word that is found, whatever it costs.
pub(crate) const LEAST_FOUND: f32 = 0.5;

/// Distance at which proximity has fallen to 61 %, for streets and points, and for places:
/// carmen's radii of 160 km and 960 km, a third each.
const NEAR_STREET_M: f64 = 53_000.0;
const NEAR_PLACE_M: f64 = 320_000.0;

/// What a factor of ten in inhabitants adds to the importance of a place, as builders set it.
const IMPORTANCE_PER_DIGIT: f32 = 12.0;
/// Digits that the population of a region counts less than that of a city: who types Zürich
/// means the city, although the canton has more inhabitants.
const AREA_DIGITS: f32 = 1.0;

impl Weights {
    /// Points of a word that is found.
    pub(crate) fn found(&self, kind: Weight) -> f32 {
        match kind {
            Weight::Content => self.content,
            Weight::Type => self.street_type,
            Weight::Stop => self.stop,
            Weight::Noise => self.noise_missing,
        }
    }

    /// Points lost by a word that is not found.
    pub(crate) fn missing(&self, kind: Weight) -> f32 {
        match kind {
            Weight::Content => self.content_missing,
            Weight::Type => self.type_missing,
            Weight::Stop => self.stop_missing,
            Weight::Noise => self.noise_missing,
        }
    }
}

/// What the words of a query weigh in the languages of a shard.
#[derive(Debug, Clone)]
pub(crate) struct TokenWeights {
    kinds: Vec<Weight>,
}

impl TokenWeights {
    pub(crate) fn new(query: &Query, lexicon: &Lexicon) -> Self {
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
        Self { kinds }
    }

    /// Iterates over the words of a set with their kinds.
    pub(crate) fn of(&self, mask: TokenMask) -> impl Iterator<Item = (usize, Weight)> {
        let kinds = self.kinds.iter().copied().enumerate();
        kinds.filter(move |(index, _)| mask & 1 << index != 0)
    }

    /// Words without which an answer is incomplete.
    pub(crate) fn content(&self) -> TokenMask {
        let kinds = self.kinds.iter().enumerate();
        kinds.filter(|(_, kind)| **kind == Weight::Content).map(|(index, _)| 1 << index).sum()
    }

    /// Points of all words when all are found.
    pub(crate) fn most_found(&self) -> f32 {
        self.kinds.iter().map(|kind| WEIGHTS.found(*kind)).sum()
    }

    /// Difference that finding the words of a set makes.
    pub(crate) fn potential(&self, mask: TokenMask) -> f32 {
        self.of(mask).map(|(_, kind)| WEIGHTS.found(kind) + WEIGHTS.missing(kind)).sum()
    }
}

/// A score under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    terms: Vec<(&'static str, f32)>,
}

impl Score {
    pub(crate) fn add(&mut self, name: &'static str, points: f32) {
        if points != 0.0 {
            self.terms.push((name, points));
        }
    }

    pub(crate) fn total(&self) -> f32 {
        self.terms.iter().map(|(_, points)| points).sum()
    }

    /// Words found and not found, given the points each word found has lost.
    pub(crate) fn add_words(
        &mut self,
        weights: &TokenWeights,
        own: TokenMask,
        container: TokenMask,
        ignored: TokenMask,
        costs: &[f32],
    ) {
        let cost = |index: usize| costs.get(index).copied().unwrap_or_default();
        let all = TokenMask::MAX;
        let own_points = |(index, kind)| (WEIGHTS.found(kind) - cost(index)).max(LEAST_FOUND);
        self.add("name", weights.of(own).map(own_points).sum());
        let shared = |(index, kind)| own_points((index, kind)) * WEIGHTS.container;
        self.add("containers", weights.of(container & !own).map(shared).sum());
        let missing = weights.of(all & !(own | container | ignored));
        self.add("missing words", -missing.map(|(_, kind)| WEIGHTS.missing(kind)).sum::<f32>());
    }

    /// How near something is to the coordinates of the request.
    pub(crate) fn add_proximity(&mut self, at: LonLat, from: Option<LonLat>, kind: RecordType) {
        let Some(from) = from else { return };
        let radius = if kind.is_place() { NEAR_PLACE_M } else { NEAR_STREET_M };
        let share = at.distance_m(from) / radius;
        #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
        let points = (-0.5 * share * share).exp() as f32 * WEIGHTS.proximity;
        self.add("proximity", points);
    }

    pub(crate) fn add_population(&mut self, points_per_digit: f32, population: u32) {
        self.add("population", population_points(points_per_digit, population));
    }

    /// Adds points for the size of a place: its population, or what its importance says where
    /// that is unknown.
    pub(crate) fn add_size(&mut self, place: &Place) {
        let Some(kind) = place.kind else { return };
        let area = if kind == RecordType::City { 0.0 } else { AREA_DIGITS };
        let (name, digits) = if place.population > 0 {
            ("population", population_points(1.0, place.population))
        } else {
            #[expect(clippy::cast_precision_loss, reason = "at most 255")]
            let above = place.importance as f32 - base_importance(kind);
            ("importance", above / IMPORTANCE_PER_DIGIT)
        };
        self.add(name, WEIGHTS.population * (digits - area).max(0.0));
    }

    pub(crate) fn explain(self) -> Explanation {
        Explanation { score: self.total(), terms: self.terms }
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

/// Points of a population, given those of a tenfold one.
pub(crate) fn population_points(points_per_digit: f32, population: u32) -> f32 {
    // C libraries differ in the last bit of a logarithm; of 64 bits the first 32 are the same.
    let digits = (f64::from(population) + 1.0).log10() as f32;
    points_per_digit * digits
}

/// Points of a type when a name alone is typed: people mean the larger thing.
pub(crate) fn type_prior(kind: RecordType) -> f32 {
    match kind {
        RecordType::Country => 2.0,
        RecordType::City => 1.5,
        RecordType::Administrative => 1.0,
        RecordType::County | RecordType::Airport | RecordType::Train => 0.5,
        RecordType::Street => 0.3,
        RecordType::Townhall | RecordType::Tourism => 0.2,
        RecordType::Bus => 0.0,
    }
}
