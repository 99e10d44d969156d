//! Shapes of house numbers: 12, 12bis, 12 B, 12-14, 12/3, nº 12.

use super::fold::fold_into;

/// Largest house number understood.
pub const MAX_HOUSE_NUMBER: u32 = 999_999;

/// Longest text taken for a house number, in bytes.
const MAX_TEXT_BYTES: usize = 40;

/// Widest range of house numbers; numbers further apart are a number and a part of it.
const MAX_RANGE_WIDTH: u32 = 200;

/// Words before a number that say no more than that it is one.
const MARKERS: [&str; 10] =
    ["no", "nr", "num", "number", "numero", "nro", "hnr", "hausnummer", "д", "дом"];

/// Suffixes that are words.
const SUFFIX_WORDS: [&str; 6] = ["bis", "ter", "quater", "quinquies", "sexies", "septies"];

/// A house number taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HouseNumber {
    /// The number, at most [`MAX_HOUSE_NUMBER`].
    pub number: u32,
    /// What follows the number, folded and without spaces: `a`, `bis`, `/3`, `1/2`, `b-2`, or
    /// nothing.
    pub suffix: String,
    /// Last number of a range, greater than the number.
    pub last: Option<u32>,
}

/// Takes a house number apart; none if the text is anything else or anything more.
///
/// 1. Before the number may stand a marker (`No`, `nº`, `#`, `Nr.`), after it a full stop.
/// 2. A suffix is a single letter, `bis`, `ter` and the like, attached or after a space, hyphen
///    or slash; a number after a slash, or a fraction; after a letter also a further number.
/// 3. `12-14` is a range; where the second number is not a little greater, it is a suffix
///    (`12-3` gives `-3`). The suffix of a range is that of its first number, else of its last.
/// 4. A list (`12;14`, `7,9`) is for the caller to split.
///
/// ```
/// let found = geocoder_core::text::parse_house_number("12 Bis").unwrap();
/// assert_eq!((found.number, found.suffix.as_str()), (12, "bis"));
/// ```
pub fn parse_house_number(text: &str) -> Option<HouseNumber> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let plain = plain(text);
    let plain = plain.trim().trim_end_matches(['.', ',']).trim_end();
    let (number, rest) = digits(without_marker(plain))?;
    let rest = rest.trim_start();
    if let Some((last, rest)) = range_end(number, rest) {
        let suffix = suffix(rest)?;
        return Some(HouseNumber { number, suffix, last: Some(last) });
    }
    // A letter before a range: 12a-14, 12a-14b.
    let mut chars = rest.trim_start_matches(['-', '/', ' ']).chars();
    if let (Some(letter), Some((last, rest))) =
        (chars.next().filter(|c| is_letter(*c)), range_end(number, chars.as_str().trim_start()))
    {
        suffix(rest)?;
        return Some(HouseNumber { number, suffix: letter.into(), last: Some(last) });
    }
    Some(HouseNumber { number, suffix: suffix(rest)?, last: None })
}

/// Whether two suffixes are the same but for case, diacritics, spaces and hyphens.
pub fn same_suffix(a: &str, b: &str) -> bool {
    let letters = |suffix: &str| {
        let mut folded = String::new();
        fold_into(suffix, &mut folded);
        folded.retain(|c| !c.is_ascii_whitespace() && c != '-');
        folded
    };
    a == b || letters(a) == letters(b)
}

/// The text folded, with one kind of space, hyphen and slash.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '－' => plain.push('-'),
            '/' | '\u{2044}' | '\u{2215}' | '／' => plain.push('/'),
            ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => plain.push(' '),
            // The degree sign is a common stand-in for the raised o of nº.
            '°' => plain.push('.'),
            '½' => plain.push_str(" 1/2"),
            '¼' => plain.push_str(" 1/4"),
            '¾' => plain.push_str(" 3/4"),
            c => fold_into(c.encode_utf8(&mut [0; 4]), &mut plain),
        }
    }
    plain
}

/// The text after a marker such as "no." or "#".
fn without_marker(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('#').or_else(|| text.strip_prefix("n.")) {
        return rest.trim_start();
    }
    let start = text.find(|c: char| !is_letter(c)).unwrap_or_default();
    match text.split_at_checked(start) {
        Some((marker, rest)) if MARKERS.contains(&marker) => {
            rest.trim_start_matches(['.', ' ', ':'])
        }
        _ => text,
    }
}

/// A number at the start of the text and what follows it.
fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let number = digits.parse().ok().filter(|number| *number <= MAX_HOUSE_NUMBER)?;
    (digits.len() <= 6).then_some((number, rest))
}

/// The end of a range from the number on, and what follows it.
fn range_end(number: u32, rest: &str) -> Option<(u32, &str)> {
    let (last, rest) = digits(rest.strip_prefix('-')?.trim_start())?;
    let is_range = last > number && last - number <= MAX_RANGE_WIDTH;
    // A third number makes it a block number, as in Japan: 1-2-3.
    (is_range && !rest.starts_with(['-', '/'])).then_some((last, rest.trim_start()))
}

