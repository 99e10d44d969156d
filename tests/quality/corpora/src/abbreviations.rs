//! How people shorten words of addresses.
//!
//! The pairs are facts of libpostal's dictionaries (MIT) and of postal habit, chosen by hand for
//! this crate; the builder's lexicons are not looked at.

use crate::random::Random;

/// A language: its code, whole words, and endings of compounds; each with its short forms.
type Table = (&'static str, &'static [Pair], &'static [Pair]);
/// A word in lower case and its short forms.
type Pair = (&'static str, &'static [&'static str]);

const TABLES: [Table; 6] = [
    (
        "de",
        &[
            ("strasse", &["str.", "Str"]),
            ("straße", &["str.", "Str"]),
            ("platz", &["Pl."]),
            ("sankt", &["St.", "St"]),
            ("doktor", &["Dr.", "Dr"]),
            ("professor", &["Prof.", "Prof"]),
        ],
        &[
            ("strasse", &["str.", "str"]),
            ("straße", &["str.", "str"]),
            ("platz", &["pl."]),
            ("gasse", &["g."]),
        ],
    ),
    (
        "fr",
        &[
            ("avenue", &["Av.", "av", "Ave"]),
            ("boulevard", &["Bd", "bd.", "Blvd", "Boul."]),
            ("rue", &["R.", "r"]),
            ("place", &["Pl.", "pl"]),
            ("chemin", &["Ch.", "che"]),
            ("route", &["Rte", "rte."]),
            ("allée", &["All.", "all"]),
            ("impasse", &["Imp.", "imp"]),
            ("passage", &["Pass.", "pas"]),
            ("square", &["Sq.", "sq"]),
            ("promenade", &["Prom.", "prom"]),
            ("ruelle", &["Rle"]),
            ("saint", &["St", "St.", "st"]),
            ("sainte", &["Ste", "ste"]),
            ("docteur", &["Dr", "Dr."]),
            ("général", &["Gal", "Gén."]),
            ("professeur", &["Pr", "Prof."]),
            ("colonel", &["Col."]),
            ("commandant", &["Cdt"]),
        ],
        &[],
    ),
    ("is", &[], &[("stræti", &["str.", "str"]), ("gata", &["g."])]),
    ("fi", &[], &[("katu", &["k.", "k"]), ("tie", &["t."]), ("kuja", &["kj."])]),
    ("sv", &[], &[("gatan", &["g."]), ("vägen", &["v."])]),
    (
        "en",
        &[
            ("saint", &["St", "St."]),
            ("fort", &["Ft", "Ft."]),
            ("mount", &["Mt", "Mt."]),
            ("north", &["N", "N."]),
            ("south", &["S", "S."]),
            ("east", &["E", "E."]),
            ("west", &["W", "W."]),
        ],
        &[],
    ),
];

/// Words that people leave out, in lower case, by language.
const STOP_WORDS: [(&str, &[&str]); 5] = [
    (
        "de",
        &["im", "in", "am", "an", "auf", "der", "die", "das", "dem", "den", "zum", "zur", "bei"],
    ),
    ("fr", &["de", "du", "des", "la", "le", "les", "d", "l", "et", "à", "au", "aux"]),
    ("is", &["við", "á", "í"]),
    ("en", &["of", "the", "and", "de", "del", "la"]),
    ("sv", &["i", "på"]),
];

/// Shortens one word of a name that has a short form; nothing where there is none.
pub fn abbreviate(name: &str, languages: &[&str], random: &mut Random) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let tables = TABLES.iter().filter(|(language, ..)| languages.contains(language));
    let mut found: Vec<(usize, String)> = Vec::new();
    for (_, whole, endings) in tables {
        for (position, word) in words.iter().enumerate() {
            let lower = word.to_lowercase();
            let equal = whole.iter().filter(|(long, _)| *long == lower);
            for (_, shorts) in equal {
                found.extend(shorts.iter().map(|short| (position, (*short).to_owned())));
            }
            let ending = endings.iter().filter_map(|(long, shorts)| {
                let stem = lower.strip_suffix(long).filter(|stem| stem.chars().count() >= 2)?;
                let stem: String = word.chars().take(stem.chars().count()).collect();
                Some((stem, shorts))
            });
            for (stem, shorts) in ending {
                found.extend(shorts.iter().map(|short| (position, format!("{stem}{short}"))));
            }
        }
    }
    let (position, short) = random.pick(&found)?;
    let words = words.iter().enumerate();
    let words = words.map(|(at, word)| if at == *position { short.as_str() } else { word });
    Some(words.collect::<Vec<_>>().join(" "))
}

/// Writes out the words of a name that stand in a short form, as one source may and another not.
pub fn write_out(name: &str, languages: &[&str]) -> String {
    let tables = TABLES.iter().filter(|(language, ..)| languages.contains(language));
    let pairs: Vec<&Pair> = tables.flat_map(|(_, whole, _)| whole.iter()).collect();
    let words = name.split(' ').map(|word| {
        let is_short = |short: &&&str| {
            short.len() >= 2
                && short.trim_end_matches('.').eq_ignore_ascii_case(word.trim_end_matches('.'))
        };
        let long = pairs.iter().find(|(_, shorts)| shorts.iter().any(|short| is_short(&short)));
        long.map_or(word, |(long, _)| *long)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Leaves out the stop words and, if so wished, the street type in front; nothing where that
/// changes nothing or leaves nothing.
pub fn drop_words(name: &str, languages: &[&str], with_type: bool) -> Option<String> {
    let listed = STOP_WORDS.iter().filter(|(language, _)| languages.contains(language));
    let stop_words: Vec<&str> = listed.flat_map(|(_, words)| words.iter().copied()).collect();
    let tables = TABLES.iter().filter(|(language, ..)| languages.contains(language));
    let titles = ["saint", "sainte", "sankt"];
    let types: Vec<&str> =
        tables.flat_map(|(_, whole, _)| whole.iter().map(|(word, _)| *word)).collect();
    let mut words: Vec<&str> =
        name.split([' ', '\'', '’']).filter(|word| !word.is_empty()).collect();
    let all = words.len();
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    if with_type && types.contains(&first.as_str()) && !titles.contains(&first.as_str()) {
        words.remove(0);
    } else if with_type {
        return None;
    }
    words.retain(|word| !stop_words.contains(&word.to_lowercase().as_str()));
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    (words.len() < all && letters >= 4).then(|| words.join(" "))
}

/// Writes a compound with its ending apart, as in `Haupt strasse`; nothing where it has none.
pub fn split_compound(name: &str, languages: &[&str]) -> Option<String> {
    const ENDINGS: [(&str, &[&str]); 4] = [
        ("de", &["strasse", "straße", "gasse", "weg", "platz", "feld", "berg"]),
        ("is", &["stræti", "gata", "vegur", "holt", "braut", "tún", "hagi", "mýri"]),
        ("fi", &["katu", "tie", "kuja", "polku", "ranta", "tori"]),
        ("sv", &["gatan", "vägen", "stigen", "gränden"]),
    ];
    let endings = ENDINGS.iter().filter(|(language, _)| languages.contains(language));
    let endings: Vec<&str> = endings.flat_map(|(_, endings)| endings.iter().copied()).collect();
    let mut is_split = false;
    let words = name.split(' ').map(|word| {
        let stem = endings.iter().find_map(|ending| word.strip_suffix(ending));
        match stem.filter(|stem| stem.chars().count() >= 3 && !is_split && !stem.ends_with('-')) {
            Some(stem) => {
                is_split = true;
                format!("{stem} {}", word.strip_prefix(stem).unwrap_or_default())
            }
            None => word.to_owned(),
        }
    });
    let words: Vec<String> = words.collect();
    is_split.then(|| words.join(" "))
}

/// Writes two words of a name as one; nothing where it has only one.
pub fn join_words(name: &str, random: &mut Random) -> Option<String> {
    let is_gap = |letter: char| matches!(letter, ' ' | '-' | '\'' | '’');
    let gaps: Vec<usize> = name.match_indices(is_gap).map(|(at, _)| at).collect();
    let gap = *random.pick(&gaps)?;
    let (before, after) = name.split_at_checked(gap)?;
    let after: String = after.chars().skip(1).collect();
    Some(format!("{before}{}", after.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_forms(name: &str, language: &str) -> Vec<String> {
        let mut random = Random::new(3, "forms");
        let mut forms: Vec<String> =
            (0..50).filter_map(|_| abbreviate(name, &[language], &mut random)).collect();
        forms.sort();
        forms.dedup();
        forms
    }

    #[test]
    fn a_word_or_an_ending_is_shortened_and_nothing_else() {
        assert_eq!(all_forms("Landstrasse", "de"), ["Landstr", "Landstr."]);
        assert_eq!(
            all_forms("Boulevard Albert 1er", "fr"),
            ["Bd Albert 1er", "Blvd Albert 1er", "Boul. Albert 1er", "bd. Albert 1er"]
        );
        assert_eq!(all_forms("Im Rietle", "de"), [""; 0]);
        assert_eq!(all_forms("Strasse", "fr"), [""; 0]);
    }

    #[test]
    fn short_forms_are_written_out() {
        assert_eq!(write_out("St. Georg-Strasse", &["de"]), "sankt Georg-Strasse");
        assert_eq!(write_out("Sq. Beaumarchais", &["fr"]), "square Beaumarchais");
        assert_eq!(write_out("Rue Grimaldi", &["fr"]), "Rue Grimaldi");
    }

    #[test]
    fn stop_words_are_left_out_only_where_something_remains() {
        assert_eq!(drop_words("Rue de la Colle", &["fr"], false).unwrap(), "Rue Colle");
        assert_eq!(drop_words("Rue de la Colle", &["fr"], true).unwrap(), "Colle");
        assert_eq!(drop_words("Avenue d'Ostende", &["fr"], false).unwrap(), "Avenue Ostende");
        assert_eq!(drop_words("Im Feld", &["de"], false).unwrap(), "Feld");
        assert_eq!(drop_words("Landstrasse", &["de"], false), None);
        assert_eq!(drop_words("Landstrasse", &["de"], true), None);
    }

    #[test]
    fn compounds_are_split_and_words_joined() {
        assert_eq!(split_compound("Landstrasse", &["de"]).unwrap(), "Land strasse");
        assert_eq!(split_compound("Austurstræti", &["is"]).unwrap(), "Austur stræti");
        assert_eq!(split_compound("Im Rietle", &["de"]), None);
        let mut random = Random::new(1, "join");
        assert_eq!(join_words("Im Rietle", &mut random).unwrap(), "Imrietle");
        assert_eq!(join_words("Landstrasse", &mut random), None);
    }
}
