//! Names by language: GeoNames' `alternateNamesV2.txt`
//! (<https://download.geonames.org/export/dump/readme.txt>), or a table with the columns
//! geonameid, lang and name whose keys may also be codes of countries (`BR`) and regions (`AD.02`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use geocoder_core::gazetteer::Names;

use crate::error::Result;
use crate::input::{Lines, RowCheck, Spot};
use crate::name;
use crate::progress::Progress;
use crate::report::Report;

/// How well a tagged name serves as the one that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Colloquial or historic: never shown.
    Searched,
    /// Of a variety of the language.
    Regional,
    /// A short form.
    Short,
    /// A plain name.
    Plain,
    /// The preferred name.
    Preferred,
}

/// A row of either table.
struct Row<'a> {
    key: &'a str,
    language: &'a str,
    name: &'a str,
    rank: Rank,
}

/// What the tables say of one place.
#[derive(Debug, Default)]
pub(super) struct Tagged {
    /// Names by language, with their rank and in the order of the file.
    names: Vec<(Box<str>, Rank, Box<str>)>,
    /// Names without a language.
    untagged: Vec<Box<str>>,
    /// Postcodes.
    pub(super) zipcodes: Vec<Box<str>>,
    /// Codes of airports, with their scheme in lower case.
    pub(super) airport_codes: Vec<(&'static str, Box<str>)>,
}

/// Names of all wanted places, by geonameid or code.
pub(super) type Alternates = HashMap<Box<str>, Tagged>;

/// Reads the tables, keeping what is about wanted places.
///
/// # Errors
/// Fails when a file cannot be read or is of another format.
pub(super) fn read(
    paths: &[PathBuf],
    is_wanted: impl Fn(&str) -> bool,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Alternates> {
    let mut alternates = Alternates::default();
    for path in paths {
        read_file(path, &is_wanted, &mut alternates, report, progress)?;
    }
    Ok(alternates)
}

fn read_file(
    path: &Path,
    is_wanted: &impl Fn(&str) -> bool,
    alternates: &mut Alternates,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    let mut lines = Lines::open(path, progress)?;
    let mut check = RowCheck::default();
    while let Some((line, text)) = lines.next(report)? {
        if line == 1 && text.starts_with("geonameid\t") {
            continue;
        }
        match parse(text) {
            Err(problem) => check.bad(Spot { path, line }, problem, report)?,
            Ok(row) => {
                check.good();
                if is_wanted(row.key) {
                    alternates.entry(row.key.into()).or_default().take(&row);
                }
            }
        }
    }
    check.finish(path)
}

fn parse(text: &str) -> Result<Row<'_>, String> {
    let columns: Vec<&str> = text.split('\t').collect();
    let (key, language, name, flags) = match columns.as_slice() {
        [key, language, name] => (key, language, name, &[][..]),
        // Older files end after the flags; newer ones add the years of use.
        [_, key, language, name, flags @ ..] if matches!(flags.len(), 4 | 6) => {
            (key, language, name, flags)
        }
        _ => return Err(format!("{} columns instead of 3, 8 or 10", columns.len())),
    };
    let is_set = |index: usize| flags.get(index).is_some_and(|flag| *flag == "1");
    let rank = match (is_set(0), is_set(1), is_set(2) || is_set(3)) {
        (_, _, true) => Rank::Searched,
        (true, ..) => Rank::Preferred,
        (_, true, _) => Rank::Short,
        _ => Rank::Plain,
    };
    Ok(Row { key: key.trim(), language: language.trim(), name, rank })
}

impl Tagged {
    fn take(&mut self, row: &Row<'_>) {
        match row.language {
            "iata" | "icao" => {
                let scheme = if row.language == "iata" { "iata" } else { "icao" };
                self.airport_codes.push((scheme, row.name.trim().into()));
                return;
            }
            "post" => {
                self.zipcodes.extend(name::zipcodes(row.name).map(String::into_boxed_str));
                return;
            }
            _ => {}
        }
        let text = name::clean(row.name).into_boxed_str();
        if text.is_empty() {
            return;
        }
        match language(row.language) {
            Some(("", _)) => self.untagged.push(text),
            Some((language, is_regional)) => {
                let rank = if is_regional { row.rank.min(Rank::Regional) } else { row.rank };
                self.names.push((language.into(), rank, text));
            }
            None => {}
        }
    }

