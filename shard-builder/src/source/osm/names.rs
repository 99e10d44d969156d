//! Names of OpenStreetMap objects, read from their tags and merged.

use geocoder_core::gazetteer::Names;

use super::object::Tags;
use crate::name;

/// Tags of names that are searched but not shown.
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

/// Reads the names of an object; nothing without a usable `name`.
pub(crate) fn read(tags: &Tags) -> Option<Names> {
    let mut own = name::split(tags.get("name")?);
    let mut names = Names::new(own.next()?);
    let mut alternates: Vec<String> = own.collect();
    for (key, value) in tags.iter() {
        let Some(language) = key.strip_prefix("name:") else { continue };
        let value = name::clean(value);
        let is_code = (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        // The default is shown anyway where a language is missing.
        if is_code && !value.is_empty() && value != names.default {
            names.languages.push((language.into(), value));
        }
    }
    names.languages.sort_unstable();
    for key in ALTERNATE_KEYS {
        alternates.extend(tags.get(key).into_iter().flat_map(name::split));
    }
    add_alternates(&mut names, alternates);
    Some(names)
}

/// Adds the names of the same thing from another object; what is there already wins.
pub(crate) fn merge(names: &mut Names, other: Names) {
    for (language, text) in other.languages {
        let is_new = names.languages.iter().all(|(known, _)| *known != language);
        if is_new && text != names.default {
            names.languages.push((language, text));
        }
    }
    names.languages.sort_unstable();
    add_alternates(names, std::iter::once(other.default).chain(other.alternates));
}

/// Adds alternates that differ from all names so far in more than case and punctuation.
pub(crate) fn add_alternates(names: &mut Names, alternates: impl IntoIterator<Item = String>) {
    for alternate in alternates {
        let key = name::key(&alternate);
        if !key.is_empty() && all(names).all(|known| name::key(known) != key) {
            names.alternates.push(alternate);
        }
    }
}

/// Returns every name, the default first.
pub(crate) fn all(names: &Names) -> impl Iterator<Item = &str> {
    let languages = names.languages.iter().map(|(_, text)| text.as_str());
    std::iter::once(names.default.as_str())
        .chain(languages)
        .chain(names.alternates.iter().map(String::as_str))
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
