//! Names as people type them on keyboards that lack their letters.

/// Letters that people write in another way when their keyboard does not have them.
const ASCII: [(char, &str); 16] = [
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('Ä', "Ae"),
    ('Ö', "Oe"),
    ('Ü', "Ue"),
    ('ß', "ss"),
    ('å', "aa"),
    ('ø', "oe"),
    ('Ø', "Oe"),
    ('æ', "ae"),
    ('Æ', "Ae"),
    ('ð', "d"),
    ('Ð', "D"),
    ('þ', "th"),
    ('Þ', "Th"),
];

/// Which of a language's habits is followed for letters that have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// `ö` becomes `oe`, as in German.
    Digraph,
    /// `ö` becomes `o`, as in Icelandic, Finnish and Swedish.
    Bare,
}

/// Writes a text with the letters of ASCII alone; nothing where it has no others or others that
/// nobody writes in ASCII.
pub fn ascii(text: &str, habit: Habit) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut written = String::new();
    for letter in text.chars() {
        let is_umlaut = matches!(letter, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | 'å' | 'ø' | 'Ø');
        let listed = ASCII.iter().find(|(other, _)| *other == letter);
        match listed.filter(|_| habit == Habit::Digraph || !is_umlaut) {
            Some((_, plain)) => written.push_str(plain),
            None if letter == '’' => written.push('\''),
            None if matches!(letter, 'ø' | 'Ø') => written.push('o'),
            None => written.push_str(&crate::fold::without_accents(&letter.to_string())),
        }
    }
    written.is_ascii().then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_off_the_keyboard_are_written_by_habit() {
        let written = |text, habit| ascii(text, habit).unwrap_or_default();
        assert_eq!(written("Äulestraße", Habit::Digraph), "Aeulestrasse");
        assert_eq!(written("Þórsgata við sjó", Habit::Bare), "Thorsgata vid sjo");
        assert_eq!(written("Mäkelänkatu", Habit::Bare), "Makelankatu");
        assert_eq!(written("Sólheimar ö", Habit::Bare), "Solheimar o");
        assert_eq!(ascii("Landstrasse", Habit::Digraph), None, "nothing to replace");
        assert_eq!(ascii("Москва", Habit::Bare), None, "another script is no keyboard habit");
    }
}
