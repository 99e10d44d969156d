//! How well a name answers the query: which words, at what cost, and what is left of it.

use super::candidates::Evaluation;
use super::containers::{Costs, lower};
use super::matches::Part;
use super::query::{MAX_TOKENS, TokenMask};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, Name, Role};

/// Weight of a stop word among the terms of a name.
const STOP_TERM: f32 = 0.3;

/// Words that one name answers.
pub(super) struct NameMatch {
    pub(super) words: TokenMask,
    pub(super) costs: Costs,
    /// Share of the name that was asked for, 0 to 1.
    pub(super) coverage: f32,
    points: f32,
    pub(super) alternate: bool,
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the name of a record that answers the query best.
    pub(super) fn best_name(
        &self,
        dictionary: Dictionary,
        names: &[Name],
    ) -> Result<Option<NameMatch>> {
        let mut best: Option<NameMatch> = None;
        for name in names {
            let Some(found) = self.match_name(dictionary, name)? else { continue };
            if best.as_ref().is_none_or(|best| found.points > best.points) {
                best = Some(found);
            }
        }
        Ok(best)
    }

    fn match_name(&self, dictionary: Dictionary, name: &Name) -> Result<Option<NameMatch>> {
        let matches = match dictionary {
            Dictionary::Places => self.place_matches,
            Dictionary::Records => self.record_matches,
        };
        let stop_terms = self.shard.stop_terms(dictionary)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        let (mut words, mut halves) = (0, [0, 0]);
        let (mut asked, mut total) = (0.0f32, 0.0f32);
        for (term, shown) in name.all_terms() {
            let mut answered = 0;
            let of_piece = matches.of_piece(term.piece());
            if !of_piece.is_empty()
                && let Lookup::Found(piece) = self.shard.piece(dictionary, term.piece())?
                && let Some(ordinal) = piece.ordinal(term.slot())
            {
                for found in of_piece.iter().filter(|m| (m.start..m.end).contains(&ordinal)) {
                    answered |= found.mask;
                    match found.part {
                        Part::Whole => words |= found.mask,
                        Part::First => halves[0] |= found.mask,
                        Part::Second => halves[1] |= found.mask,
                    }
                    lower(&mut costs, found.mask, found.cost);
                }
            }
            if shown {
                let weight = if stop_terms.binary_search(&term).is_ok() { STOP_TERM } else { 1.0 };
                total += weight;
                if answered != 0 {
                    asked += weight;
                }
            }
        }
        words |= halves[0] & halves[1];
        if words == 0 {
            return Ok(None);
        }
        let coverage = if total > 0.0 { asked / total } else { 1.0 };
        let alternate = name.role == Role::Alternate;
        let weights = self.weights.points;
        let mut points = weights.name_rest * (coverage - 1.0);
        for (index, kind) in self.weights.of(words) {
            let cost = costs.get(index).copied().unwrap_or_default();
            points += (weights.found(kind) - cost).max(weights.least_found);
        }
        if alternate {
            points -= weights.alternate_name;
        }
        Ok(Some(NameMatch { words, costs, coverage, points, alternate }))
    }
}
