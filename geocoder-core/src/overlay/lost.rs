//! Terms of the base that nothing has any more: a word that equals or resembles only such a term
//! is found nowhere, and is looked for with more errors instead.

use super::hierarchy::postings_of;
use super::{hidden_records, is_hidden};
use crate::error::Result;
use crate::shard::{Dictionary, Lookup, Places, Shard, TermRef, length};
use crate::sort::sort_by;

/// Terms of one dictionary: piece and ordinal, ascending.
type TermList = Vec<(u32, u32)>;

/// Returns the terms that only hidden records have.
pub(super) fn of_records<D: AsRef<[u8]>>(
    base: &Shard<D>,
    hidden: &[(u32, u128)],
) -> Result<TermList> {
    let mut terms = Vec::new();
    for (block, hidden) in hidden {
        let Lookup::Found(decoded) = base.block(*block)? else { continue };
        let others = base.alternates(*block)?;
        for index in (0..decoded.records.len()).filter(|index| is_hidden(*hidden, *index)) {
            terms.extend(decoded.names.terms(index));
            if let Lookup::Found(Some(others)) = &others {
                terms.extend(others.terms(index));
            }
        }
    }
    let remains = |block: u32, term: TermRef| {
        let Some(hidden) = hidden_records(hidden, block) else { return Ok(true) };
        let Lookup::Found(decoded) = base.block(block)? else { return Ok(true) };
        let others = base.alternates(block)?;
        let mut shown = (0..decoded.records.len()).filter(|index| !is_hidden(hidden, *index));
        Ok(shown.any(|index| {
            let in_others = match &others {
                Lookup::Found(Some(others)) => others.terms(index).contains(&term),
                _ => false,
            };
            in_others || decoded.names.terms(index).contains(&term)
        }))
    };
    without_postings(base, Dictionary::Records, terms, remains)
}

/// Returns the terms that only places have whose names were replaced.
pub(super) fn of_places<D: AsRef<[u8]>>(base: &Shard<D>, places: &Places) -> Result<TermList> {
    let mut terms = Vec::new();
    let replaced = |ordinal: u32| places.get(ordinal).is_none_or(|p| p.replaced_names != 0);
    for (ordinal, place) in (0u32..).zip(&base.places().places) {
        if replaced(ordinal) {
            terms.extend(base.place_name_terms(place)?.terms(0));
        }
    }
    without_postings(base, Dictionary::Places, terms, |ordinal, _| Ok(!replaced(ordinal)))
}

/// Returns the terms of which no posting remains.
fn without_postings<D: AsRef<[u8]>>(
    base: &Shard<D>,
    dictionary: Dictionary,
    mut terms: Vec<TermRef>,
    remains: impl Fn(u32, TermRef) -> Result<bool>,
) -> Result<TermList> {
    sort_by(&mut terms, Ord::cmp);
    terms.dedup();
    let mut lost = Vec::new();
    'terms: for term in terms {
        let Some((ordinal, postings)) = postings_of(base, dictionary, term)? else { continue };
        for target in postings {
            if remains(target, term)? {
                continue 'terms;
            }
        }
        lost.push((length(term.piece()), ordinal));
    }
    sort_by(&mut lost, Ord::cmp);
    Ok(lost)
}
