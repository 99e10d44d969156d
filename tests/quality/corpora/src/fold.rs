//! Comparison of names: what is left of a text without case, accents, spaces and punctuation.
//!
//! Written for this crate alone. It is stricter than a search engine's: `ue` is not `ü` here.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that do not decompose, and what people write for them without their keyboard.
const SPECIAL: [(char, &str); 14] = [
    ('ß', "ss"),
    ('ẞ', "ss"),
    ('æ', "ae"),
    ('Æ', "ae"),
    ('œ', "oe"),
    ('Œ', "oe"),
    ('ø', "o"),
    ('Ø', "o"),
    ('ð', "d"),
    ('Ð', "d"),
    ('þ', "th"),
    ('Þ', "th"),
    ('ł', "l"),
    ('đ', "d"),
];

/// Returns the letters and digits of a text, without case and accents.
pub fn fold(text: &str) -> String {
    let mut folded = String::new();
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match SPECIAL.iter().find(|(special, _)| *special == letter) {
            Some((_, plain)) => folded.push_str(plain),
            None if letter.is_alphanumeric() => folded.extend(letter.to_lowercase()),
            None => {}
        }
    }
    folded
}

/// Returns a text without its accents; case and everything else stay.
pub fn without_accents(text: &str) -> String {
    text.nfd().filter(|letter| !is_combining_mark(*letter)).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_accents_and_punctuation() {
        assert_eq!(fold("Boulevard d’Italie"), fold("BOULEVARD D'ITALIE"));
        assert_eq!(fold("Landstraße 12 a"), "landstrasse12a");
        assert_eq!(fold("Þórsgata"), "thorsgata");
        assert_ne!(fold("Müller"), fold("Mueller"), "another spelling is no equal name");
        assert_ne!(fold("Feldweg 1"), fold("Feldweg 2"));
    }

    #[test]
    fn taking_accents_away_keeps_the_rest() {
        assert_eq!(without_accents("Vaduz, Äulestrasse 3"), "Vaduz, Aulestrasse 3");
        assert_eq!(without_accents("Þjórsá"), "Þjorsa");
    }
}
