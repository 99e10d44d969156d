//! Rows that cannot be used: a few are counted, most mean that the file is of another format.

use std::fmt;
use std::path::Path;

use crate::error::{Error, Result};
use crate::report::Report;

/// Rows after which a file of another format is recognised without reading the rest.
const ENOUGH_ROWS: u64 = 200;

/// A row of a file, shown as `file:line`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// The file.
    pub(crate) path: &'a Path,
    /// Line or row, from 1 on.
    pub(crate) line: u64,
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        write!(f, "{}:{}", name.to_string_lossy(), self.line)
    }
}

/// Counts the rows of one file that could be read and those that could not.
#[derive(Debug, Default)]
pub(crate) struct RowCheck {
    good: u64,
    bad: u64,
    first: Option<(u64, String)>,
}

impl RowCheck {
    /// Counts a row of the expected format, whether it is used or not.
    pub(crate) fn good(&mut self) {
        self.good += 1;
    }

    /// Counts a row that could not be read.
    ///
    /// # Errors
    /// Fails when there are too many of them.
    pub(crate) fn bad(
        &mut self,
        spot: Spot<'_>,
        problem: impl fmt::Display,
        report: &mut Report,
    ) -> Result<()> {
        report.warn("bad row", format_args!("{spot}: {problem}"));
        self.bad += 1;
        self.first.get_or_insert_with(|| (spot.line, problem.to_string()));
        if self.bad + self.good >= ENOUGH_ROWS { self.judge(spot.path) } else { Ok(()) }
    }

    /// Judges the whole file.
    ///
    /// # Errors
    /// Fails when most rows were bad or there were none at all.
    pub(crate) fn finish(&self, path: &Path) -> Result<()> {
        if self.good + self.bad == 0 {
            let problem = "the file has no rows, download it again".to_owned();
            return Err(Error::Format { path: path.into(), line: 1, problem });
        }
        self.judge(path)
    }

    fn judge(&self, path: &Path) -> Result<()> {
        match &self.first {
            Some((line, problem)) if self.bad > self.good => Err(Error::Format {
                path: path.into(),
                line: *line,
                problem: format!("{problem}, as most rows; check that this is the right file"),
            }),
            _ => Ok(()),
        }
    }
}
