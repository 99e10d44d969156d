//! Lexicons of the countries: street types, abbreviations and the like of their languages.
//!
//! The data is in `data/lexicon`: one table a language, and the languages of each country.

use geocoder_core::CountryCode;
use geocoder_core::lexicon::{Lexicon, SynonymGroup, SynonymKind};

/// For each country: code, its ISO 639-1 languages, the words of its names, and what else it is
/// called.
const COUNTRIES: &str = include_str!("../data/lexicon/countries.tsv");

/// Tables of the languages, by ISO 639-1 code.
macro_rules! language_tables {
    ($($language:literal)*) => {
        [$(($language, include_str!(concat!("../data/lexicon/", $language, ".tsv")))),*]
    };
}

/// Languages with a table; those of small countries may have none.
const LANGUAGES: &[(&str, &str)] = &language_tables![
    "af" "ar" "az" "be" "bg" "ca" "cs" "cy" "da" "de" "el" "en" "es" "et" "eu" "fa" "fi" "fr" "ga"
    "gl" "he" "hi" "hr" "hu" "hy" "id" "is" "it" "ja" "ka" "ko" "lb" "lt" "lv" "mk" "ms" "mt" "nl"
    "no" "pl" "pt" "ro" "ru" "sk" "sl" "sq" "sr" "sv" "th" "tl" "tr" "uk" "ur" "vi" "zh"
];

/// Returns the lexicon of a country's languages; an empty one for an unknown country.
///
/// The world shard has no streets and so no street types.
pub fn lexicon_for(country: CountryCode) -> Lexicon {
    let mut lexicon = Lexicon::default();
    let Some([languages, names, _]) = country_row(country) else { return lexicon };
    for language in languages.split(' ') {
        lexicon.languages.push(language.to_owned());
        let table = LANGUAGES.iter().find(|(code, _)| *code == language);
        for (kind, terms) in table.into_iter().flat_map(|(_, table)| rows(table)) {
            add_row(&mut lexicon, kind, terms);
        }
    }
    // Crossings are asked for in English everywhere.
    let english = LANGUAGES.iter().find(|(code, _)| *code == "en");
    for (kind, terms) in english.into_iter().flat_map(|(_, table)| rows(table)) {
        if matches!(kind, "and" | "corner") {
            add_row(&mut lexicon, kind, terms);
        }
    }
    add_row(&mut lexicon, "noise", names);
    if country == CountryCode::WORLD {
        lexicon.groups.retain(|group| {
            !matches!(group.kind, SynonymKind::StreetType | SynonymKind::CompoundStreetType)
        });
    }
    let Lexicon { stop_words, noise_words, unit_words, .. } = &mut lexicon;
    unit_words.retain(|word| !stop_words.contains(word));
    noise_words.retain(|word| !stop_words.contains(word) && !unit_words.contains(word));
    lexicon
}

/// Returns the ISO 639-1 codes of a country's languages, the most used first.
pub fn languages_of(country: CountryCode) -> impl Iterator<Item = &'static str> {
    country_row(country).into_iter().flat_map(|[languages, ..]| languages.split(' '))
}

/// Returns what a country is called as well, whatever the language: its ISO 3166-1 alpha-3 code,
/// and short or former names as `UK` and `Holland`.
pub fn other_names_of(country: CountryCode) -> impl Iterator<Item = &'static str> {
    let others = country_row(country).into_iter().flat_map(|[.., others]| others.split('|'));
    others.filter(|name| !name.is_empty())
}

/// Returns the codes of all countries, the world left out.
pub fn countries() -> impl Iterator<Item = CountryCode> {
    let codes = COUNTRIES.lines().filter_map(|line| CountryCode::parse(line.get(..2)?));
    codes.filter(|code| *code != CountryCode::WORLD)
}

/// Languages, name words and other names of a country.
fn country_row(country: CountryCode) -> Option<[&'static str; 3]> {
    let mut rows = COUNTRIES.lines();
    let row = rows.find_map(|line| line.strip_prefix(country.as_str())?.strip_prefix('\t'))?;
    let (languages, names) = row.split_once('\t')?;
    let (names, others) = names.split_once('\t')?;
    Some([languages, names, others])
}

/// Rows of a language's table: kind and terms.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter_map(|line| line.split_once('\t'))
}

/// Adds a row's terms, unless another language has brought them already.
fn add_row(lexicon: &mut Lexicon, kind: &str, terms: &str) {
    let terms = terms.split('|').filter(|term| !term.is_empty()).map(str::to_owned);
    let words = match kind {
        "stop" => &mut lexicon.stop_words,
        "noise" => &mut lexicon.noise_words,
        "unit" => &mut lexicon.unit_words,
        "and" => &mut lexicon.and_words,
        "corner" => &mut lexicon.corner_words,
        _ => {
            let Some(kind) = synonym_kind(kind) else { return };
            let group = SynonymGroup { kind, terms: terms.collect() };
            if !lexicon.groups.contains(&group) {
                lexicon.groups.push(group);
            }
            return;
        }
    };
    for term in terms {
        if !words.contains(&term) {
            words.push(term);
        }
    }
}

