//! Takes the names of records apart, each name once.

use std::collections::BTreeSet;

use super::Names;
use crate::gazetteer::PlaceRecord;
pub(super) use crate::shard::analysis::NameDraft;
use crate::shard::names::Role;

/// Takes the names of a record apart; the default name comes first.
pub(super) fn analyze(names: &Names, languages: &[String]) -> Vec<NameDraft> {
    let mut drafts = vec![NameDraft::new(Role::Default, &names.default)];
    let mut in_languages = names.languages.clone();
    in_languages.sort();
    in_languages.dedup_by(|a, b| a.0 == b.0);
    for (code, name) in &in_languages {
        let language = languages.binary_search(code).unwrap_or_default() as u32;
        // A name like the default needs no place of its own: the default is shown anyway.
        if *name != names.default {
            drafts.push(NameDraft::new(Role::Language(language), name));
        }
    }
    // An alternate of the same terms as another name is found by that one, which costs no less
    // to be found by.
    let mut known: BTreeSet<Vec<String>> = drafts.iter().map(NameDraft::terms).collect();
    let alternates: BTreeSet<&String> = names.alternates.iter().collect();
    for name in alternates {
        let draft = NameDraft::new(Role::Alternate, name);
        if !draft.words.is_empty() && known.insert(draft.terms()) {
            drafts.push(draft);
        }
    }
    drafts
}

/// Takes the names of a place apart, its official code included.
pub(super) fn analyze_place(place: &PlaceRecord, languages: &[String]) -> Vec<NameDraft> {
    let mut drafts = analyze(&place.names, languages);
    if let Some(default) = drafts.first_mut() {
        default.add_code(place.kind, &place.code);
    }
    drafts
}
