//! Takes a name apart: terms to be searched, text to be shown. One for the writer and overlays.

use super::names::{MAX_LITERAL_BYTES, MAX_NAME_TERMS, Role};
use crate::record::RecordType;
use crate::text;

/// Weight of a stop word among the terms of a name.
pub(crate) const STOP_TERM: f32 = 0.3;

/// A name taken apart.
#[derive(Debug, Clone)]
pub(crate) struct NameDraft {
    pub(crate) role: Role,
    /// All of it; writers cut blocks by it.
    #[cfg(feature = "build")]
    pub(crate) text: String,
    pub(crate) prefix: String,
    pub(crate) words: Vec<WordDraft>,
    /// Terms that are searched but not shown.
    pub(crate) hidden: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct WordDraft {
    pub(crate) term: String,
    pub(crate) form: String,
    pub(crate) behind: String,
}

impl NameDraft {
    /// Takes a name apart.
    pub(crate) fn new(role: Role, name: &str) -> Self {
        let composed = text::compose(name);
        let words: Vec<_> = text::words(&composed).collect();
        let mut draft = Self {
            role,
            #[cfg(feature = "build")]
            text: composed.to_string(),
            prefix: String::new(),
            words: Vec::new(),
            hidden: Vec::new(),
        };
        let first = words.first().map_or(composed.len(), |word| word.start);
        draft.prefix = limited(composed.get(..first).unwrap_or_default());
        for (index, word) in words.iter().take(MAX_NAME_TERMS as usize).enumerate() {
            let end = word.start + word.text.len();
            let next = words.get(index + 1).map_or(composed.len(), |next| next.start);
            let term = text::fold(word.text);
            // Text that folds to nothing (lone marks) cannot be searched; it stays with the display.
            draft.hidden.extend(text::bigrams(&term).map(String::from));
            draft.words.push(WordDraft {
                term,
                form: word.text.into(),
                behind: limited(composed.get(end..next).unwrap_or_default()),
            });
        }
        if let Some(last) = draft.words.last_mut() {
            last.behind.truncate(last.behind.trim_end().len());
        }
        draft.hidden.truncate(MAX_NAME_TERMS as usize);
        draft
    }

    /// Lets the default name of a place be found by its official code as well: countries and
    /// regions are searched by their codes of letters, as in `Springfield MO`.
    pub(crate) fn add_code(&mut self, kind: RecordType, code: &str) {
        let coded = matches!(kind, RecordType::Country | RecordType::Administrative);
        if !coded || !code.chars().all(char::is_alphabetic) {
            return;
        }
        let term = text::fold(code);
        if !term.is_empty() && self.words.iter().all(|word| word.term != term) {
            self.hidden.push(term);
            self.hidden.truncate(MAX_NAME_TERMS as usize);
        }
    }

    /// Tells whether the terms that begin with the same letter as one of them may be the greater part
    /// of the name, given its stop words.
    #[cfg(feature = "build")]
    pub(crate) fn is_greater_part(&self, term: &str, stop_words: &[String]) -> bool {
        let weight =
            |word: &WordDraft| if stop_words.contains(&word.term) { STOP_TERM } else { 1.0 };
        let alike = |word: &&WordDraft| word.term.chars().next() == term.chars().next();
        let part: f32 = self.words.iter().filter(alike).map(weight).sum();
        2.0 * part > self.words.iter().map(weight).sum()
    }

    /// Returns the terms that are shown.
    #[cfg(feature = "build")]
    pub(crate) fn terms(&self) -> Vec<String> {
        self.words.iter().map(|word| word.term.clone()).collect()
    }

    /// Returns the name as a shard shows it.
    pub(crate) fn shown(&self) -> String {
        let mut text = self.prefix.clone();
        for word in &self.words {
            text.push_str(&word.form);
            text.push_str(&word.behind);
        }
        text
    }
}

/// Cuts text between terms to what the format can carry.
fn limited(text: &str) -> String {
    let mut end = text.len().min(MAX_LITERAL_BYTES as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_string()
}
