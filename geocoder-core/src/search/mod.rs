//! Forward search of one shard: free text to ranked records.
//!
//! 1. Read the query: words, synonyms, compounds, house numbers (`query`).
//! 2. Find the terms that the readings match; with errors only when a plain match leaves words
//!    over (`matches`, `walk`).
//! 3. Collect which words each place and each block of records can answer, look into the most
//!    promising ones first, and score their records (`containers`, `blocks`, `name_match`,
//!    `evaluate`, `candidates`, `score`).
//! 4. Find the house number on the best streets (`house`), or where two of them meet (`crossing`).

mod block_index;
mod blocks;
mod bounds;
mod candidates;
mod containers;
mod crossing;
mod evaluate;
mod highlight;
mod house;
mod matches;
mod name_match;
mod query;
mod score;
mod term_set;
mod unread;
mod walk;

pub(crate) use candidates::{Candidate, Target};
pub(crate) use crossing::crossings;
pub(crate) use highlight::{Highlighter, escaped};
pub(crate) use house::FoundHouse;
pub(crate) use query::Query;

use candidates::Evaluation;
use matches::{Matcher, Matches};
use query::readings;
use score::TokenWeights;
use term_set::TermSet;

use crate::error::Result;
use crate::request::SearchRequest;
use crate::shard::{Dictionary, Shard};

/// Points that a name loses which hardly means what was typed, and the number of candidates that
/// are no answer to choose from: however many are asked for, the first ones are the same.
const DOUBTFUL_POINTS: f32 = 1.5;
const FEW_CANDIDATES: usize = 5;

/// Ranked candidates of one shard.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    pub(crate) candidates: Vec<Candidate>,
    /// Chunks that could change the ranking.
    pub(crate) missing: Vec<usize>,
}

/// A search of one shard, from plain matches to tolerant ones.
pub(crate) struct ShardSearch<'a, D> {
    shard: &'a Shard<D>,
    request: &'a SearchRequest,
    query: Query,
    weights: TokenWeights<'a>,
    places: Matches,
    records: Matches,
    pub(crate) ranked: Ranked,
}

impl<'a, D: AsRef<[u8]>> ShardSearch<'a, D> {
    /// Ranks what matches without errors.
    pub(crate) fn plain(
        shard: &'a Shard<D>,
        request: &'a SearchRequest,
        query: &Query,
    ) -> Result<Self> {
        let meta = shard.meta();
        let units = query.unit_numbers(&meta.lexicon);
        let query = query.without_numbers(units);
        let readings = readings(&query, &meta.lexicon, &meta.weights);
        let mut search = Self {
            shard,
            request,
            weights: TokenWeights::new(&query, units, &meta.lexicon, &meta.weights),
            query,
            places: Matches::default(),
            records: Matches::default(),
            ranked: Ranked::default(),
        };
        search.matcher(Dictionary::Places).plain(&readings, &mut search.places)?;
        search.matcher(Dictionary::Records).plain(&readings, &mut search.records)?;
        search.rank()?;
        // A street of that very name but without the number: it may be written as two words.
        if search.unexplained() == 0 && search.lacks_number() {
            let words = search.weights.needed();
            let known = search.records.list.len();
            search.matcher(Dictionary::Records).split(&search.query, words, &mut search.records)?;
            if search.records.list.len() > known {
                search.rank()?;
            }
        }
        Ok(search)
    }

    /// Words of content that the best candidate leaves over.
    pub(crate) fn unexplained(&self) -> u32 {
        let explained = self.ranked.candidates.first().map_or(0, |best| best.explained);
        self.weights.needed() & !explained
    }

    /// Whether words are left over, or few candidates answer them and the best one by a name that
    /// hardly means them: something that resembles them may be meant as well. A house number says
    /// enough.
    pub(crate) fn is_doubtful(&self) -> bool {
        let candidates = self.ranked.candidates.len();
        let few = self.query.numbers.is_empty() && candidates < FEW_CANDIDATES;
        let aside = self.ranked.candidates.first().map_or(0.0, |best| best.aside);
        self.unexplained() != 0 || (few && aside >= DOUBTFUL_POINTS)
    }

    /// Whether the best candidate has none of the numbers of the query.
    fn lacks_number(&self) -> bool {
        let numbers = self.query.numbers.iter().fold(0, |mask, number| mask | number.digits());
        let best = self.ranked.candidates.first();
        best.is_some_and(|best| numbers != 0 && best.explained & numbers == 0)
    }

    /// Ranks again with terms that resemble the words left over.
    pub(crate) fn tolerate(&mut self) -> Result<()> {
        let words = match self.unexplained() {
            0 if self.is_doubtful() => self.weights.needed(),
            words => words,
        };
        if words == 0 {
            return Ok(());
        }
        self.tolerate_words(words)?;
        // Where words are still left over, others may be what is wrong.
        let others = self.weights.needed() & !words;
        if self.unexplained() != 0 && others != 0 {
            self.tolerate_words(others)?;
        }
        Ok(())
    }

    fn tolerate_words(&mut self, words: u32) -> Result<()> {
        self.matcher(Dictionary::Places).tolerant(&self.query, words, &mut self.places)?;
        self.matcher(Dictionary::Records).tolerant(&self.query, words, &mut self.records)?;
        self.rank()
    }

    fn matcher(&self, dictionary: Dictionary) -> Matcher<'a, D> {
        Matcher { shard: self.shard, dictionary }
    }

    fn rank(&mut self) -> Result<()> {
        let mut evaluation = Evaluation {
            shard: self.shard,
            request: self.request,
            query: &self.query,
            weights: &self.weights,
            place_matches: &self.places,
            record_matches: &self.records,
            place_terms: TermSet::new(self.shard, Dictionary::Places, &self.places)?,
            record_terms: TermSet::new(self.shard, Dictionary::Records, &self.records)?,
            zipcode_words: 0,
            code_words: self.query.code_words(),
        };
        self.ranked = evaluation.rank()?;
        self.ranked.missing.extend(&self.places.missing);
        self.ranked.missing.extend(&self.records.missing);
        Ok(())
    }
}
