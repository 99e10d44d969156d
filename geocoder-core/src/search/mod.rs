//! Forward search of one shard: free text to ranked records.
//!
//! 1. Read the query: words, synonyms, compounds, house numbers ([`query`]).
//! 2. Find the terms that the readings match; with errors only when a plain match leaves words
//!    over ([`matches`], [`walk`]).
//! 3. Collect which words each place and each block of records can answer, look into the most
//!    promising ones first, and score their records ([`candidates`], [`score`]).
//! 4. Find the house number on the best streets ([`house`]).

mod candidates;
mod highlight;
mod house;
mod matches;
mod query;
mod score;
mod walk;

pub(crate) use candidates::{Candidate, Target};
pub(crate) use highlight::highlight;
pub(crate) use house::FoundHouse;
pub(crate) use query::Query;

use candidates::Evaluation;
use matches::{Matcher, Matches};
use query::readings;
use score::TokenWeights;

use crate::error::Result;
use crate::request::SearchRequest;
use crate::shard::{Dictionary, Shard};

/// Ranked candidates of one shard.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    pub(crate) candidates: Vec<Candidate>,
    /// Chunks that could change the ranking.
    pub(crate) missing: Vec<usize>,
}

/// Searches one shard.
pub(crate) fn search<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    request: &SearchRequest,
    query: &Query,
) -> Result<Ranked> {
    let lexicon = &shard.meta().lexicon;
    let readings = readings(query, lexicon);
    let weights = TokenWeights::new(query, lexicon);
    let places = Matcher { shard, dictionary: Dictionary::Places };
    let records = Matcher { shard, dictionary: Dictionary::Records };
    let (mut place_matches, mut record_matches) = (Matches::default(), Matches::default());
    places.plain(&readings, &mut place_matches)?;
    records.plain(&readings, &mut record_matches)?;
    let evaluate = |place_matches: &Matches, record_matches: &Matches| {
        Evaluation { shard, request, query, weights: &weights, place_matches, record_matches }
            .rank()
    };
    let mut ranked = evaluate(&place_matches, &record_matches)?;
    let explained = ranked.candidates.first().map_or(0, |best| best.explained);
    let unexplained = weights.content() & !explained;
    if unexplained != 0 {
        places.tolerant(query, unexplained, &mut place_matches)?;
        records.tolerant(query, unexplained, &mut record_matches)?;
        ranked = evaluate(&place_matches, &record_matches)?;
    }
    ranked.missing.append(&mut place_matches.missing);
    ranked.missing.append(&mut record_matches.missing);
    Ok(ranked)
}
