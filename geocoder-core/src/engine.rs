//! The geocoder: several shards behind one search and one reverse call.

use std::vec::IntoIter;

use crate::error::Result;
use crate::features::{Features, collect};
use crate::geo::{BBox, LonLat};
use crate::present::{locate, present};
use crate::record::{CountryCode, Precision, RecordType};
use crate::request::{MAX_RESULTS, ReverseRequest, SearchRequest};
use crate::response::{ChunkId, Explanation, Hit, SearchResponse};
use crate::reverse::{Nearby, reverse};
use crate::search::{Candidate, Highlighter, Query, ShardSearch, crossings, escaped};
use crate::shard::Shard;
use crate::sort::sort_by;

/// Searches any number of shards, one a country; bytes are owned or borrowed (`D`).
///
/// A clone shares the shards with their bytes, tables and caches.
#[derive(Debug, Default)]
pub struct Geocoder<D> {
    shards: Vec<Shard<D>>,
}

impl<D> Clone for Geocoder<D> {
    fn clone(&self) -> Self {
        Self { shards: self.shards.clone() }
    }
}

impl<D: AsRef<[u8]>> Geocoder<D> {
    /// Makes a geocoder without shards; every search answers nothing.
    pub fn new() -> Self {
        Self { shards: Vec::new() }
    }

    /// Adds a shard, replacing the one of the same country, which is returned.
    pub fn insert(&mut self, shard: Shard<D>) -> Option<Shard<D>> {
        let old = self.remove(shard.meta().country);
        self.shards.push(shard);
        // Order by country makes answers independent of the order of loading.
        sort_by(&mut self.shards, |a, b| a.meta().country.cmp(&b.meta().country));
        old
    }

    /// Takes the shard of a country out.
    pub fn remove(&mut self, country: CountryCode) -> Option<Shard<D>> {
        let index = self.shards.iter().position(|shard| shard.meta().country == country)?;
        Some(self.shards.remove(index))
    }

    /// Returns the loaded shards, ordered by country code.
    pub fn shards(&self) -> &[Shard<D>] {
        &self.shards
    }

