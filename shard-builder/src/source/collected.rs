//! What tests read from a source.

use std::path::PathBuf;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Gazetteer;

use super::{Sink, Source};
use crate::entry::{Entry, EntryKind};
use crate::error::Result;
use crate::progress::Silent;
use crate::report::Report;

/// Keeps all entries.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) entries: Vec<Entry>,
    pub(super) report: Report,
}

struct Keep<'a>(&'a mut Vec<Entry>);

impl Sink for Keep<'_> {
    fn entry(&mut self, entry: Entry, _report: &mut Report) {
        self.0.push(entry);
    }

    fn gazetteer(&mut self, _gazetteer: Gazetteer, _report: &mut Report) {
        panic!("a flat source has no hierarchy");
    }
}

impl Collected {
    /// Reads a source that must be readable.
    pub(super) fn of(source: &dyn Source, country: &str) -> Self {
        Self::try_of(source, country).unwrap()
    }

    /// Reads a source.
    pub(super) fn try_of(source: &dyn Source, country: &str) -> Result<Self> {
        let mut collected = Self::default();
        let country = CountryCode::parse(country).unwrap();
        let mut sink = Keep(&mut collected.entries);
        source.read(country, &mut sink, &mut collected.report, &Silent)?;
        Ok(collected)
    }

    /// The entry with an identifier.
    pub(super) fn by_id(&self, id: &str) -> &Entry {
        let found = self.entries.iter().find(|entry| entry.ids.iter().any(|known| known == id));
        found.unwrap_or_else(|| panic!("no {id}"))
    }

    /// Entries of a kind.
    pub(super) fn of_kind(&self, kind: EntryKind) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.kind == kind).collect()
    }
}

/// A bundled file.
pub(super) fn bundled(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

/// A whole file, when the folder of whole files is known.
pub(super) fn whole(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("HEREABOUTS_DATA").map(|folder| PathBuf::from(folder).join(name));
    if path.is_none() {
        println!("{name} is left out, HEREABOUTS_DATA does not name its folder");
    }
    path
}
