//! Files of which each line is one entry.

use std::path::Path;

use geocoder_core::CountryCode;

use super::{Sink, fields};
use crate::entry::Entry;
use crate::error::Result;
use crate::input::{Lines, RowCheck, Spot};
use crate::progress::Progress;
use crate::report::Report;

/// Hands over the entries of a country; `parse` makes one of a line and its number.
///
/// # Errors
/// Fails when the file cannot be read or is of another format.
pub(super) fn read(
    path: &Path,
    country: CountryCode,
    parse: impl Fn(&str, u64) -> Result<Entry, String>,
    sink: &mut dyn Sink,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    let mut lines = Lines::open(path, progress)?;
    let mut check = RowCheck::default();
    while let Some((line, text)) = lines.next(report)? {
        match parse(text, line) {
            Err(problem) => check.bad(Spot { path, line }, problem, report)?,
            Ok(entry) => {
                check.good();
                if fields::is_wanted(country, entry.locality.country) {
                    sink.entry(entry, report);
                } else {
                    report.clip("of another country");
                }
            }
        }
    }
    check.finish(path)
}
