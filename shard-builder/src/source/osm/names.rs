//! Names of OpenStreetMap objects, read from their tags and merged.

use geocoder_core::gazetteer::Names;

use super::tags::Tags;
use crate::name;

/// Tags of names that are searched but not shown, also with a language or a number after them.
const ALTERNATE_KEYS: [&str; 8] = [
    "alt_name",
    "official_name",
    "short_name",
    "loc_name",
    "old_name",
    "reg_name",
    "nat_name",
    "int_name",
];
/// What separates the names of one thing in two or three languages.
const SEPARATORS: [&str; 4] = [" - ", " – ", " / ", "/"];

/// Reads the names of an object; nothing without a usable `name`.
///
/// A `name` in several languages ("Rue Haute - Hoogstraat") whose parts are all tagged with
/// theirs is the first of them; the others are shown in their languages.
pub(crate) fn read(tags: &Tags) -> Option<Names> {
    let mut own = name::split(tags.get("name")?);
    let mut names = Names::new(own.next()?);
    let mut alternates: Vec<String> = own.collect();
    let mut languages: Vec<(String, String)> = Vec::new();
    for (key, value) in tags.iter() {
        let Some(language) = key.strip_prefix("name:") else { continue };
        if is_language(language) {
            let mut values = name::split(value);
            languages.extend(values.next().map(|value| (language.into(), value)));
            alternates.extend(values);
        } else if matches!(language, "left" | "right") || is_tagged_variant(language) {
            alternates.extend(name::split(value));
        }
    }
    if let Some(parts) = parts(&names.default)
        && parts.iter().all(|part| languages.iter().any(|(_, value)| value == part))
        && let Some(first) = parts.into_iter().next()
    {
        names.default = first;
    }
    // The default is shown anyway where a language is missing.
    languages.retain(|(_, value)| *value != names.default);
    languages.sort_unstable();
    names.languages = languages;
    for alternate in ALTERNATE_KEYS {
        for (key, value) in tags.iter() {
            let rest = key.strip_prefix(alternate);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '_'])) {
                alternates.extend(name::split(value));
            }
        }
    }
    let numbered = tags.iter().filter(|(key, _)| key.starts_with("name_"));
    alternates.extend(numbered.flat_map(|(_, value)| name::split(value)));
    name::add_alternates(&mut names, alternates);
    Some(names)
}

/// Returns the parts of a name that may be in several languages.
pub(crate) fn parts(text: &str) -> Option<Vec<String>> {
    SEPARATORS.iter().find_map(|separator| {
        let parts: Vec<String> = text.split(separator).map(name::clean).collect();
        let usable = (2..=4).contains(&parts.len()) && parts.iter().all(|part| !part.is_empty());
        usable.then_some(parts)
    })
}

/// Whether the text is a language code of ISO 639.
fn is_language(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether the text is a language code with a script, region or variant, such as `zh-Hant`.
fn is_tagged_variant(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    subtags.next().is_some_and(is_language)
        && subtags.clone().next().is_some()
        && subtags.all(|tag| {
            (2..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Adds the names of the same thing from another object; what is there already wins.
///
/// Another name in a language that is there is dropped: objects of one thing repeat its names,
/// while [`name::unite`] joins sources that know different ones.
pub(crate) fn merge(names: &mut Names, other: Names) {
    for (language, text) in other.languages {
        let is_new = names.languages.iter().all(|(known, _)| *known != language);
        if is_new && text != names.default {
            names.languages.push((language, text));
        }
    }
    names.languages.sort_unstable();
    name::add_alternates(names, std::iter::once(other.default).chain(other.alternates));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_all_name_tags_once_each() {
        let tags = Tags::keep([
            ("name", "Helsinki"),
            ("name:sv", "Helsingfors"),
            ("name:fi", "Helsinki"),
            ("name:pronunciation", "x"),
            ("alt_name", "Stadi; HELSINGFORS ;Hesa"),
        ]);
        let names = read(&tags).unwrap();
        assert_eq!(names.default, "Helsinki");
        assert_eq!(names.languages, [("sv".to_string(), "Helsingfors".to_string())]);
        assert_eq!(names.alternates, ["Stadi", "Hesa"]);
    }

    #[test]
    fn every_kind_of_name_is_searched() {
        let tags = Tags::keep([
            ("name", "Hauptstraße"),
            ("name:zh-Hant", "主街"),
            ("name:left", "Linke Gasse"),
            ("name:etymology", "nobody"),
            ("name_1", "Nebenname"),
            ("alt_name:fr", "Rue Grande;Grand-Rue"),
            ("old_name:1900-1945", "Kaiserstraße"),
            ("alt_name_2", "Zweitname"),
            ("loc_name", "Hauptgass"),
            ("short_name", "Hptstr"),
            ("official_name", "Große Hauptstraße"),
            ("reg_name", "Regional"),
            ("nat_name", "National"),
            ("int_name", "Main Street"),
        ]);
        let names = read(&tags).unwrap();
        let mut alternates = names.alternates.clone();
        alternates.sort_unstable();
        let expected = [
            "Grand-Rue",
            "Große Hauptstraße",
            "Hauptgass",
            "Hptstr",
            "Kaiserstraße",
            "Linke Gasse",
            "Main Street",
            "National",
            "Nebenname",
            "Regional",
            "Rue Grande",
            "Zweitname",
            "主街",
        ];
        assert_eq!(alternates, expected);
        assert!(names.languages.is_empty());
    }

    #[test]
    fn a_name_in_two_languages_is_divided_when_both_are_tagged() {
        let read = |name: &str, languages: &[(&str, &str)]| {
            let all = std::iter::once(("name", name)).chain(languages.iter().copied());
            let names = read(&Tags::keep(all)).unwrap();
            let others: Vec<String> = names.languages.into_iter().map(|(_, name)| name).collect();
            (names.default, others.join("; "))
        };
        let found = |default: &str, others: &str| (default.to_string(), others.to_string());
        let fr_nl = [("name:fr", "Rue Haute"), ("name:nl", "Hoogstraat")];
        assert_eq!(read("Rue Haute - Hoogstraat", &fr_nl), found("Rue Haute", "Hoogstraat"));
        assert_eq!(read("Hoogstraat / Rue Haute", &fr_nl), found("Hoogstraat", "Rue Haute"));
        let it_de = [("name:it", "Via Roma"), ("name:de", "Romstraße"), ("name:en", "Rome")];
        assert_eq!(read("Via Roma/Romstraße", &it_de), found("Via Roma", "Romstraße; Rome"));
        let one = [("name:fr", "Rue Haute")];
        let whole = "Rue Haute - Hoogstraat";
        assert_eq!(read(whole, &one), found(whole, "Rue Haute"), "one part is not tagged");
        let same = [("name:de", "Baden-Baden")];
        assert_eq!(read("Baden-Baden", &same), found("Baden-Baden", ""));
    }

    #[test]
    fn merging_keeps_the_first_default_and_searches_the_other() {
        let mut names = Names::new("Gamprin");
        merge(&mut names, Names::new("Gamprin-Bendern"));
        merge(&mut names, Names::new("GAMPRIN"));
        assert_eq!(names.default, "Gamprin");
        assert_eq!(names.alternates, ["Gamprin-Bendern"]);
    }

    #[test]
    fn a_name_of_nothing_but_markup_is_no_name() {
        assert!(read(&Tags::keep([("name", "<>")])).is_none());
    }
}
