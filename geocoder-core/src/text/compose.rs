//! Composition of letter and mark where folding keeps the composed letter apart.

use std::borrow::Cow;

/// Joins a letter and its mark, or Korean syllable parts, where folding tells the composed
/// letter from the bare one: й, kana with voicing marks, Hangul.
///
/// Some keyboards and file systems send these decomposed. All other marks are dropped by
/// folding, so their composition does not matter.
pub fn compose(text: &str) -> Cow<'_, str> {
    let is_part = |c: char| {
        let code = u32::from(c);
        code == 0x306 || (0x1160..0x1200).contains(&code) || is_voicing_mark(c)
    };
    if !text.contains(is_part) {
        return Cow::Borrowed(text);
    }
    let mut composed = String::with_capacity(text.len());
    let mut letter_at = 0;
    for c in text.chars() {
        // Other marks of the letter may stand between: their order is no matter of spelling.
        let mut letters = composed.get(letter_at..).unwrap_or_default().chars();
        if let Some(joined) = letters.next().and_then(|letter| join(letter, c)) {
            let marks = letters.as_str().to_owned();
            composed.truncate(letter_at);
            composed.push(joined);
            composed.push_str(&marks);
            continue;
        }
        if !is_mark(c) {
            letter_at = composed.len();
        }
        composed.push(c);
    }
    Cow::Owned(composed)
}

fn join(letter: char, mark: char) -> Option<char> {
    match (letter, mark) {
        ('и', '\u{306}') => Some('й'),
        ('И', '\u{306}') => Some('Й'),
        _ if is_voicing_mark(mark) => voiced(letter, mark),
        _ => syllable(u32::from(letter), u32::from(mark)),
    }
}

/// Whether a character belongs to the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

/// Combining or half-width (semi-)voicing mark.
fn is_voicing_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
}

/// The voiced form of a kana; voiced kana follow their bare kana in Unicode.
fn voiced(letter: char, mark: char) -> Option<char> {
    let full = super::fold_char(letter).next()?;
    // Hiragana and katakana are laid out alike, 0x60 apart.
    let code = u32::from(full);
    let hiragana = if (0x30a1..0x30f7).contains(&code) { code - 0x60 } else { code };
    let semi_voiced = matches!(mark, '\u{309a}' | '\u{ff9f}');
    let in_h_row = (0x306f..=0x307b).contains(&hiragana) && hiragana.is_multiple_of(3);
    let step = match hiragana {
        0x3046 if !semi_voiced => 0x4e,
        0x308f..=0x3092 if code != hiragana && !semi_voiced => 8,
        0x309d | 0x30fd if !semi_voiced => 1,
        0x304b..=0x3061 if hiragana % 2 == 1 && !semi_voiced => 1,
        0x3064..=0x3068 if hiragana.is_multiple_of(2) && !semi_voiced => 1,
        _ if in_h_row => 1 + u32::from(semi_voiced),
        _ => return None,
    };
    char::from_u32(code + step)
}

/// Composes Hangul by the arithmetic of the Unicode Standard, section 3.12.
fn syllable(first: u32, second: u32) -> Option<char> {
    const LEAD: u32 = 0x1100;
    const VOWEL: u32 = 0x1161;
    const TAIL: u32 = 0x11a7;
    const SYLLABLE: u32 = 0xac00;
    let code = match (first, second) {
        (0x1100..=0x1112, 0x1161..=0x1175) => {
            SYLLABLE + ((first - LEAD) * 21 + (second - VOWEL)) * 28
        }
        (0xac00..=0xd7a3, 0x11a8..=0x11c2) if (first - SYLLABLE).is_multiple_of(28) => {
            first + (second - TAIL)
        }
        _ => return None,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::compose;

    #[test]
    fn letters_of_their_own_are_joined() {
        assert_eq!(compose("Йошкар"), "Йошкар");
        assert_eq!(compose("パリ"), "パリ");
        assert_eq!(compose("ﾊﾟﾘ"), "パﾘ");
        assert_eq!(compose("서울"), "서울");
        assert_eq!(compose("Mu\u{308}nchen"), "Mu\u{308}nchen");
        assert_eq!(compose("и\u{323}\u{306}"), "й\u{323}");
    }
}
