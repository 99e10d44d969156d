//! The `geoname` table of 19 columns: <https://download.geonames.org/export/dump/readme.txt>.

use std::path::{Path, PathBuf};

use geocoder_core::{CountryCode, LonLat};

use super::super::fields;
use super::feature::{Feature, feature};
use crate::error::Result;
use crate::input::{Lines, RowCheck, Spot};
use crate::progress::Progress;
use crate::report::Report;

const COLUMNS: usize = 19;

/// What is read of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) id: u32,
    pub(super) name: &'a str,
    pub(super) ascii_name: &'a str,
    /// Untagged names, separated by commas.
    pub(super) alternate_names: &'a str,
    pub(super) coordinates: LonLat,
    pub(super) feature: Feature,
    /// Nothing for what belongs to no country, such as undersea features.
    pub(super) country: Option<CountryCode>,
    pub(super) admin1: &'a str,
    pub(super) admin2: &'a str,
    pub(super) admin4: &'a str,
    pub(super) population: u32,
    pub(super) line: u64,
}

impl<'a> Row<'a> {
    fn parse(text: &'a str, line: u64) -> Result<Self, String> {
        let mut columns = [""; COLUMNS];
        let mut count = 0;
        for (index, column) in text.split('\t').enumerate() {
            count = index + 1;
            if let Some(slot) = columns.get_mut(index) {
                *slot = column.trim();
            }
        }
        if count != COLUMNS {
            return Err(format!("{count} columns instead of {COLUMNS}"));
        }
        let [id, name, ascii_name, alternate_names, lat, lon, class, code, country, rest @ ..] =
            columns;
        let [_, admin1, admin2, _, admin4, population, ..] = rest;
        if name.is_empty() {
            return Err("no name".into());
        }
        Ok(Self {
            id: id.parse().map_err(|_| format!("'{id}' is no geonameid"))?,
            name,
            ascii_name,
            alternate_names,
            coordinates: fields::coordinates(lat, lon)
                .ok_or_else(|| format!("'{lat}', '{lon}' is no position"))?,
            feature: feature(class, code),
            country: CountryCode::parse(country),
            admin1: Some(admin1).filter(|code| *code != "00").unwrap_or_default(),
            admin2,
            admin4,
            population: fields::population(population),
            line,
        })
    }

    /// Code of the region, such as `FR.11`; empty without one.
    pub(super) fn admin1_code(&self) -> String {
        match self.country {
            Some(country) if !self.admin1.is_empty() => {
                format!("{}.{}", fields::upper(country), self.admin1)
            }
            _ => String::new(),
        }
    }

    /// Code of the county, such as `FR.11.75`; empty without one.
    pub(super) fn admin2_code(&self) -> String {
        let admin1 = self.admin1_code();
        if admin1.is_empty() || self.admin2.is_empty() {
            return String::new();
        }
        format!("{admin1}.{}", self.admin2)
    }

    /// Code of the French commune, empty elsewhere.
    pub(super) fn insee(&self) -> &'a str {
        let french = self.country.is_some_and(|country| FRENCH.contains(&country.as_str()));
        if french && self.admin4.len() == 5 { self.admin4 } else { "" }
    }
}

/// Countries whose communes have INSEE codes.
const FRENCH: [&str; 6] = ["fr", "gf", "gp", "mq", "re", "yt"];

/// Calls a function with each row of the wanted country of all files.
///
/// # Errors
/// Fails when a file cannot be read or is of another format.
pub(super) fn for_each(
    paths: &[PathBuf],
    country: CountryCode,
    report: &mut Report,
    progress: &dyn Progress,
    mut action: impl FnMut(&Path, &Row<'_>, &mut Report),
) -> Result<()> {
    for path in paths {
        let mut lines = Lines::open(path, progress)?;
        let mut check = RowCheck::default();
        while let Some((line, text)) = lines.next(report)? {
            match Row::parse(text, line) {
                Err(problem) => check.bad(Spot { path, line }, problem, report)?,
                Ok(row) => {
                    check.good();
                    if country == CountryCode::WORLD || row.country == Some(country) {
                        action(path, &row, report);
                    } else {
                        report.clip("of another country");
                    }
                }
            }
        }
        check.finish(path)?;
    }
    Ok(())
}
