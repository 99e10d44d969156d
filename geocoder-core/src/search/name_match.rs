//! How well a name answers the query: which words, at what cost, and what is left of it.

use super::Ranked;
use super::candidates::{Evaluation, Target};
use super::containers::{Costs, lower};
use super::matches::Part;
use super::query::{MAX_TOKENS, TokenMask};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, NameTerms, Role, STOP_TERM};
use crate::text;

/// As how often a name counts that is not the one that is shown, when it is found with errors: few
/// know the other name, and fewer get it wrong.
const WRONG_OTHER_NAME: f32 = 2.0;

/// Words that one name answers.
pub(super) struct NameMatch {
    pub(super) words: TokenMask,
    pub(super) costs: Costs,
    /// Whether all of the name was asked for.
    pub(super) complete: bool,
    /// Points lost by what was not asked for.
    pub(super) rest: f32,
    points: f32,
    /// Points lost by not being the name that is shown.
    pub(super) by_role: f32,
    pub(super) alternate: bool,
}

impl<D: AsRef<[u8]>> Evaluation<'_, D> {
    /// Returns the name of a record that answers the query best.
    pub(super) fn best_name<'n>(
        &self,
        dictionary: Dictionary,
        names: impl Iterator<Item = NameTerms<'n>>,
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

    fn match_name(&self, dictionary: Dictionary, name: NameTerms<'_>) -> Result<Option<NameMatch>> {
        let terms = match dictionary {
            Dictionary::Places => &self.place_terms,
            Dictionary::Records => &self.record_terms,
        };
        let stop_terms = self.shard.stop_terms(dictionary)?;
        let mut costs = [f32::INFINITY; MAX_TOKENS];
        // Words whose first half was found at the term before.
        let (mut words, mut half_before) = (0, 0);
        let mut half_costs = [f32::INFINITY; MAX_TOKENS];
        let (mut asked, mut total) = (0.0f32, 0.0f32);
        // Whether the query goes through the name from its beginning, and ends inside it.
        let last = 1 << self.query.tokens.len().saturating_sub(1);
        let (mut from_start, mut at_last, mut interrupted) = (true, false, false);
        let shown = name.shown.iter().map(|term| (*term, true));
        for (term, shown) in shown.chain(name.hidden.iter().map(|term| (*term, false))) {
            let (mut answered, mut halves) = (0, [0, 0]);
            for found in terms.matches(term) {
                answered |= found.mask;
                let costs = match found.part {
                    Part::Whole => {
                        words |= found.mask;
                        &mut costs
                    }
                    Part::First => {
                        halves[0] |= found.mask;
                        &mut half_costs
                    }
                    Part::Second => {
                        halves[1] |= found.mask;
                        &mut half_costs
                    }
                };
                lower(costs, found.mask, found.cost);
            }
            if shown {
                let stop = stop_terms.binary_search(&term).is_ok();
                let weight = if stop { STOP_TERM } else { 1.0 };
                let both = halves[1] & half_before;
                words |= both;
                for (index, _) in self.weights.of(both) {
                    lower(&mut costs, 1 << index, half_costs.get(index).copied().unwrap_or(0.0));
                }
                if halves[0] != 0 || !stop {
                    half_before = halves[0];
                }
                total += weight;
                if answered != 0 {
                    asked += weight;
                    at_last |= answered & last != 0;
                    from_start &= !interrupted;
                } else {
                    interrupted = true;
                }
            }
        }
        if words == 0 {
            return Ok(None);
        }
        let coverage = if total > 0.0 { asked / total } else { 1.0 };
        let alternate = name.role == Role::Alternate;
        let weights = self.weights.points;
        let started = if from_start && at_last { weights.started_rest } else { 1.0 };
        let rest = weights.name_rest * started * (coverage - 1.0);
        let mut points = rest;
        let mut wrong = false;
        for (index, kind) in self.weights.of(words) {
            let cost = costs.get(index).copied().unwrap_or_default();
            wrong |= cost >= weights.edit_cost;
            points += (weights.found(kind) - cost).max(weights.least_found);
        }
        let by_role = match name.role {
            Role::Default => 0.0,
            Role::Language(language) if self.is_wanted(language) => 0.0,
            Role::Language(_) => weights.other_language,
            Role::Alternate => weights.alternate_name,
        };
        let by_role = if wrong { WRONG_OTHER_NAME * by_role } else { by_role };
        points -= by_role;
        let complete = coverage >= 1.0;
        Ok(Some(NameMatch { words, costs, complete, rest, points, by_role, alternate }))
    }

    /// Whether a language is the one in which names are to be shown.
    fn is_wanted(&self, language: u32) -> bool {
        let known = self.shard.places().languages.get(language as usize);
        known.is_some() && known == self.request.language.as_ref()
    }

    /// Adds points to candidates whose names are written with the very marks of the query; words
    /// typed without marks say nothing about them.
    pub(super) fn add_marks(&self, ranked: &mut Ranked) -> Result<()> {
        let mut text = String::new();
        // What is far behind stays behind.
        for candidate in ranked.candidates.iter_mut().take(2 * self.request.max_results) {
            let (dictionary, names) = match &candidate.target {
                Target::Place(ordinal) => {
                    let Some(place) = self.shard.places().get(*ordinal) else { continue };
                    (Dictionary::Places, self.shard.place_names(place)?)
                }
                Target::Record { block, index, .. } => {
                    let Lookup::Found(decoded) = self.shard.block(*block)? else { continue };
                    let Some(record) = decoded.records.get(*index) else { continue };
                    let Lookup::Found(names) = self.shard.record_names(*block, record)? else {
                        continue;
                    };
                    (Dictionary::Records, names)
                }
            };
            let mut most = 0.0f32;
            for name in names.iter().filter(|name| name.role != Role::Alternate) {
                text.clear();
                if let Lookup::Missing(chunk) =
                    self.shard.write_name(dictionary, name, &mut text)?
                {
                    ranked.missing.push(chunk);
                }
                let marked = self.query.tokens.iter().filter_map(|token| token.marked.as_ref());
                let same = marked
                    .filter(|typed| text::words(&text).any(|word| same_letters(word.text, typed)));
                most = most.max(same.map(|_| self.weights.points.marks).sum());
            }
            candidate.score.add("marks", most);
            candidate.total = candidate.score.total();
        }
        Ok(())
    }
}

/// Whether two words are the same but for the case of letters. The two cases of a letter with
/// marks are 32 apart in Latin-1 and neighbours in Latin Extended.
fn same_letters(a: &str, b: &str) -> bool {
    let same = |(a, b): (char, char)| {
        let apart = (a as u32).abs_diff(b as u32);
        let cases = if a as u32 >= 0x100 { 1 } else { 0x20 };
        a.eq_ignore_ascii_case(&b) || (!a.is_ascii() && !b.is_ascii() && apart == cases)
    };
    a.chars().count() == b.chars().count() && a.chars().zip(b.chars()).all(same)
}

#[cfg(test)]
mod tests {
    use super::same_letters;

    #[test]
    fn only_case_may_differ() {
        for (a, b, same) in [
            ("Bödastrasse", "bödastrasse", true),
            ("ÉCOLE", "école", true),
            ("ŽELEZNÁ", "železná", true),
            ("Hóll", "Höll", false),
            ("Bodastrasse", "Bödastrasse", false),
        ] {
            assert_eq!(same_letters(a, b), same, "{a} {b}");
        }
    }
}
