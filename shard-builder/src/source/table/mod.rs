//! Tables: address registers and other lists, delimited or as line-delimited GeoJSON.

mod bound;
mod geojson;
mod mapping;
mod ready;
#[cfg(test)]
mod tests;

use std::io::BufRead as _;
use std::path::PathBuf;

use geocoder_core::CountryCode;
use geocoder_core::manifest::Attribution;

use self::bound::{Bound, RowEntries};
pub use self::mapping::Mapping;
use super::{Sink, Source};
use crate::error::{Error, Result};
use crate::input::{self, DelimitedRows, Lines, RowCheck, Spot};
use crate::progress::Progress;
use crate::report::Report;

/// A table whose columns a [`Mapping`] explains.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file.
    pub path: PathBuf,
    /// Delimiter of the columns; `None` guesses it from the header.
    pub delimiter: Option<char>,
    /// What the columns say.
    pub mapping: Mapping,
    /// Country of rows that do not name theirs.
    pub country: Option<CountryCode>,
    /// Who must be credited.
    pub attribution: Vec<Attribution>,
}

impl Source for Table {
    fn label(&self) -> String {
        format!("table {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        self.attribution.clone()
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let path = self.path.as_path();
        let mut opened = input::open(path, progress)?;
        let start = opened.fill_buf().map_err(|error| input::read_error(path, error))?;
        let is_geojson = geojson::looks_like(start);
        let lines = Lines::of(path, opened);
        if is_geojson {
            self.read_features(lines, country, sink, report)
        } else {
            self.read_rows(lines, country, sink, report)
        }
    }
}

impl Table {
    fn read_rows(
        &self,
        lines: Lines<'_>,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
    ) -> Result<()> {
        let mut rows = DelimitedRows::of(&self.path, lines, self.delimiter, report)?;
        let bound = self.bind(rows.header())?;
        while rows.advance(report)? {
            let line = rows.spot().line;
            match bound.entries(&rows.fields(), country, self.country, line) {
                Err(problem) => rows.refuse(&problem, report)?,
                Ok(entries) => {
                    rows.accept();
                    hand_over(entries, sink, report);
                }
            }
        }
        Ok(())
    }

    fn read_features(
        &self,
        mut lines: Lines<'_>,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
    ) -> Result<()> {
        let path = self.path.as_path();
        let columns = geojson::columns_of(&self.mapping);
        let bound = self.bind(&columns)?;
        let mut check = RowCheck::default();
        while let Some((line, text)) = lines.next(report)? {
            let entries = geojson::row(text, &columns).and_then(|row| {
                let row: Vec<&str> = row.iter().map(String::as_str).collect();
                bound.entries(&row, country, self.country, line)
            });
            match entries {
                Err(problem) => check.bad(Spot { path, line }, problem, report)?,
                Ok(entries) => {
                    check.good();
                    hand_over(entries, sink, report);
                }
            }
        }
        check.finish(path)
    }

    fn bind(&self, header: &[String]) -> Result<Bound> {
        Bound::new(&self.mapping, header).map_err(|problem| Error::Format {
            path: self.path.clone(),
            line: 1,
            problem,
        })
    }
}

fn hand_over(entries: RowEntries, sink: &mut dyn Sink, report: &mut Report) {
    match entries {
        RowEntries::Entries(entries) => {
            for entry in entries {
                sink.entry(entry, report);
            }
        }
        RowEntries::LeftOut(reason @ ("of another country" | "of another type")) => {
            report.clip(reason);
        }
        RowEntries::LeftOut(reason) => report.reject(reason),
    }
}
