//! Folding: the form of a word in which case, diacritics and ligatures do not count.
//!
//! The table is generated (see `tests/folding_table.rs`) and small; the Unicode tables behind
//! `str::to_lowercase` alone would be ten times its size in WebAssembly.

use super::folding_table::{EXPANSIONS, RUNS};

/// First target that stands for an entry of the expansions; private use, so never a letter.
const FIRST_EXPANSION: u16 = 0xe000;

/// Consecutive characters of the table with a common rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    first: u16,
    target: u16,
    len: u8,
    rule: Rule,
}

#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Every character becomes the target.
    Same,
    /// The first character becomes the target, the next one its successor, and so on.
    Shift,
    /// Upper and lower case alternate, upper case first.
    Pairs,
}

/// A run of characters that all become the target.
pub(super) const fn same(first: u16, len: u8, target: u16) -> Run {
    Run { first, target, len, rule: Rule::Same }
}

/// A run of characters that become as many consecutive ones from the target on.
pub(super) const fn shift(first: u16, len: u8, target: u16) -> Run {
    Run { first, target, len, rule: Rule::Shift }
}

/// A run of alternating upper and lower case letters.
pub(super) const fn pairs(first: u16, len: u8) -> Run {
    Run { first, target: first, len, rule: Rule::Pairs }
}

/// Letters that one character folds to: none, one, or a few.
#[derive(Debug, Clone)]
pub struct Folded(Letters);

#[derive(Debug, Clone)]
enum Letters {
    One(Option<char>),
    Several(core::str::Chars<'static>),
}

impl Iterator for Folded {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match &mut self.0 {
            Letters::One(letter) => letter.take(),
            Letters::Several(letters) => letters.next(),
        }
    }
}

/// Returns the folded letters of one character; none for a mark or an invisible character.
pub fn fold_char(c: char) -> Folded {
    if c.is_ascii() {
        return Folded(Letters::One(Some(c.to_ascii_lowercase())));
    }
    let Some(target) = target(c) else { return Folded(Letters::One(Some(c))) };
    let expansion = target.checked_sub(FIRST_EXPANSION).map(usize::from);
    match expansion.and_then(|idx| EXPANSIONS.get(idx)) {
        Some(letters) => Folded(Letters::Several(letters.chars())),
        None => Folded(Letters::One(char::from_u32(u32::from(target)))),
    }
}

/// Returns the folded form of one word, the form in which terms are compared.
///
/// It is the concatenation of [`fold_char`] over the characters; folding twice changes nothing.
///
/// ```
/// assert_eq!(geocoder_core::text::fold("Großmünster"), "grossmunster");
/// ```
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

/// Appends the folded form of a word.
pub fn fold_into(word: &str, folded: &mut String) {
    for c in word.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            folded.extend(fold_char(c));
        }
    }
}

/// The table's target of a character: a letter or an expansion; none if it stays as it is.
fn target(c: char) -> Option<u16> {
    // Letters outside the Basic Multilingual Plane have no run: they stay as they are.
    let code = u16::try_from(u32::from(c)).ok()?;
    let idx = RUNS.partition_point(|run| run.first <= code).checked_sub(1)?;
    let run = RUNS.get(idx)?;
    let offset = code.checked_sub(run.first).filter(|offset| *offset < u16::from(run.len))?;
    match run.rule {
        Rule::Same => Some(run.target),
        Rule::Shift => run.target.checked_add(offset),
        Rule::Pairs => run.target.checked_add(offset | 1),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_diacritics_and_ligatures_do_not_count() {
        for (word, folded) in [
            ("Dorfstraße", "dorfstrasse"),
            ("GÄSSLE", "gassle"),
            ("Cœur", "coeur"),
            ("Ærøskøbing", "aeroskobing"),
            ("Łódź", "lodz"),
            ("Đakovo", "dakovo"),
            ("Þórsgata", "thorsgata"),
            ("Garðabær", "gardabaer"),
            ("Ħamrun", "hamrun"),
            ("İstanbul", "istanbul"),
            ("Iğdır", "igdir"),
            ("Nguyễn", "nguyen"),
            ("Ålesund", "alesund"),
            ("ﬁnal", "final"),
            ("Ｔｏｋｙｏ１", "tokyo1"),
            ("Kraków", "krakow"),
            ("nº", "no"),
            ("№", "no"),
            ("Ⅳ", "iv"),
            ("Paral·lel", "parallel"),
        ] {
            assert_eq!(fold(word), folded, "{word}");
        }
    }

    #[test]
    fn other_scripts_are_folded_not_dropped() {
        for (word, folded) in [
            ("Ἀθῆναι", "αθηναι"),
            ("ΠΕΙΡΑΙΆΣ", "πειραιασ"),
            ("Королёв", "королев"),
            ("Йошкар", "йошкар"),
            ("Київ", "киів"),
            ("ԵՐԵՎԱՆ", "երեվան"),
            ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
            ("إِيلَات", "ايلات"),
            ("تهـران", "تهران"),
            ("یزد", "يزد"),
            ("יְרוּשָׁלַיִם", "ירושלים"),
            ("١٢", "12"),
            ("१२", "12"),
            ("๑๒", "12"),
            ("दिल्ली", "दिल्ली"),
            ("กรุงเทพ", "กรุงเทพ"),
            ("ﾄｳｷｮｳ", "トウキョウ"),
            ("ガム", "ガム"),
            ("ひらがな", "ひらがな"),
            ("東京", "東京"),
            ("서울", "서울"),
            ("𠮷野", "𠮷野"),
        ] {
            assert_eq!(fold(word), folded, "{word}");
        }
    }

    #[test]
    fn invisible_characters_vanish() {
        assert_eq!(fold("Haupt\u{ad}stra\u{200d}ße\u{200e}"), "hauptstrasse");
        assert_eq!(fold("Mu\u{308}nchen"), "munchen");
    }
}
