//! Draws queries of one class from records until there are enough.

use std::collections::BTreeSet;

use crate::case::{Case, Question, Truth};
use crate::random::Random;

/// How often all records are gone through for a class whose queries differ each time.
const MAX_ROUNDS: usize = 8;

/// Makes the cases of classes.
#[derive(Debug)]
pub struct Sampler {
    seed: u64,
    n_queries: usize,
    /// Everything made so far.
    pub cases: Vec<Case>,
}

impl Sampler {
    /// Starts with a seed and the number of queries wanted of each class.
    pub fn new(seed: u64, n_queries: usize) -> Self {
        Self { seed, n_queries, cases: Vec::new() }
    }

    /// Number of queries wanted of each class.
    pub fn n_queries(&self) -> usize {
        self.n_queries
    }

    /// Makes up to `n_queries` different queries of a class.
    ///
    /// Records come in random order, each once a round.
    pub fn class<R>(
        &mut self,
        class: &'static str,
        records: &[R],
        make: impl Fn(&R, &mut Random) -> Option<(Question, Truth)>,
    ) {
        self.class_of(class, self.n_queries, records, make);
    }

    /// As [`Self::class`] with another number of queries.
    pub fn class_of<R>(
        &mut self,
        class: &'static str,
        n_queries: usize,
        records: &[R],
        make: impl Fn(&R, &mut Random) -> Option<(Question, Truth)>,
    ) {
        let mut random = Random::new(self.seed, class);
        let mut order: Vec<&R> = records.iter().collect();
        random.shuffle(&mut order);
        let mut seen = BTreeSet::new();
        for _ in 0..MAX_ROUNDS {
            for record in &order {
                if seen.len() >= n_queries {
                    return;
                }
                let Some((question, truth)) = make(record, &mut random) else { continue };
                if !truth.shapes.is_empty() && seen.insert(question.to_string()) {
                    self.cases.push(Case { class, question, truth });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Kind, Shape};
    use crate::geo::Point;

    fn made(seed: u64, n_queries: usize, records: &[&str]) -> Vec<String> {
        let mut sampler = Sampler::new(seed, n_queries);
        sampler.class("class", records, |name, _| {
            let truth = Truth {
                kind: Kind::City,
                names: Vec::new(),
                number: String::new(),
                postcode: String::new(),
                shapes: vec![Shape::Point(Point { lat: 0.0, lon: 0.0 })],
                radius_m: 1.0,
                label: String::new(),
            };
            Some((Question::search((*name).to_owned()), truth))
        });
        sampler.cases.iter().map(|case| case.question.to_string()).collect()
    }

    #[test]
    fn every_query_comes_once_and_no_more_than_wanted() {
        let records = ["a", "b", "a", "c", "d"];
        let mut all = made(1, 10, &records);
        all.sort();
        assert_eq!(all, ["a", "b", "c", "d"]);
        assert_eq!(made(1, 2, &records).len(), 2);
        assert_eq!(made(1, 2, &records), made(1, 2, &records));
    }
}
