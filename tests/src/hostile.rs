//! Queries that nobody types to find a place, beside ordinary text of the same length.

/// Lengths in bytes: that of a usual query, and far beyond the limit of queries.
pub const LENGTHS: [usize; 2] = [60, 10_000];

/// Texts that are repeated to the length: what stands in them is hard on a text analyzer.
const PATTERNS: [(&str, &str); 9] = [
    ("emoji", "👩‍👩‍👧🏳️‍🌈🏠🇱🇮 "),
    ("right-to-left", "شارع الملك فهد רחוב הרצל "),
    ("zero-width", "d\u{200b}o\u{200c}r\u{200d}f\u{feff}s\u{2060}t "),
    // What JavaScript's lone surrogates become on their way into the engine.
    ("replacement", "\u{fffd}a\u{fffd} "),
    ("nul", "\0a\0b "),
    ("marks", "a\u{0301}\u{0302}\u{0303}\u{0304}\u{0305} "),
    ("one-word", "abcdefghij"),
    ("digits", "1234567890 12 "),
    ("letters", "a b c d e "),
];

/// Returns queries by kind, `ordinary-LENGTH` and `hostile-PATTERN-LENGTH`.
///
/// Ordinary text is made of the queries that are given.
pub fn queries(ordinary: &[String]) -> Vec<(String, Vec<String>)> {
    let mut kinds = Vec::new();
    for length in LENGTHS {
        let texts = (0..ordinary.len().min(3)).map(|start| {
            let words = ordinary.iter().cycle().skip(start).map(|text| format!("{text}, "));
            filled(words, length)
        });
        kinds.push((format!("ordinary-{length}"), texts.collect()));
        for (name, pattern) in PATTERNS {
            let text = filled(std::iter::repeat_with(|| pattern.to_owned()), length);
            kinds.push((format!("hostile-{name}-{length}"), vec![text]));
        }
    }
    kinds
}

/// Joins texts until there are `length` bytes, cut at the end of a character.
fn filled(parts: impl Iterator<Item = String>, length: usize) -> String {
    let mut text = String::new();
    for part in parts {
        if text.len() >= length || part.is_empty() {
            break;
        }
        text.push_str(&part);
    }
    let end = (0..=length.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.truncate(end.unwrap_or(0));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_fills_its_length_and_no_text_is_ordinary_and_hostile() {
        let ordinary = ["Dorfstrasse 24, Triesen".to_owned(), "Städtle 43".to_owned()];
        let kinds = queries(&ordinary);
        assert_eq!(kinds.len(), LENGTHS.len() * (PATTERNS.len() + 1));
        for (kind, texts) in kinds {
            let length: usize = kind.rsplit('-').next().unwrap().parse().unwrap();
            for text in texts {
                assert!(text.len() <= length && text.len() + 4 > length, "{kind}: {}", text.len());
                assert_eq!(kind.starts_with("ordinary"), text.contains("Dorf"), "{kind}");
            }
        }
    }
}
