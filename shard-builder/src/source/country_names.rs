//! Names of countries by language: Unicode CLDR's territories as one JSON object,
//! `{"de": {"FR": "Frankreich"}}`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};

use super::{Sink, Source, fields};
use crate::entry::{Entry, EntryKind, country_id};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::report::Report;
use crate::{input, lexicon, name};

/// Names of all countries.
#[derive(Debug, Clone)]
pub struct CountryNames {
    /// The file, JSON.
    pub path: PathBuf,
    /// Languages whose names are kept, beside those of each country itself; empty keeps all.
    pub languages: Vec<String>,
}

impl Source for CountryNames {
    fn label(&self) -> String {
        format!("country names {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![Attribution {
            source: "Unicode CLDR".into(),
            licence: "Unicode-3.0".into(),
            url: "https://cldr.unicode.org/".into(),
            notice: "Unicode CLDR, © Unicode, Inc.".into(),
            share_alike: false,
        }]
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let by_language: BTreeMap<String, BTreeMap<String, String>> =
            input::read_document(&self.path, progress)?;
        let name_of = |language: &str, code: &str| {
            let text = by_language.get(language)?.get(code)?;
            Some(name::clean(text)).filter(|text| !text.is_empty())
        };
        if name_of("en", "FR").is_none() {
            return Err(Error::Format {
                path: self.path.clone(),
                line: 1,
                problem: "no English name of France, these are no names of countries".into(),
            });
        }
        for code in lexicon::countries().filter(|code| fields::is_wanted(country, Some(*code))) {
            let upper = fields::upper(code);
            let own: Vec<&str> = lexicon::languages_of(code).collect();
            let main = own.first().and_then(|language| name_of(language, &upper));
            let Some(default) = main.or_else(|| name_of("en", &upper)) else {
                report.warn("country without a name", &upper);
                continue;
            };
            let mut names = Names::new(default);
            for language in by_language.keys() {
                let is_code = matches!(language.len(), 2..=3);
                let is_kept = self.languages.is_empty()
                    || self.languages.contains(language)
                    || own.contains(&language.as_str());
                if let Some(text) = name_of(language, &upper).filter(|_| is_code && is_kept)
                    && text != names.default
                {
                    names.languages.push((language.clone(), text));
                }
            }
            let mut entry = Entry::new(EntryKind::Record(RecordType::Country), names);
            entry.ids = vec![country_id(code)];
            entry.locality.country = Some(code);
            sink.entry(entry, report);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::collected::{Collected, bundled};
    use super::*;

    fn source(languages: &[&str]) -> CountryNames {
        let languages = languages.iter().map(ToString::to_string).collect();
        CountryNames { path: bundled("thematic/country_names.json"), languages }
    }

    #[test]
    fn a_country_is_named_in_its_main_language_and_in_the_kept_ones() {
        let read = Collected::of(&source(&["en", "fr"]), "is");
        assert_eq!(read.entries.len(), 1);
        let iceland = read.by_id("country:IS");
        assert_eq!(iceland.names.default, "Ísland");
        let languages = [("en".to_owned(), "Iceland".to_owned()), ("fr".into(), "Islande".into())];
        assert_eq!(iceland.names.languages, languages);
        let finland = Collected::of(&source(&["en"]), "fi").by_id("country:FI").clone();
        assert_eq!(finland.names.default, "Suomi");
        let languages: Vec<&str> =
            finland.names.languages.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(languages, ["en", "sv"], "Swedish is a language of Finland");
    }

    #[test]
    fn another_document_is_refused() {
        let path = bundled("communes/regions.json");
        let error = Collected::try_of(&CountryNames { path, languages: Vec::new() }, "is");
        let error = error.unwrap_err().to_string();
        assert!(error.contains("regions.json:1: "), "{error}");
    }

    #[test]
    fn every_country_has_names_in_many_languages() {
        let path = bundled("cldr-territories.json.gz");
        let read = Collected::of(&CountryNames { path, languages: Vec::new() }, "zz");
        assert!(read.report.warnings.is_empty(), "{:?}", read.report.warnings);
        assert_eq!(read.entries.len(), 250);
        let japan = read.by_id("country:JP");
        assert_eq!(japan.names.default, "日本");
        assert!(japan.names.languages.len() > 150, "{}", japan.names.languages.len());
    }
}
