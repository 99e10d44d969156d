//! Words a shard's languages treat specially: abbreviations, street types and stop words.
//!
//! The lexicon is data in the shard, not code: the builder chooses it by the country's languages.

use serde::{Deserialize, Serialize};

/// Special words of the languages of one shard; all terms are folded by the analyzer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lexicon {
    /// ISO 639-1 codes of the local languages, most used first.
    pub languages: Vec<String>,
    /// Groups of terms that mean the same.
    pub groups: Vec<SynonymGroup>,
    /// Terms that alone say little, such as articles; their absence costs little.
    pub stop_words: Vec<String>,
    /// Words that say nothing about where, such as the country's name: ignored when unmatched.
    pub noise_words: Vec<String>,
    /// Words that say nothing about where and come with a number that says no more, such as
    /// floor, apartment or cedex.
    pub unit_words: Vec<String>,
    /// Words between the two streets of a crossing, such as and.
    pub and_words: Vec<String>,
    /// Words that say that two streets meet, such as corner.
    pub corner_words: Vec<String>,
}

/// Terms that stand for one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynonymGroup {
    /// What the words are.
    pub kind: SynonymKind,
    /// Equivalent terms, the full form first; each one or several words separated by a space.
    pub terms: Vec<String>,
}

/// Where the words of a synonym group may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SynonymKind {
    /// A street type that is a word of its own, such as boulevard.
    StreetType,
    /// A street type that ends a compound as well, such as strasse in Dorfstrasse.
    CompoundStreetType,
    /// Directions, such as north.
    Directional,
    /// Title or saint, abbreviated before a name only.
    Title,
    /// Any other abbreviation.
    Other,
}
