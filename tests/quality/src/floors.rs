//! Regression floors: figures that no change may fall below.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::measure::ClassFigures;
use crate::report::per_cent;

/// Per cent that a floor set from a measurement stays below it.
const SLACK: f64 = 0.4;
/// Queries that it stays below it besides: every machine gives the same answers, but a harmless
/// change of ranking moves a few.
const SLACK_QUERIES: f64 = 2.0;

/// Floors by corpus and class.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Floors(BTreeMap<String, BTreeMap<String, Floor>>);

/// Least figures of a class, in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// Recall at 1.
    pub at_1: f64,
    /// Recall at 5.
    pub at_5: f64,
}

impl Floors {
    /// Reads floors from TOML.
    ///
    /// # Errors
    /// Fails when the text is no TOML of this shape.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// Writes the floors as TOML.
    ///
    /// # Errors
    /// Fails when they cannot be written.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        Ok(toml::to_string(self)?)
    }

    /// Tells every class that fell below its floor or is not measured any more.
    pub fn failures(&self, corpus: &str, classes: &[ClassFigures]) -> Vec<String> {
        let floors = self.0.get(corpus).into_iter().flatten();
        let failures = floors.flat_map(|(class, floor)| {
            let Some(figures) = classes.iter().find(|figures| figures.class == *class) else {
                return vec![format!("{corpus}, {class}: is not measured any more")];
            };
            let pairs = [
                ("recall@1", figures.recall_at_1(), floor.at_1),
                ("recall@5", figures.recall_at_5(), floor.at_5),
            ];
            let below = pairs.into_iter().filter(|(_, measured, floor)| measured < floor);
            let below = below.map(|(name, measured, floor)| {
                format!("{corpus}, {class}: {name} is {measured:.1}, its floor {floor:.1}")
            });
            below.collect()
        });
        failures.collect()
    }

    /// Sets the floors of a corpus from a measurement.
    pub fn set(&mut self, corpus: &str, classes: &[ClassFigures]) {
        let floors = classes.iter().map(|figures| {
            let slack = SLACK + per_cent(SLACK_QUERIES, figures.n);
            let floor = |measured: f64| ((measured - slack).max(0.0) * 10.0).floor() / 10.0;
            let (at_1, at_5) = (floor(figures.recall_at_1()), floor(figures.recall_at_5()));
            (figures.class.clone(), Floor { at_1, at_5 })
        });
        self.0.insert(corpus.to_owned(), floors.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(first: usize) -> ClassFigures {
        let class = "street number".to_owned();
        ClassFigures { class, n: 1_000, first, in_five: 990, ..ClassFigures::default() }
    }

    #[test]
    fn a_class_below_its_floor_or_gone_fails() {
        let mut floors = Floors::default();
        floors.set("li", &[figures(950)]);
        let floors = Floors::parse(&floors.to_toml().unwrap()).unwrap();
        assert!(floors.failures("li", &[figures(944)]).is_empty(), "within the slack");
        assert_eq!(
            floors.failures("li", &[figures(943)]),
            ["li, street number: recall@1 is 94.3, its floor 94.4"]
        );
        assert_eq!(floors.failures("li", &[]).len(), 1);
        assert!(floors.failures("mc", &[figures(0)]).is_empty(), "it has no floors");
    }
}
