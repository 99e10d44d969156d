//! Splitting a text into words.

use core::str::CharIndices;

use super::script::{Class, class};

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word as written.
    pub text: &'a str,
    /// Byte offset of its start in the text.
    pub start: usize,
}

/// Splits a text into words: runs of letters and digits with their marks.
///
/// 1. Apostrophes and hyphens stand between words, as do spaces and other punctuation.
/// 2. Letters and digits stay together (`12bis`), except that scripts without spaces are cut
///    from all others (`東京1丁目` is `東京`, `1`, `丁目`).
/// 3. Invisible characters (soft hyphen, joiners, direction marks, controls) cut nothing; only a
///    zero-width space cuts scripts without spaces, where it is written to mark words.
/// 4. Every letter and digit of the text is in exactly one word, in the order of the text.
///
/// ```
/// let words: Vec<_> = geocoder_core::text::words("12bis, rue de l’Église").collect();
/// let texts: Vec<_> = words.iter().map(|word| word.text).collect();
/// assert_eq!(texts, ["12bis", "rue", "de", "l", "Église"]);
/// ```
pub fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    Words { text, chars: text.char_indices(), pending: None }
}

struct Words<'a> {
    text: &'a str,
    chars: CharIndices<'a>,
    /// First letter of the next word, read when it ended the word before.
    pending: Option<(usize, Class)>,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let (start, script) = match self.pending.take() {
            Some(first) => first,
            None => self.chars.by_ref().find_map(|(at, c)| {
                let class = class(c);
                matches!(class, Class::Letter | Class::Spaceless).then_some((at, class))
            })?,
        };
        let mut end = self.text.len();
        for (at, c) in self.chars.by_ref() {
            match class(c) {
                Class::Transparent if c != '\u{200b}' || script == Class::Letter => {}
                Class::Transparent | Class::Separator => {
                    end = at;
                    break;
                }
                class if class == script => {}
                class => {
                    self.pending = Some((at, class));
                    end = at;
                    break;
                }
            }
        }
        let text = self.text.get(start..end)?;
        Some(Word { text, start })
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    fn split(text: &str) -> Vec<&str> {
        words(text).map(|word| word.text).collect()
    }

    #[test]
    fn separators_and_script_borders_cut() {
        for (text, expected) in [
            ("Rue de l'Église", vec!["Rue", "de", "l", "Église"]),
            ("d’Or dʼOr d`Or", vec!["d", "Or", "d", "Or", "d", "Or"]),
            ("Saint-Jean", vec!["Saint", "Jean"]),
            ("12bis,av.", vec!["12bis", "av"]),
            ("東京1丁目", vec!["東京", "1", "丁目"]),
            ("虎ノ門Hills", vec!["虎ノ門", "Hills"]),
            ("세종대로110", vec!["세종대로", "110"]),
            ("ถนนA1", vec!["ถนน", "A1"]),
            ("１丁目", vec!["１", "丁目"]),
            ("東京・大阪", vec!["東京", "大阪"]),
            ("nº12", vec!["nº12"]),
            ("12/3", vec!["12", "3"]),
            (" – ", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn marks_stay_with_their_letter_and_invisible_characters_cut_nothing() {
        assert_eq!(split("Mu\u{308}nchen"), ["Mu\u{308}nchen"]);
        assert_eq!(split("Haupt\u{ad}stra\u{200b}ße"), ["Haupt\u{ad}stra\u{200b}ße"]);
        assert_eq!(split("\u{200f}\u{301}abc"), ["abc"]);
        assert_eq!(split("दिल्ली Paral·lel"), ["दिल्ली", "Paral·lel"]);
    }

    #[test]
    fn a_zero_width_space_cuts_scripts_without_spaces() {
        assert_eq!(split("ផ្លូវ\u{200b}ជាតិ"), ["ផ្លូវ", "ជាតិ"]);
    }

    #[test]
    fn starts_are_byte_offsets() {
        let starts: Vec<_> = words("Île d’Yeu").map(|word| word.start).collect();
        assert_eq!(starts, [0, 5, 9]);
    }
}