    /// Answers a forward search, best first.
    ///
    /// An empty query answers what is near the coordinates, or the most important places.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        let max_results = request.max_results.clamp(1, MAX_RESULTS);
        let request = &SearchRequest { max_results, ..request.clone() };
        let query = Query::parse(&request.query);
        let mut answer = Answer::new(request.max_results);
        if query.tokens.is_empty() {
            self.without_words(request, &mut answer)?;
            return Ok(answer.finish(request.query.clone()));
        }
        let mut searches = Vec::new();
        for (_, shard) in self.selected(&request.countries) {
            searches.push((shard, ShardSearch::plain(shard, request, &query)?));
        }
        // Where one country answers every word well, none is searched for what merely resembles
        // them.
        if searches.iter().all(|(_, search)| search.is_doubtful()) {
            for (_, search) in &mut searches {
                search.tolerate()?;
            }
        }
        let incomplete = searches.iter().all(|(_, search)| search.unexplained() != 0);
        self.crossings(request, &query, incomplete, &mut answer)?;
        let mut ranked: Vec<OfShard<'_, D>> = Vec::new();
        for (shard, search) in searches {
            let mut found = search.ranked;
            answer.missing(shard, &mut found.missing);
            let candidates = found.candidates.into_iter();
            ranked.push(OfShard { shard, candidates, highlighter: None });
        }
        while !answer.is_full() {
            let Some(OfShard { shard, candidates, highlighter }) = best_of(&mut ranked) else {
                break;
            };
            let Some(candidate) = candidates.next() else { break };
            let mut presented = present(shard, &candidate.target, request.language.as_deref())?;
            answer.missing(shard, &mut presented.missing);
            let mut hit = presented.hit;
            if self.is_covered(shard, &hit, &request.countries) {
                continue;
            }
            let highlighter =
                highlighter.get_or_insert_with(|| Highlighter::new(&query, &shard.meta().lexicon));
            hit.highlight = highlighter.highlight(&hit.name);
            hit.explain = candidate.score.explain();
            answer.push(hit);
        }
        Ok(answer.finish(request.query.clone()))
    }

    /// Adds the crossings that a query asks for, best first.
    fn crossings(
        &self,
        request: &SearchRequest,
        query: &Query,
        by_words: bool,
        answer: &mut Answer,
    ) -> Result<()> {
        let mut found = Vec::new();
        for (number, shard) in self.selected(&request.countries) {
            let mut missing = Vec::new();
            let here = crossings(shard, request, by_words, &mut missing)?;
            answer.missing(shard, &mut missing);
            found.extend(here.into_iter().map(|crossing| (number, crossing)));
        }
        sort_by(&mut found, |a, b| {
            let key = (a.0, a.1.key()).cmp(&(b.0, b.1.key()));
            b.1.total.total_cmp(&a.1.total).then(key)
        });
        for (number, crossing) in found {
            if answer.is_full() {
                break;
            }
            let Some(shard) = self.shards.get(number) else { continue };
            let [street, other] = &crossing.streets;
            let mut presented = present(shard, street, request.language.as_deref())?;
            let mut other = present(shard, other, request.language.as_deref())?;
            answer.missing(shard, &mut presented.missing);
            answer.missing(shard, &mut other.missing);
            let mut hit = presented.hit;
            let name = |hit: &Hit| hit.street.as_ref().map_or(String::new(), |s| s.name.clone());
            hit.name = format!("{} & {}", name(&hit), name(&other.hit));
            hit.street = None;
            hit.precision = Precision::Exact;
            locate(&mut hit, crossing.lat, crossing.lon);
            hit.highlight = Highlighter::new(query, &shard.meta().lexicon).highlight(&hit.name);
            let score = crossing.total;
            let terms = vec![("both streets", score)];
            hit.explain = request.explain.then_some(Explanation { score, terms });
            answer.push(hit);
        }
        Ok(())
    }

    /// Answers a reverse search, nearest first; areas around the point follow, smallest first.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn reverse(&self, request: &ReverseRequest) -> Result<SearchResponse> {
        let max_results = request.max_results.clamp(1, MAX_RESULTS);
        let request = &ReverseRequest { max_results, ..request.clone() };
        let mut answer = Answer::new(request.max_results);
        self.reverse_into(request, &mut answer)?;
        Ok(answer.finish(String::new()))
    }

    /// Returns what a map can draw in a box: boundaries, and streets when asked for.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn features(&self, bbox: &BBox, with_streets: bool) -> Result<Features> {
        let mut features = Features::default();
        for shard in &self.shards {
            collect(shard, bbox, with_streets, &mut features)?;
        }
        Ok(features)
    }

    fn reverse_into(&self, request: &ReverseRequest, answer: &mut Answer) -> Result<()> {
        let mut nearby: Vec<(usize, usize, Nearby)> = Vec::new();
        for (number, shard) in self.selected(&request.countries) {
            let mut found = reverse(shard, request)?;
            answer.missing(shard, &mut found.missing);
            let found = found.nearby.into_iter().enumerate();
            nearby.extend(found.map(|(position, nearby)| (number, position, nearby)));
        }
        // Areas at distance zero keep their order from small to large.
        sort_by(&mut nearby, |a, b| {
            let kinds = a.2.area.cmp(&b.2.area);
            let distances = a.2.distance_m.total_cmp(&b.2.distance_m);
            kinds.then(distances).then((a.0, a.1).cmp(&(b.0, b.1)))
        });
        for (number, _, nearby) in nearby {
            if answer.is_full() {
                break;
            }
            let Some(shard) = self.shards.get(number) else { continue };
            let mut presented = present(shard, &nearby.target, request.language.as_deref())?;
            answer.missing(shard, &mut presented.missing);
            let mut hit = presented.hit;
            if self.is_covered(shard, &hit, &request.countries) {
                continue;
            }
            // Less than a decimetre is beyond the data; whole numbers of them keep answers equal.
            hit.distance_m = Some((nearby.distance_m * 10.0).round_ties_even() / 10.0);
            hit.highlight = escaped(&hit.name);
            answer.push(hit);
        }
        Ok(())
    }

    fn without_words(&self, request: &SearchRequest, answer: &mut Answer) -> Result<()> {
        if let Some(coordinates) = request.coordinates {
            let near = ReverseRequest {
                coordinates,
                countries: request.countries.clone(),
                language: request.language.clone(),
                types: request.types,
                max_results: request.max_results,
            };
            self.reverse_into(&near, answer)?;
            answer.hits.iter_mut().for_each(|hit| hit.distance_m = None);
            return Ok(());
        }
        let mut places: Vec<(u32, usize, u32)> = Vec::new();
        for (number, shard) in self.selected(&request.countries) {
            let all = (0u32..).zip(&shard.places().places);
            let wanted = all.filter(|(_, place)| {
                place.result_kind().is_some_and(|kind: RecordType| request.types.contains(kind))
            });
            let world = shard.meta().country == CountryCode::WORLD;
            places.extend(wanted.map(|(ordinal, place)| {
                // Countries that are here in full stand before all that the world only names.
                let full = !world && place.kind == Some(RecordType::Country);
                (place.importance + if full { IMPORTANCES } else { 0 }, number, ordinal)
            }));
        }
        sort_by(&mut places, |a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, number, ordinal) in places {
            if answer.is_full() {
                break;
            }
            let Some(shard) = self.shards.get(number) else { continue };
            let target = crate::search::Target::Place(ordinal);
            let mut presented = present(shard, &target, request.language.as_deref())?;
            answer.missing(shard, &mut presented.missing);
            let mut hit = presented.hit;
            if self.is_covered(shard, &hit, &request.countries) {
                continue;
            }
            hit.highlight = escaped(&hit.name);
            answer.push(hit);
        }
        Ok(())
    }

    /// Whether a result of the world is of a country whose own shard answers as well: that one
    /// knows better, and nobody wants the same city twice.
    fn is_covered(&self, shard: &Shard<D>, hit: &Hit, countries: &[CountryCode]) -> bool {
        let own = |(_, other): (usize, &Shard<D>)| {
            let country = other.meta().country;
            country != CountryCode::WORLD && country.as_str() == hit.countrycode
        };
        shard.meta().country == CountryCode::WORLD && self.selected(countries).any(own)
    }

    /// Iterates over the shards of some countries, of all when none is named.
    fn selected(&self, countries: &[CountryCode]) -> impl Iterator<Item = (usize, &Shard<D>)> {
        let shards = self.shards.iter().enumerate();
        shards.filter(move |(_, shard)| {
            countries.is_empty() || countries.contains(&shard.meta().country)
        })
    }
}

