//! Sources of records. A source reads what it was given and hands over what it found; nothing
//! after it knows where the records come from.

pub(crate) mod airports;
#[cfg(test)]
mod collected;
pub(crate) mod communes;
pub(crate) mod country_names;
mod entry_lines;
mod fields;
pub(crate) mod geonames;
pub mod osm;
pub(crate) mod records;
pub(crate) mod stations;
pub(crate) mod subdivisions;
pub(crate) mod table;

use std::path::PathBuf;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::manifest::Attribution;

use crate::entry::Entry;
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;

/// A list of records with its own format, licence and rules.
pub trait Source: Send + Sync {
    /// What reports call the source, such as `geonames cities500.txt`.
    fn label(&self) -> String;

    /// Who must be credited for the records, and under which licence they are.
    fn attribution(&self) -> Vec<Attribution>;

    /// Reads all records of one country, or of all countries for [`CountryCode::WORLD`], and
    /// tells the report what became of the input.
    ///
    /// A row that cannot be used is counted and skipped. The same input gives the same records.
    ///
    /// # Errors
    /// Fails when the input cannot be read or is not of the source's format.
    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()>;
}

/// Takes what sources find.
pub trait Sink {
    /// Takes one entry of a flat source.
    fn entry(&mut self, entry: Entry, report: &mut Report);

    /// Takes the records of a source that knows their hierarchy itself.
    fn gazetteer(&mut self, gazetteer: Gazetteer, report: &mut Report);
}

/// Names files without their folders, for labels.
fn file_names<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> String {
    let names = paths.into_iter().filter_map(|path| path.file_name());
    names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
}
