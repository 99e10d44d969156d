//! Names from the outside: cleaning, splitting, and the key under which equal names meet.

use std::collections::HashSet;

use geocoder_core::gazetteer::Names;
use geocoder_core::text;

/// Longest name kept, in bytes; shards hold no longer ones.
const MAX_NAME_BYTES: usize = 250;

/// Returns a name without markup brackets, control characters and surplus spaces.
pub(crate) fn clean(name: &str) -> String {
    let visible = name.chars().map(|c| if c.is_control() { ' ' } else { c });
    // Marks of direction are for the eye alone, and would make two names of one.
    let direction = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = visible.filter(|c| !matches!(c, '<' | '>') && !direction(c)).collect();
    let mut cleaned = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    cleaned.truncate(cleaned.floor_char_boundary(MAX_NAME_BYTES));
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Returns the names of a list separated by semicolons.
pub(crate) fn split(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split(';').map(clean).filter(|name| !name.is_empty())
}

/// Returns the key of a name: names with the same key are the same name.
pub(crate) fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in text::words(name) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&text::fold(word.text));
    }
    key
}

/// Returns the key of a name in which letters with and without marks differ.
///
/// Neighbouring streets may differ in a mark alone, such as Bodastrasse and Bödastrasse.
pub(crate) fn marked_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in text::words(name) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.extend(word.text.chars().flat_map(char::to_lowercase));
    }
    key
}

/// Returns the postcodes of a list, in the form they are shown; odd ones are left out.
pub(crate) fn zipcodes(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split([';', ',']).filter_map(|code| {
        let code = clean(code).to_uppercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
        let usable = code.len() <= 12 && code.chars().all(plain);
        (usable && code.bytes().any(|byte| byte.is_ascii_digit())).then_some(code)
    })
}

/// Returns every name of a record, the default first.
pub(crate) fn all(names: &Names) -> impl Iterator<Item = &str> {
    shown(names).chain(names.alternates.iter().map(String::as_str))
}

/// Returns the names of a record that can be shown, the default first.
pub(crate) fn shown(names: &Names) -> impl Iterator<Item = &str> {
    let languages = names.languages.iter().map(|(_, text)| text.as_str());
    std::iter::once(names.default.as_str()).chain(languages)
}

/// Adds the names of the same thing from elsewhere; what is there already wins.
pub(crate) fn unite(names: &mut Names, other: Names) {
    if names.default.is_empty() {
        names.default.clone_from(&other.default);
    }
    for (language, text) in other.languages {
        if names.languages.iter().all(|(known, _)| *known != language) {
            names.languages.push((language, text));
        } else {
            add_alternates(names, [text]);
        }
    }
    names.languages.sort_unstable();
    add_alternates(names, std::iter::once(other.default).chain(other.alternates));
}

/// Adds alternates that differ from all names so far in more than case and punctuation.
pub(crate) fn add_alternates(names: &mut Names, alternates: impl IntoIterator<Item = String>) {
    let mut alternates = alternates.into_iter().filter(|text| !text.is_empty()).peekable();
    if alternates.peek().is_none() {
        return;
    }
    let mut known: HashSet<String> = all(names).map(key).collect();
    for alternate in alternates {
        let key = key(&alternate);
        if !key.is_empty() && known.insert(key) {
            names.alternates.push(alternate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniting_keeps_the_first_default_and_searches_the_other() {
        let mut names = Names::new("Gamprin");
        names.languages.push(("de".into(), "Gamprin".into()));
        let mut other = Names::new("Gamprin-Bendern");
        other.languages = vec![("de".into(), "Gamprin am Rhein".into()), ("fr".into(), "G".into())];
        unite(&mut names, other);
        unite(&mut names, Names::new("GAMPRIN"));
        assert_eq!(names.default, "Gamprin");
        let languages = [("de".to_string(), "Gamprin".to_string()), ("fr".into(), "G".into())];
        assert_eq!(names.languages, languages);
        assert_eq!(names.alternates, ["Gamprin am Rhein", "Gamprin-Bendern"]);
    }

    #[test]
    fn clean_strips_markup_and_control_characters() {
        assert_eq!(clean(" <b>Am\u{7} Rain\n</b> "), "bAm Rain /b");
        assert_eq!(clean("\u{202e}Main\u{200f} Street"), "Main Street");
        assert_eq!(clean("ü".repeat(999).as_str()).len(), MAX_NAME_BYTES);
    }

    #[test]
    fn key_ignores_case_and_punctuation() {
        assert_eq!(key("St. Martins-Ring"), key("st martins ring"));
        assert_ne!(key("Dorfstrasse"), key("Dorfgasse"));
        assert_eq!(key("Bodastrasse"), key("Bödastrasse"));
        assert_ne!(marked_key("Bodastrasse"), marked_key("Bödastrasse"));
    }

    #[test]
    fn zipcodes_are_split_and_odd_ones_left_out() {
        let codes: Vec<String> = zipcodes("9490; FL-9492,sw1a 1aa;Vaduz;;<9>").collect();
        assert_eq!(codes, ["9490", "FL-9492", "SW1A 1AA", "9"]);
    }
}