    /// The name that a language would show.
    pub(super) fn best(&self, language: &str) -> Option<&str> {
        let of_language = self.names.iter().filter(|(code, ..)| **code == *language);
        // Of equals the first is taken.
        of_language.rev().max_by_key(|(_, rank, _)| *rank).map(|(.., text)| &**text)
    }

    /// Adds the names in the kept languages, and untagged ones on demand.
    pub(super) fn add_to(
        &self,
        names: &mut Names,
        is_kept: impl Fn(&str) -> bool,
        with_untagged: bool,
    ) {
        let mut shown: Vec<(&str, Rank, &str)> = Vec::new();
        let mut others: Vec<String> = Vec::new();
        for (language, rank, text) in self.names.iter().filter(|(code, ..)| is_kept(code)) {
            let known = shown.iter_mut().find(|(known, ..)| *known == &**language);
            match known {
                _ if *rank == Rank::Searched => others.push(text.to_string()),
                None => shown.push((language, *rank, text)),
                Some(best) if *rank > best.1 => {
                    others.push(best.2.to_owned());
                    (best.1, best.2) = (*rank, text);
                }
                Some(_) => others.push(text.to_string()),
            }
        }
        for (language, _, text) in shown {
            names.languages.push((language.to_owned(), text.to_owned()));
        }
        names.languages.sort_unstable();
        if with_untagged {
            others.extend(self.untagged.iter().map(ToString::to_string));
        }
        name::add_alternates(names, others);
    }
}

/// Reads a language tag: its ISO 639 code, empty for none, and whether it is of a variety.
///
/// Nothing for pseudo-languages, such as links and codes, and for another script than usual.
fn language(tag: &str) -> Option<(&str, bool)> {
    let (code, variety) = tag.split_once(['-', '_']).unwrap_or((tag, ""));
    let is_code = code.is_empty()
        || (matches!(code.len(), 2..=3) && code.bytes().all(|byte| byte.is_ascii_lowercase()));
    let other_script = matches!((code, variety), ("zh", "TW" | "HK" | "MO" | "Hant"));
    (is_code && !other_script).then_some((code, !variety.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(rows: &[&str]) -> Tagged {
        let mut tagged = Tagged::default();
        for row in rows {
            tagged.take(&parse(row).unwrap());
        }
        tagged
    }

    #[test]
    fn the_preferred_name_of_a_language_is_shown_and_the_others_are_searched() {
        let tagged = tagged(&[
            "1\t524901\tde\tMoskwa\t\t\t\t1\t\t",
            "2\t524901\tde\tMoskauer Stadt\t\t\t\t\t\t",
            "3\t524901\tde\tMoskau\t1\t\t\t\t\t",
            "4\t524901\tpl\tMoskwa\t\t\t\t",
            "5\t524901\t\tMockba\t\t\t\t\t\t",
            "6\t524901\twkdt\tQ649\t\t\t\t\t\t",
            "7\t524901\tlink\thttps://en.wikipedia.org/wiki/Moscow\t\t\t\t\t\t",
            "8\t524901\tiata\tMOW\t\t\t\t\t\t",
            "9\t524901\tpost\t101000\t\t\t\t\t\t",
        ]);
        let mut names = Names::new("Moscow");
        tagged.add_to(&mut names, |language| language == "de", true);
        assert_eq!(names.languages, [("de".to_owned(), "Moskau".to_owned())]);
        assert_eq!(names.alternates, ["Moskwa", "Moskauer Stadt", "Mockba"]);
        assert_eq!(tagged.zipcodes, [Box::from("101000")]);
        assert_eq!(tagged.airport_codes, [("iata", Box::from("MOW"))]);
    }

    #[test]
    fn a_variety_of_a_language_serves_where_the_language_itself_is_missing() {
        let both =
            tagged(&["1796236\tzh_CN\t上海市", "1796236\tzh\t上海", "1796236\tzh_TW\t上海縣"]);
        let mut names = Names::new("Shanghai");
        both.add_to(&mut names, |_| true, true);
        assert_eq!(names.languages, [("zh".to_owned(), "上海".to_owned())]);
        assert_eq!(names.alternates, ["上海市"]);
        let mut names = Names::new("Shanghai");
        tagged(&["1796236\tzh-Hans\t上海市"]).add_to(&mut names, |_| true, true);
        assert_eq!(names.languages, [("zh".to_owned(), "上海市".to_owned())]);
    }

    #[test]
    fn rows_of_another_width_are_refused() {
        assert!(parse("BR\taa").is_err());
        assert!(parse("1\t2\ten\tName\t1").is_err());
    }
}
