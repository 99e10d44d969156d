//! Asks all cases of a corpus and sums up how the answers rank.

use geocoder_core::Hit;
use hereabouts_corpora::case::{Case, Question};
use rayon::prelude::*;

use crate::engine::{Engine, answer, request, show};

/// Misses kept of each class for people to read.
const MAX_MISSES: usize = 60;

/// Figures of one class of queries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassFigures {
    /// Class.
    pub class: String,
    /// Number of queries.
    pub n: usize,
    /// Queries whose first answer is right.
    pub first: usize,
    /// Queries with a right answer among the first five.
    pub in_five: usize,
    /// Sum of 1 / rank of the first right answer, 0 where none is among the first five.
    pub reciprocal_ranks: f64,
    /// Sum of the characters typed until the right answer is first, of queries where it gets
    /// there; `None` for classes that are not typed.
    pub keystrokes: Option<Keystrokes>,
}

/// What typing costs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Keystrokes {
    /// Characters typed until the right answer is first; all of them where it never is.
    pub typed: usize,
    /// Characters of the queries.
    pub all: usize,
    /// Queries whose right answer was first and no longer among the five after a further letter.
    pub vanished: usize,
}

/// A query that was not answered rightly in the first place.
#[derive(Debug, Clone)]
pub struct Miss {
    /// Class.
    pub class: String,
    /// The query.
    pub query: String,
    /// What was expected.
    pub expected: String,
    /// Rank of the right answer, if it is among the five.
    pub rank: Option<usize>,
    /// The best answers with the terms of their scores.
    pub came: Vec<String>,
}

/// How one case went.
struct Outcome {
    rank: Option<usize>,
    keystrokes: Option<Keystrokes>,
    miss: Option<Miss>,
}

/// Asks all cases; figures come in the order of the classes' first cases.
///
/// # Errors
/// Fails when a shard is corrupt.
pub fn measure(engine: &Engine, cases: &[Case]) -> anyhow::Result<(Vec<ClassFigures>, Vec<Miss>)> {
    let outcomes: Vec<Outcome> =
        cases.par_iter().map(|case| ask(engine, case)).collect::<anyhow::Result<_>>()?;
    let mut classes: Vec<ClassFigures> = Vec::new();
    let mut misses: Vec<Miss> = Vec::new();
    for (case, outcome) in cases.iter().zip(outcomes) {
        if classes.last().is_none_or(|figures| figures.class != case.class) {
            classes.push(ClassFigures { class: case.class.to_owned(), ..ClassFigures::default() });
        }
        let Some(figures) = classes.last_mut() else { continue };
        figures.add(&outcome);
        let kept = misses.iter().rev().take_while(|miss| miss.class == case.class).count();
        misses.extend(outcome.miss.filter(|_| kept < MAX_MISSES));
    }
    Ok((classes, misses))
}

impl ClassFigures {
    /// Counts a query by the rank of its first right answer.
    pub(crate) fn count(&mut self, rank: Option<usize>) {
        self.n += 1;
        self.first += usize::from(rank == Some(1));
        self.in_five += usize::from(rank.is_some());
        self.reciprocal_ranks += rank.map_or(0.0, reciprocal);
    }

    fn add(&mut self, outcome: &Outcome) {
        self.count(outcome.rank);
        if let Some(one) = outcome.keystrokes {
            let all = self.keystrokes.get_or_insert_default();
            all.typed += one.typed;
            all.all += one.all;
            all.vanished += one.vanished;
        }
    }
}

fn reciprocal(rank: usize) -> f64 {
    u32::try_from(rank).map_or(0.0, |rank| 1.0 / f64::from(rank))
}

fn ask(engine: &Engine, case: &Case) -> anyhow::Result<Outcome> {
    let (hits, keystrokes) = match &case.question {
        Question::Search { query, language } => {
            (engine.search(&request(query, language.as_deref(), false))?, None)
        }
        Question::Typing { query } => type_out(engine, case, query)?,
        Question::Reverse { point, only } => (engine.reverse(*point, *only)?, None),
    };
    let rank = rank_of(case, &hits);
    let miss = match rank {
        Some(1) => None,
        _ => Some(Miss {
            class: case.class.to_owned(),
            query: case.question.to_string(),
            expected: case.truth.label.clone(),
            rank,
            came: explained(engine, case, hits)?.iter().take(2).map(show).collect(),
        }),
    };
    Ok(Outcome { rank, keystrokes, miss })
}

/// The same answers with the terms of their scores.
fn explained(engine: &Engine, case: &Case, hits: Vec<Hit>) -> anyhow::Result<Vec<Hit>> {
    match &case.question {
        Question::Search { query, language } => {
            engine.search(&request(query, language.as_deref(), true))
        }
        Question::Typing { query } => engine.search(&request(query, None, true)),
        Question::Reverse { .. } => Ok(hits),
    }
}

fn rank_of(case: &Case, hits: &[Hit]) -> Option<usize> {
    hits.iter().position(|hit| case.truth.accepts(&answer(hit))).map(|position| position + 1)
}

fn type_out(
    engine: &Engine,
    case: &Case,
    query: &str,
) -> anyhow::Result<(Vec<Hit>, Option<Keystrokes>)> {
    let letters: Vec<char> = query.chars().collect();
    let mut typed = None;
    let (mut was_first, mut vanished) = (false, false);
    let mut hits = Vec::new();
    for length in 1..=letters.len() {
        let prefix: String = letters.iter().take(length).collect();
        hits = engine.search(&request(&prefix, None, false))?;
        let rank = rank_of(case, &hits);
        if rank == Some(1) {
            typed = typed.or(Some(length));
        }
        vanished |= was_first && rank.is_none();
        was_first = rank == Some(1);
    }
    let keystrokes = Keystrokes {
        typed: typed.unwrap_or(letters.len()),
        all: letters.len(),
        vanished: usize::from(vanished),
    };
    Ok((hits, Some(keystrokes)))
}