/// Distance from which two results are shown although their labels are the same, in metres.
const APART_M: f64 = 2000.0;
/// Number of values of an importance.
const IMPORTANCES: u32 = 256;

/// What was found in a shard, best first, and what the words mean in its languages.
struct OfShard<'a, D> {
    shard: &'a Shard<D>,
    candidates: IntoIter<Candidate>,
    highlighter: Option<Highlighter<'a>>,
}

impl<D> OfShard<'_, D> {
    /// Points of the best candidate that is left.
    fn total(&self) -> Option<f32> {
        self.candidates.as_slice().first().map(|candidate| candidate.total)
    }
}

/// Returns the shard that has the best candidate left; of equal ones the first, so that the order
/// of loading plays no role.
fn best_of<'r, 'a, D>(ranked: &'r mut [OfShard<'a, D>]) -> Option<&'r mut OfShard<'a, D>> {
    let left = ranked.iter_mut().filter_map(|found| Some((found.total()?, found)));
    let best =
        left.reduce(|best, other| if other.0.total_cmp(&best.0).is_gt() { other } else { best });
    best.map(|(_, found)| found)
}

/// An answer under construction.
struct Answer {
    hits: Vec<Hit>,
    max_results: usize,
    missing: Vec<ChunkId>,
}

impl Answer {
    fn new(max_results: usize) -> Self {
        Self {
            hits: Vec::new(),
            max_results: max_results.clamp(1, MAX_RESULTS),
            missing: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.hits.len() >= self.max_results
    }

    /// Adds a result unless people could not tell it from an earlier one near it.
    fn push(&mut self, hit: Hit) {
        let at = |hit: &Hit| LonLat { lon: hit.lng, lat: hit.lat };
        let same = |other: &Hit| {
            other.kind == hit.kind
                && other.name == hit.name
                && other.city == hit.city
                && other.county == hit.county
                && other.administrative == hit.administrative
                && other.countrycode == hit.countrycode
                && other.zipcode == hit.zipcode
                && at(other).distance_m(at(&hit)) < APART_M
        };
        if !self.hits.iter().any(same) {
            self.hits.push(hit);
        }
    }

    fn missing<D: AsRef<[u8]>>(&mut self, shard: &Shard<D>, chunks: &mut Vec<usize>) {
        let country = shard.meta().country;
        let ids = chunks
            .drain(..)
            .filter_map(|chunk| Some(ChunkId { country, chunk: u32::try_from(chunk).ok()? }));
        self.missing.extend(ids);
    }

    fn finish(mut self, query: String) -> SearchResponse {
        sort_by(&mut self.missing, Ord::cmp);
        self.missing.dedup();
        SearchResponse {
            results_count: self.hits.len(),
            results: self.hits,
            max_results: self.max_results,
            query,
            missing_chunks: self.missing,
        }
    }
}
