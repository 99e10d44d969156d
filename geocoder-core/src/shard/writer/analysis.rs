//! Takes the names of records apart: terms to be searched, forms to be shown.

use std::collections::BTreeSet;

use super::Names;
use crate::gazetteer::PlaceRecord;
use crate::record::RecordType;
use crate::shard::names::{MAX_LITERAL_BYTES, MAX_NAME_TERMS, Role};
use crate::text;

/// A name taken apart.
#[derive(Debug, Clone)]
pub(super) struct NameDraft {
    pub(super) role: Role,
    pub(super) text: String,
    pub(super) prefix: String,
    pub(super) words: Vec<WordDraft>,
    /// Terms that are searched but not shown.
    pub(super) hidden: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct WordDraft {
    pub(super) term: String,
    pub(super) form: String,
    pub(super) behind: String,
}

/// Takes the names of a record apart; the default name comes first.
pub(super) fn analyze(names: &Names, languages: &[String]) -> Vec<NameDraft> {
    let mut drafts = vec![analyze_name(Role::Default, &names.default)];
    let mut in_languages = names.languages.clone();
    in_languages.sort();
    in_languages.dedup_by(|a, b| a.0 == b.0);
    for (code, name) in &in_languages {
        let language = languages.binary_search(code).unwrap_or_default() as u32;
        // A name like the default needs no place of its own: the default is shown anyway.
        if *name != names.default {
            drafts.push(analyze_name(Role::Language(language), name));
        }
    }
    // An alternate of the same terms as another name is found by that one, which costs no less
    // to be found by.
    let mut known: BTreeSet<Vec<String>> = drafts.iter().map(NameDraft::terms).collect();
    let alternates: BTreeSet<&String> = names.alternates.iter().collect();
    for name in alternates {
        let draft = analyze_name(Role::Alternate, name);
        if !draft.words.is_empty() && known.insert(draft.terms()) {
            drafts.push(draft);
        }
    }
    drafts
}

/// Takes the names of a place apart; countries and regions are searched by their codes of letters
/// as well, as in `Springfield MO`.
pub(super) fn analyze_place(place: &PlaceRecord, languages: &[String]) -> Vec<NameDraft> {
    let mut drafts = analyze(&place.names, languages);
    let coded = matches!(place.kind, RecordType::Country | RecordType::Administrative);
    if coded && place.code.chars().all(char::is_alphabetic) {
        let term = text::fold(&place.code);
        if let Some(default) = drafts.first_mut()
            && !term.is_empty()
            && default.words.iter().all(|word| word.term != term)
        {
            default.hidden.push(term);
            default.hidden.truncate(MAX_NAME_TERMS as usize);
        }
    }
    drafts
}

impl NameDraft {
    fn terms(&self) -> Vec<String> {
        self.words.iter().map(|word| word.term.clone()).collect()
    }
}

fn analyze_name(role: Role, name: &str) -> NameDraft {
    let composed = text::compose(name);
    let words: Vec<_> = text::words(&composed).collect();
    let mut draft = NameDraft {
        role,
        text: composed.to_string(),
        prefix: String::new(),
        words: Vec::new(),
        hidden: Vec::new(),
    };
    let first = words.first().map_or(composed.len(), |word| word.start);
    draft.prefix = limited(&composed[..first]);
    for (index, word) in words.iter().take(MAX_NAME_TERMS as usize).enumerate() {
        let end = word.start + word.text.len();
        let next = words.get(index + 1).map_or(composed.len(), |next| next.start);
        let term = text::fold(word.text);
        // Text that folds to nothing (lone marks) cannot be searched; it stays with the display.
        draft.hidden.extend(text::bigrams(&term).map(String::from));
        draft.words.push(WordDraft {
            term,
            form: word.text.into(),
            behind: limited(&composed[end..next]),
        });
    }
    if let Some(last) = draft.words.last_mut() {
        last.behind.truncate(last.behind.trim_end().len());
    }
    draft.hidden.truncate(MAX_NAME_TERMS as usize);
    draft
}

/// Cuts text between terms to what the format can carry.
fn limited(text: &str) -> String {
    let mut end = text.len().min(MAX_LITERAL_BYTES as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_string()
}
