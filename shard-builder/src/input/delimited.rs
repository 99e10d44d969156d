//! Delimited tables (RFC 4180 and its relatives): a header, then rows of fields.

use std::collections::VecDeque;
use std::path::Path;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::lines::Lines;
use super::rows::{RowCheck, Spot};
use crate::error::{Error, Result};
use crate::report::Report;

/// Most columns of a table.
const MAX_COLUMNS: usize = 512;
/// Most lines that one quoted row may span; beyond, a quote is taken for a stray one.
const MAX_ROW_LINES: usize = 16;
/// Delimiters that are recognised.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Rows of a delimited table.
pub(crate) struct DelimitedRows<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    /// Lines that a stray quote had swallowed.
    pending: VecDeque<(u64, String)>,
    reader: Reader,
    header: Vec<String>,
    row: String,
    line: u64,
    fields: String,
    ends: Vec<usize>,
    columns: usize,
    check: RowCheck,
}

/// Guesses the delimiter of a header: the one that divides it into most columns.
pub(super) fn delimiter_of(header: &str) -> char {
    let count = |delimiter: char| header.matches(delimiter).count();
    // The first of equals wins, so that a table of one column is comma separated.
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter));
    best.unwrap_or(',')
}

impl<'a> DelimitedRows<'a> {
    /// Reads the header of a table; without a delimiter it is guessed from the header.
    ///
    /// # Errors
    /// Fails when the file cannot be read, is empty or has no header.
    pub(crate) fn of(
        path: &'a Path,
        mut lines: Lines<'a>,
        delimiter: Option<char>,
        report: &mut Report,
    ) -> Result<Self> {
        let format_error =
            |line, problem: String| Error::Format { path: path.into(), line, problem };
        let Some((line, first)) = lines.next(report)? else {
            return Err(format_error(1, "the file is empty, download it again".into()));
        };
        let delimiter = delimiter.unwrap_or_else(|| delimiter_of(first));
        let byte = u8::try_from(delimiter).ok().filter(u8::is_ascii);
        let Some(byte) = byte else {
            return Err(format_error(1, format!("'{delimiter}' is no delimiter, use ASCII")));
        };
        let mut rows = Self {
            path,
            row: first.to_owned(),
            line,
            lines,
            pending: VecDeque::new(),
            reader: ReaderBuilder::new().delimiter(byte).build(),
            header: Vec::new(),
            fields: String::new(),
            ends: vec![0; MAX_COLUMNS],
            columns: 0,
            check: RowCheck::default(),
        };
        if !rows.parse() {
            return Err(format_error(1, "the header has an open quote".into()));
        }
        rows.header = rows.fields().iter().map(|field| field.trim().to_owned()).collect();
        Ok(rows)
    }

    /// Names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The last row's place, for messages.
    pub(crate) fn spot(&self) -> Spot<'a> {
        Spot { path: self.path, line: self.line }
    }

    /// Counts a row that has the columns but cannot be used.
    ///
    /// # Errors
    /// Fails when there are too many of them.
    pub(crate) fn refuse(&mut self, problem: &str, report: &mut Report) -> Result<()> {
        self.check.bad(self.spot(), problem, report)
    }

    /// Counts a row that could be read.
    pub(crate) fn accept(&mut self) {
        self.check.good();
    }

    /// Reads the next row; its fields are those of [`Self::fields`]. A row with other than the
    /// header's number of columns is counted and skipped.
    ///
    /// # Errors
    /// Fails when the file cannot be read, or most of its rows.
    pub(crate) fn advance(&mut self, report: &mut Report) -> Result<bool> {
        while self.next_line(report)? {
            let mut rest: Vec<(u64, String)> = Vec::new();
            while !self.parse() && rest.len() < MAX_ROW_LINES {
                let (line, row) = (self.line, std::mem::take(&mut self.row));
                let more = self.next_line(report)?;
                if more {
                    rest.push((self.line, std::mem::take(&mut self.row)));
                }
                (self.line, self.row) = (line, row);
                let Some((_, next)) = rest.last().filter(|_| more) else { break };
                self.row.push('\n');
                self.row.push_str(next);
            }
            if self.columns == 0 {
                // What the open quote swallowed are rows of their own.
                for line in rest.into_iter().rev() {
                    self.pending.push_front(line);
                }
                self.check.bad(self.spot(), "open quote", report)?;
            } else if self.columns == self.header.len() {
                return Ok(true);
            } else {
                let (found, expected) = (self.columns, self.header.len());
                let problem = format!("{found} columns instead of {expected}");
                self.check.bad(self.spot(), problem, report)?;
            }
        }
        self.check.finish(self.path)?;
        Ok(false)
    }

    /// Fields of the last row.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let mut start = 0;
        let ends = self.ends.iter().take(self.columns);
        ends.map(|end| {
            let field = self.fields.get(start..*end).unwrap_or_default();
            start = *end;
            field
        })
        .collect()
    }

    fn next_line(&mut self, report: &mut Report) -> Result<bool> {
        if let Some((line, row)) = self.pending.pop_front() {
            (self.line, self.row) = (line, row);
            return Ok(true);
        }
        let Some((line, row)) = self.lines.next(report)? else { return Ok(false) };
        self.row.clear();
        self.row.push_str(row);
        self.line = line;
        Ok(true)
    }

    /// Divides the row into fields; false, and no columns, when a quote in it is open.
    fn parse(&mut self) -> bool {
        self.columns = 0;
        self.reader.reset();
        let mut output = std::mem::take(&mut self.fields).into_bytes();
        output.clear();
        output.resize(self.row.len() + 1, 0);
        let row = self.row.as_bytes();
        let (result, read, written, columns) =
            self.reader.read_record(row, &mut output, &mut self.ends);
        // Without a line's end the parser waits for more; with one it tells whether it is done.
        let (end, _, _, more) = match result {
            ReadRecordResult::InputEmpty if read == row.len() => {
                let (output, ends) = (output.get_mut(written..), self.ends.get_mut(columns..));
                self.reader.read_record(b"\n", output.unwrap_or_default(), ends.unwrap_or_default())
            }
            other => (other, 0, 0, 0),
        };
        output.truncate(written);
        self.fields = String::from_utf8(output).unwrap_or_default();
        if matches!(end, ReadRecordResult::Record) {
            self.columns = columns + more;
        }
        self.columns > 0
    }
}
