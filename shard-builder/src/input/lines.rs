//! Lines of an input: numbered, bounded in length, in UTF-8.

use std::io::{BufRead, Read};
use std::path::Path;

use super::rows::Spot;
use super::{Input, open, read_error};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;

/// Longest line that is read, in bytes.
pub(super) const MAX_LINE_BYTES: u64 = 1 << 20;

/// Lines without their ends, a byte order mark and what is not text; blank ones are left out.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    input: Input<'a>,
    number: u64,
    text: String,
}

impl<'a> Lines<'a> {
    /// Opens a file that may be compressed.
    ///
    /// # Errors
    /// Fails when the file cannot be opened.
    pub(crate) fn open(path: &'a Path, progress: &'a dyn Progress) -> Result<Self> {
        Ok(Self::of(path, open(path, progress)?))
    }

    /// Reads lines of an opened file.
    pub(crate) fn of(path: &'a Path, input: Input<'a>) -> Self {
        Self { path, input, number: 0, text: String::new() }
    }

    /// Returns the next line and its number, from 1 on. Lines that are too long or no UTF-8 are counted and skipped.
    ///
    /// # Errors
    /// Fails when the file cannot be read or is damaged.
    pub(crate) fn next(&mut self, report: &mut Report) -> Result<Option<(u64, &str)>> {
        loop {
            let mut bytes = std::mem::take(&mut self.text).into_bytes();
            bytes.clear();
            let mut bounded = self.input.by_ref().take(MAX_LINE_BYTES + 1);
            let read = bounded.read_until(b'\n', &mut bytes);
            if read.map_err(|error| read_error(self.path, error))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if bytes.len() as u64 > MAX_LINE_BYTES && bytes.last() != Some(&b'\n') {
                report.warn("line longer than 1 MiB", self.spot());
                self.input.skip_until(b'\n').map_err(|error| read_error(self.path, error))?;
                continue;
            }
            if self.number == 1 && bytes.starts_with("\u{feff}".as_bytes()) {
                bytes.drain(.."\u{feff}".len());
            }
            while matches!(bytes.last(), Some(b'\n' | b'\r')) {
                bytes.pop();
            }
            match String::from_utf8(bytes) {
                Err(_) => report.warn("line that is no UTF-8", self.spot()),
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    self.text = text;
                    return Ok(Some((self.number, &self.text)));
                }
            }
        }
    }

    /// The last line's place, for messages.
    fn spot(&self) -> Spot<'a> {
        Spot { path: self.path, line: self.number }
    }
}
