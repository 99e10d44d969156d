//! Brings spellings of one name to one key: abbreviations, divided and joined words, umlauts.

use std::collections::BTreeMap;

use geocoder_core::lexicon::{Lexicon, SynonymKind};
use geocoder_core::text;

/// Shortest abbreviation that is looked for at the end of a longer word.
const MIN_ENDING_CHARS: usize = 3;

/// Makes keys of names with the abbreviations of some languages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Speller {
    /// The full word by each of its abbreviations.
    full: BTreeMap<String, String>,
    /// Abbreviations that also end compounds, the longest first, with the full word.
    endings: Vec<(String, String)>,
}

impl Speller {
    /// Learns the abbreviations of a lexicon.
    pub(crate) fn new(lexicon: &Lexicon) -> Self {
        let mut speller = Self::default();
        for group in &lexicon.groups {
            let Some((full, others)) = group.terms.split_first() else { continue };
            for other in others.iter().filter(|other| !other.contains(' ')) {
                speller.full.entry(other.clone()).or_insert_with(|| full.clone());
                if group.kind == SynonymKind::CompoundStreetType
                    && other.chars().count() >= MIN_ENDING_CHARS
                {
                    speller.endings.push((other.clone(), full.clone()));
                }
            }
        }
        speller.endings.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.len()));
        speller
    }

    /// Returns the key of a name in its plain spelling.
    pub(crate) fn key(&self, name: &str) -> String {
        text::words(name).map(|word| self.spell_out(text::fold(word.text))).collect()
    }

    /// Returns the keys of a name in which digraphs may stand for umlauts, the plain one first.
    pub(crate) fn keys(&self, name: &str) -> Vec<String> {
        let plain = self.key(name);
        let others = text::variants(&plain);
        std::iter::once(plain).chain(others).collect()
    }

    fn spell_out(&self, word: String) -> String {
        if let Some(full) = self.full.get(&word) {
            return full.clone();
        }
        let found = self.endings.iter().find_map(|(ending, full)| {
            let stem = word.strip_suffix(ending.as_str()).filter(|stem| !stem.is_empty())?;
            (!word.ends_with(full.as_str())).then(|| format!("{stem}{full}"))
        });
        found.unwrap_or(word)
    }
}

#[cfg(test)]
mod tests {
    use geocoder_core::lexicon::SynonymGroup;

    use super::*;

    #[test]
    fn abbreviated_divided_and_digraph_spellings_meet() {
        let group = |kind, terms: &[&str]| SynonymGroup {
            kind,
            terms: terms.iter().map(ToString::to_string).collect(),
        };
        let lexicon = Lexicon {
            groups: vec![
                group(SynonymKind::CompoundStreetType, &["strasse", "str"]),
                group(SynonymKind::Title, &["sankt", "st"]),
            ],
            ..Lexicon::default()
        };
        let speller = Speller::new(&lexicon);
        assert_eq!(speller.key("St. Luzi-Str."), speller.key("Sankt Luzi Strasse"));
        assert_eq!(speller.key("Feldkircher Strasse"), speller.key("Feldkircherstr."));
        assert!(speller.keys("Aeulestrasse").contains(&speller.key("Äulestrasse")));
        assert_ne!(speller.key("Dorfgasse"), speller.key("Dorfstrasse"));
    }
}
