//! Codes of regions and counties: ISO 3166-2 as JSON of Debian's iso-codes,
//! <https://salsa.debian.org/iso-codes-team/iso-codes>.
//!
//! Codes are read where results show them: those of regions in Canada, Ireland, Italy, Spain and
//! the United States, those of counties in France and Italy. The entries have no place of their
//! own; they meet regions and counties of other sources by identifier or name.

use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};
use serde::Deserialize;

use super::{Sink, Source, fields};
use crate::country::CountryProfile;
use crate::entry::{Entry, EntryKind};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::report::Report;
use crate::{input, name};

/// A list of subdivision codes.
#[derive(Debug, Clone)]
pub struct Subdivisions {
    /// The file, JSON.
    pub path: PathBuf,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "3166-2")]
    subdivisions: Vec<Subdivision>,
}

#[derive(Deserialize)]
struct Subdivision {
    code: String,
    name: String,
    /// Code of the subdivision around it, with or without the country.
    parent: Option<String>,
}

impl Source for Subdivisions {
    fn label(&self) -> String {
        format!("subdivision codes {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        // Codes and names are facts of the standard; the list itself is not passed on.
        Vec::new()
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let document: Document = input::read_document(&self.path, progress)?;
        if document.subdivisions.is_empty() {
            let problem = "the list of subdivisions is empty, download it again".into();
            return Err(Error::Format { path: self.path.clone(), line: 1, problem });
        }
        for (row, subdivision) in (1..).zip(&document.subdivisions) {
            let parts = subdivision.code.split_once('-');
            let Some((of, code)) =
                parts.and_then(|(of, code)| Some((CountryCode::parse(of)?, code)))
            else {
                report
                    .warn("bad row", format_args!("'{}' is no ISO 3166-2 code", subdivision.code));
                continue;
            };
            if !fields::is_wanted(country, Some(of)) {
                continue;
            }
            if let Some(mut entry) = entry(of, code, subdivision) {
                entry.line = row;
                sink.entry(entry, report);
            }
        }
        Ok(())
    }
}

fn entry(country: CountryCode, code: &str, subdivision: &Subdivision) -> Option<Entry> {
    let profile = CountryProfile::of(country);
    let kind = match &subdivision.parent {
        None if profile.region_codes => RecordType::Administrative,
        Some(_) if !profile.county_code_tag.is_empty() => RecordType::County,
        _ => return None,
    };
    let names = names(&subdivision.name);
    if names.default.is_empty() {
        return None;
    }
    let mut entry = Entry::new(EntryKind::Record(kind), names);
    entry.ids = vec![format!("iso3166-2:{}-{code}", fields::upper(country))];
    if country.as_str() == "fr" {
        entry.ids.push(format!("insee-departement:{code}"));
    }
    entry.code = code.to_owned();
    entry.locality.country = Some(country);
    Some(entry)
}

/// Reads names as the list writes them: `Catalunya [Cataluña]`, `Madrid, Comunidad de`, and a
/// star behind names with a second official form.
fn names(text: &str) -> Names {
    let text = text.replace('*', "");
    let (first, second) = text.split_once('[').unwrap_or((&text, ""));
    let straight = |text: &str| match text.rsplit_once(", ") {
        Some((name, article)) => (name::clean(&format!("{article} {name}")), name::clean(name)),
        None => (name::clean(text), String::new()),
    };
    let (full, short) = straight(first);
    let mut names = Names::new(full);
    name::add_alternates(&mut names, [name::clean(second.trim_end_matches(']')), short]);
    names
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::collected::{Collected, whole};
    use super::*;

    /// Codes and names of the standard, in the form of the list.
    const DOCUMENT: &str = r#"{"3166-2": [
        {"code": "AD-02", "name": "Canillo", "type": "Parish"},
        {"code": "IT-25", "name": "Lombardia", "type": "Region"},
        {"code": "IT-BG", "name": "Bergamo", "parent": "25", "type": "Province"},
        {"code": "FR-IDF", "name": "Île-de-France", "type": "Metropolitan region"},
        {"code": "FR-75", "name": "Paris", "parent": "IDF", "type": "Metropolitan department"},
        {"code": "nowhere", "name": "Nowhere", "type": "State"}
    ]}"#;

    fn read(country: &str) -> Collected {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(DOCUMENT.as_bytes()).unwrap();
        Collected::of(&Subdivisions { path: file.path().into() }, country)
    }

    #[test]
    fn regions_and_counties_have_the_codes_that_are_shown() {
        let italy = read("it");
        let lombardy = italy.by_id("iso3166-2:IT-25");
        assert_eq!((lombardy.names.default.as_str(), lombardy.code.as_str()), ("Lombardia", "25"));
        assert_eq!(lombardy.kind, EntryKind::Record(RecordType::Administrative));
        let bergamo = italy.by_id("iso3166-2:IT-BG");
        assert_eq!(bergamo.kind, EntryKind::Record(RecordType::County));
        let france = read("fr");
        assert_eq!(france.by_id("insee-departement:75").code, "75");
        assert!(france.entries.iter().all(|e| e.kind == EntryKind::Record(RecordType::County)));
        assert!(read("ad").entries.is_empty());
        let bad = &italy.report.warnings["bad row"].examples[0];
        assert!(bad.contains("'nowhere' is no ISO 3166-2 code"), "{bad}");
    }

    #[test]
    fn second_names_and_articles_are_put_right() {
        let catalonia = names("Catalunya [Cataluña]");
        assert_eq!(
            (catalonia.default.as_str(), &catalonia.alternates[..]),
            ("Catalunya", &["Cataluña".to_owned()][..])
        );
        let madrid = names("Madrid, Comunidad de");
        assert_eq!(
            (madrid.default.as_str(), madrid.alternates[0].as_str()),
            ("Comunidad de Madrid", "Madrid")
        );
        assert_eq!(names("Nafarroako Foru Komunitatea*").default, "Nafarroako Foru Komunitatea");
    }

    #[test]
    fn the_whole_list_of_subdivisions_is_read() {
        let Some(path) = whole("iso_3166-2.json.xz") else { return };
        let read = Collected::of(&Subdivisions { path }, "zz");
        let count = |kind| read.of_kind(EntryKind::Record(kind)).len();
        // Of Canada 13, Ireland 4, Italy 20, Spain 19 and the United States 57.
        assert_eq!(count(RecordType::Administrative), 13 + 4 + 20 + 19 + 57);
        // Of France 101 and Italy 106.
        assert_eq!(count(RecordType::County), 101 + 106);
    }
}
