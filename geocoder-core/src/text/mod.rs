//! Text analysis, one for builder and query: words of a text and their folded form.

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word as written.
    pub text: &'a str,
    /// Byte offset of its start in the text.
    pub start: usize,
}

/// Splits a text into words: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(move |word| {
        Word { text: word, start: word.as_ptr() as usize - text.as_ptr() as usize }
    })
}

/// Returns the folded form of one word, the form in which terms are compared.
pub fn fold(word: &str) -> String {
    word.to_lowercase()
}