/// The kind of synonyms of a row, by its name in the tables.
fn synonym_kind(name: &str) -> Option<SynonymKind> {
    Some(match name {
        "street" => SynonymKind::StreetType,
        "compound" => SynonymKind::CompoundStreetType,
        "directional" => SynonymKind::Directional,
        "title" => SynonymKind::Title,
        "other" => SynonymKind::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use geocoder_core::text::{fold, words};

    use super::*;

    fn lexicon(country: &str) -> Lexicon {
        lexicon_for(CountryCode::parse(country).unwrap())
    }

    /// The kind and terms of the group that starts with the term.
    fn group(country: &str, kind: SynonymKind, full: &str) -> Vec<String> {
        let groups = lexicon(country).groups;
        let group = groups.into_iter().find(|group| group.kind == kind && group.terms[0] == full);
        group.unwrap_or_else(|| panic!("{country} has {full}")).terms
    }

    #[test]
    fn every_row_of_every_table_is_understood() {
        for (language, table) in LANGUAGES {
            assert_eq!(rows(table).count(), table.lines().count(), "{language}");
            for (kind, terms) in rows(table) {
                let known = synonym_kind(kind).is_some()
                    || ["stop", "noise", "unit", "and", "corner"].contains(&kind);
                assert!(known, "{language}: {kind}");
                assert!(terms.split('|').all(|term| !term.is_empty()), "{language}: {terms}");
            }
        }
    }

    #[test]
    fn terms_are_folded_words_separated_by_single_spaces() {
        let names = COUNTRIES.lines().filter_map(|line| line.split('\t').nth(2));
        let tables = LANGUAGES.iter().flat_map(|(_, table)| rows(table)).map(|(_, terms)| terms);
        for terms in tables.chain(names) {
            for term in terms.split('|') {
                let folded: Vec<_> = words(term).map(|word| fold(word.text)).collect();
                assert_eq!(folded.join(" "), term);
            }
        }
    }

    #[test]
    fn no_language_has_a_term_twice_in_one_kind() {
        for (language, table) in LANGUAGES {
            let mut seen = HashSet::new();
            for (kind, terms) in rows(table) {
                let kind = if kind == "compound" { "street" } else { kind };
                for term in terms.split('|') {
                    assert!(seen.insert((kind, term)), "{language}: {kind} {term}");
                }
            }
        }
    }

    #[test]
    fn every_country_is_listed_once_with_its_languages() {
        let mut codes = HashSet::new();
        for line in COUNTRIES.lines() {
            let [code, languages, _names, others] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("four columns: {line}");
            };
            let alpha_3 = others.split('|').next().unwrap_or_default();
            assert!(alpha_3.len() == 3 || code == "zz", "{line}");
            assert_eq!(CountryCode::parse(code).unwrap().as_str(), code);
            assert!(codes.insert(code), "{code}");
            assert!(languages.split(' ').all(|language| language.len() == 2), "{line}");
        }
        assert!(codes.len() >= 249, "ISO 3166-1 has 249 codes, the table {}", codes.len());
    }

    #[test]
    fn countries_speak_their_languages() {
        for (country, languages) in [
            ("li", vec!["de"]),
            ("mc", vec!["fr"]),
            ("fi", vec!["fi", "sv"]),
            ("is", vec!["is"]),
            ("us", vec!["en", "es"]),
            ("jp", vec!["ja"]),
        ] {
            let lexicon = lexicon(country);
            assert_eq!(lexicon.languages, languages, "{country}");
            assert!(lexicon.groups.len() > 10 && !lexicon.noise_words.is_empty(), "{country}");
        }
        assert_eq!(lexicon("xx"), Lexicon::default());
    }

    #[test]
    fn countries_are_called_by_codes_and_short_names_as_well() {
        for (country, others) in [("us", &["USA", "America"][..]), ("li", &["LIE"]), ("zz", &[])] {
            let country = CountryCode::parse(country).unwrap();
            assert_eq!(other_names_of(country).collect::<Vec<_>>(), others);
        }
    }

    #[test]
    fn abbreviations_are_found_by_their_full_form() {
        use SynonymKind::{CompoundStreetType, Directional, Other, StreetType, Title};
        for (country, kind, full, short) in [
            ("li", CompoundStreetType, "strasse", "str"),
            ("li", Other, "bahnhof", "bhf"),
            ("mc", StreetType, "boulevard", "bd"),
            ("mc", Title, "saint", "st"),
            ("fi", CompoundStreetType, "katu", "k"),
            ("fi", CompoundStreetType, "gatan", "g"),
            ("us", StreetType, "street", "st"),
            ("us", Title, "saint", "st"),
            ("us", Directional, "north", "n"),
            ("is", CompoundStreetType, "gata", "g"),
            ("pl", StreetType, "ulica", "ul"),
            ("ru", StreetType, "улица", "ул"),
        ] {
            assert!(group(country, kind, full).contains(&short.to_owned()), "{country}: {full}");
        }
    }

    #[test]
    fn words_about_nowhere_are_noise() {
        assert!(lexicon("fr").unit_words.contains(&"cedex".to_owned()));
        assert!(lexicon("de").noise_words.contains(&"germany".to_owned()));
        assert!(lexicon("is").noise_words.contains(&"island".to_owned()));
    }

    #[test]
    fn the_world_has_no_streets() {
        let lexicon = lexicon_for(CountryCode::WORLD);
        assert!(lexicon.groups.iter().any(|group| group.kind == SynonymKind::Title));
        assert!(lexicon.groups.iter().all(|group| group.kind != SynonymKind::StreetType));
    }
}
