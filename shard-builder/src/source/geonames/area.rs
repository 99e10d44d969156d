//! Names of regions and counties: GeoNames' `admin1CodesASCII.txt` and `admin2Codes.txt`
//! (code, name, ASCII name, geonameid), or the same as a JSON list of `code` and `name`.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::Path;

use geocoder_core::CountryCode;
use serde::Deserialize;

use super::super::fields;
use crate::error::Result;
use crate::input::{self, Lines, RowCheck, Spot};
use crate::name;
use crate::progress::Progress;
use crate::report::Report;

/// A region or county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Area {
    /// The country.
    pub(super) country: CountryCode,
    /// Name.
    pub(super) name: String,
    /// Name in ASCII; empty when the list has none.
    pub(super) ascii_name: String,
    /// geonameid, when the list has one.
    pub(super) id: Option<u32>,
    /// Line or element of the list.
    pub(super) line: u64,
}

/// Areas by their code, such as `FR.11`.
pub(super) type Areas = BTreeMap<String, Area>;

#[derive(Deserialize)]
struct Element {
    code: String,
    name: String,
}

/// Reads the areas of a country whose codes have the given number of parts.
///
/// # Errors
/// Fails when the file cannot be read or is of another format.
pub(super) fn read(
    path: &Path,
    parts: usize,
    country: CountryCode,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Areas> {
    let mut reader =
        Reader { path, parts, country, check: RowCheck::default(), areas: Areas::new() };
    let mut opened = input::open(path, progress)?;
    let start = opened.fill_buf().map_err(|error| input::read_error(path, error))?;
    let is_json = start.trim_ascii_start().starts_with(b"[");
    if is_json {
        input::for_each_element(path, opened, |line, element| {
            match serde_json::from_value::<Element>(element) {
                Ok(Element { code, name }) => reader.take(line, &code, &name, "", None, report),
                Err(error) => reader.check.bad(Spot { path, line }, error, report),
            }
        })?;
    } else {
        let mut lines = Lines::of(path, opened);
        while let Some((line, text)) = lines.next(report)? {
            match text.split('\t').collect::<Vec<_>>().as_slice() {
                [code, name, ascii_name, id] => {
                    reader.take(line, code, name, ascii_name, id.trim().parse().ok(), report)?;
                }
                columns => {
                    let problem = format!("{} columns instead of 4", columns.len());
                    reader.check.bad(Spot { path, line }, problem, report)?;
                }
            }
        }
    }
    reader.check.finish(path)?;
    Ok(reader.areas)
}

struct Reader<'a> {
    path: &'a Path,
    parts: usize,
    country: CountryCode,
    check: RowCheck,
    areas: Areas,
}

impl Reader<'_> {
    fn take(
        &mut self,
        line: u64,
        code: &str,
        name: &str,
        ascii_name: &str,
        id: Option<u32>,
        report: &mut Report,
    ) -> Result<()> {
        let code = code.trim();
        let country = code.split('.').next().and_then(CountryCode::parse);
        let name = name::clean(name);
        let (Some(country), false) = (country, name.is_empty()) else {
            return self.check.bad(Spot { path: self.path, line }, "no code or name", report);
        };
        if code.split('.').count() != self.parts {
            let problem = format!("'{code}' is no code of {} parts", self.parts);
            return self.check.bad(Spot { path: self.path, line }, problem, report);
        }
        self.check.good();
        if fields::is_wanted(self.country, Some(country)) {
            let ascii_name = name::clean(ascii_name);
            self.areas.insert(code.to_owned(), Area { country, name, ascii_name, id, line });
        }
        Ok(())
    }
}