/// The canonical suffix of what follows the number; none if that is no suffix.
fn suffix(rest: &str) -> Option<String> {
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some(String::new());
    }
    if let Some(fraction) = fraction(rest) {
        return Some(fraction.to_owned());
    }
    let (separator, parts) = match rest.strip_prefix(['-', '/']) {
        Some(parts) => (rest.get(..1).unwrap_or_default(), parts.trim_start()),
        None => ("", rest),
    };
    let end = parts.find(|c: char| !is_letter(c)).unwrap_or(parts.len());
    let (word, numbers) = parts.split_at_checked(end)?;
    let single = word.chars().nth(1).is_none();
    if word.is_empty() {
        // A bare second number needs its separator to be told from the first.
        return (!separator.is_empty())
            .then(|| numbers_of(numbers))?
            .map(|n| [separator, n].concat());
    }
    if !single && !SUFFIX_WORDS.contains(&word) {
        return None;
    }
    let numbers = numbers.trim_start();
    if numbers.is_empty() {
        return Some(word.to_owned());
    }
    let (between, tail) = match numbers.strip_prefix(['-', '/']) {
        Some(tail) => (numbers.get(..1)?, tail.trim_start()),
        None => ("", numbers),
    };
    // A letter range, as in 12a-c.
    let mut letters = tail.chars();
    if !between.is_empty() && letters.next().is_some_and(is_letter) && letters.next().is_none() {
        return Some([word, between, tail].concat());
    }
    numbers_of(tail).map(|tail| [word, between, tail].concat())
}

/// Checks for numbers joined by hyphens or slashes, such as 2-3.
fn numbers_of(text: &str) -> Option<&str> {
    let valid =
        text.split(['-', '/']).all(|part| digits(part).is_some_and(|(_, rest)| rest.is_empty()));
    valid.then_some(text)
}

/// Checks for a fraction such as 1/2.
fn fraction(text: &str) -> Option<&str> {
    let (numerator, rest) = digits(text)?;
    let (denominator, rest) = digits(rest.strip_prefix('/')?)?;
    (0 < numerator && numerator < denominator && denominator <= 8 && rest.is_empty())
        .then_some(text)
}

/// Whether a folded character may be the letter of a suffix or a marker.
fn is_letter(c: char) -> bool {
    c.is_ascii_lowercase()
        || (!c.is_ascii() && super::script::class(c) == super::script::Class::Letter)
}

#[cfg(test)]
mod tests {
    use super::{parse_house_number, same_suffix};

    #[test]
    fn shapes_are_taken_apart() {
        for (text, number, suffix, last) in [
            ("12", 12, "", None),
            ("12bis", 12, "bis", None),
            ("12 BIS", 12, "bis", None),
            ("12-ter", 12, "ter", None),
            ("12b", 12, "b", None),
            ("12 B", 12, "b", None),
            ("12-B", 12, "b", None),
            ("12/A", 12, "a", None),
            ("12А", 12, "а", None),
            ("12-14", 12, "", Some(14)),
            ("12–14", 12, "", Some(14)),
            ("12 - 14", 12, "", Some(14)),
            ("12a-14", 12, "a", Some(14)),
            ("12-14a", 12, "a", Some(14)),
            ("12a-14b", 12, "a", Some(14)),
            ("12/3", 12, "/3", None),
            ("12 / 3", 12, "/3", None),
            ("123/45", 123, "/45", None),
            ("12a/3", 12, "a/3", None),
            ("12-3", 12, "-3", None),
            ("1-2-3", 1, "-2-3", None),
            ("12 1/2", 12, "1/2", None),
            ("12½", 12, "1/2", None),
            ("No 12", 12, "", None),
            ("no.12", 12, "", None),
            ("nº12", 12, "", None),
            ("N° 12", 12, "", None),
            ("№ 12", 12, "", None),
            ("Nr. 12 a", 12, "a", None),
            ("д. 12", 12, "", None),
            ("#12", 12, "", None),
            ("12.", 12, "", None),
            ("12,", 12, "", None),
            ("12B-2", 12, "b-2", None),
            ("12b2", 12, "b2", None),
            ("12 a-c", 12, "a-c", None),
            ("007", 7, "", None),
            ("999999", 999_999, "", None),
            ("١٢", 12, "", None),
            ("１２", 12, "", None),
        ] {
            let found =
                parse_house_number(text).unwrap_or_else(|| panic!("{text} is a house number"));
            assert_eq!(
                (found.number, found.suffix.as_str(), found.last),
                (number, suffix, last),
                "{text}"
            );
        }
    }

    #[test]
    fn other_texts_are_no_house_numbers() {
        for text in [
            "",
            "a",
            "bis",
            "12 rue",
            "12th",
            "1st",
            "1000000",
            "0000012",
            "12;14",
            "12 13",
            "no",
            "n12",
            "12--",
            "12/",
            "-12",
            "12 bis rue",
            "A12",
            "1.5",
            "12 1/2 3",
            "12-",
        ] {
            assert_eq!(parse_house_number(text), None, "{text}");
        }
    }

    #[test]
    fn suffixes_compare_by_their_letters() {
        assert!(same_suffix("B", "b"));
        assert!(same_suffix("b-2", "B 2"));
        assert!(!same_suffix("b", "bis"));
        assert!(!same_suffix("", "a"));
        assert!(!same_suffix("/3", "3"));
    }
}
