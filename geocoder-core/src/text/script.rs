//! Classes of characters as word splitting needs them, and pieces of words without spaces.

use super::folding_table::CLASSES;

/// What a character is to the splitting of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Stands between words.
    Separator,
    /// Letter or digit of a script that writes spaces between words.
    Letter,
    /// Letter of a script that writes no or few spaces between words.
    Spaceless,
    /// Mark or invisible character: belongs to the word it stands in, starts none.
    Transparent,
}

/// Returns the class of a character.
pub(super) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Class::Letter
        } else if c.is_ascii_control() && !c.is_ascii_whitespace() && c != '\u{b}' {
            Class::Transparent
        } else {
            Class::Separator
        };
    }
    let Ok(code) = u16::try_from(u32::from(c)) else { return class_beyond_bmp(c) };
    let idx = CLASSES.partition_point(|(first, _)| *first <= code);
    idx.checked_sub(1).and_then(|idx| CLASSES.get(idx)).map_or(Class::Separator, |entry| entry.1)
}

/// Coarse classes of the supplementary planes: whole blocks, no table.
fn class_beyond_bmp(c: char) -> Class {
    match u32::from(c) {
        0x1_6fe0..=0x1_b2ff | 0x2_0000..=0x3_ffff => Class::Spaceless,
        // Musical, game and emoji symbols.
        0x1_d000..=0x1_d37f | 0x1_f000..=0x1_ffff => Class::Separator,
        0x1_0000..=0x1_ffff => Class::Letter,
        0xe_0000..=0xe_0fff => Class::Transparent,
        _ => Class::Separator,
    }
}

/// Whether the character is a letter of a script written without spaces, or nearly so:
/// Han, kana, Hangul, Thai, Lao, Khmer, Myanmar and their kin.
pub fn is_spaceless(c: char) -> bool {
    class(c) == Class::Spaceless
}

/// Whether the character is Han, kana or Hangul.
pub fn is_cjk(c: char) -> bool {
    let cjk = matches!(u32::from(c),
        0x1100..=0x11ff | 0x2e80..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0xf900..=0xfaff
        | 0xff66..=0xffdc | 0x1_6fe0..=0x1_b2ff | 0x2_0000..=0x3_ffff);
    cjk && is_spaceless(c)
}

/// Returns the overlapping pieces of two characters of a term longer than two, if it is written
/// in a script without spaces; nothing otherwise.
///
/// They are extra terms to search by: names in these scripts hold words that no space marks.
pub fn bigrams(term: &str) -> impl Iterator<Item = &str> {
    let spaceless = term.chars().all(is_spaceless) && term.chars().nth(2).is_some();
    let starts = term.char_indices().map(|(start, _)| start);
    let ends = starts.clone().skip(2).chain([term.len()]);
    let pieces = if spaceless { usize::MAX } else { 0 };
    starts.zip(ends).take(pieces).filter_map(|(start, end)| term.get(start..end))
}

#[cfg(test)]
mod tests {
    use super::{bigrams, is_cjk, is_spaceless};

    #[test]
    fn bigrams_overlap_and_exist_for_long_spaceless_terms_only() {
        let list = |term| bigrams(term).collect::<Vec<_>>();
        assert_eq!(list("東京都庁"), ["東京", "京都", "都庁"]);
        assert_eq!(list("서울역"), ["서울", "울역"]);
        assert_eq!(list("𠮷野家"), ["𠮷野", "野家"]);
        assert!(list("東京").is_empty());
        assert!(list("tokyo").is_empty());
        assert!(list("").is_empty());
    }

    #[test]
    fn scripts_are_told_apart() {
        assert!("東ひカ서々ー".chars().all(is_cjk));
        assert!(!"aжقก・。1１".chars().any(is_cjk));
        assert!("กລខမ東".chars().all(is_spaceless));
        assert!(!"aжقद1".chars().any(is_spaceless));
    }
}
