//! Entries: what a flat source says of one record, before the record has its place in the
//! hierarchy. [`crate::assemble()`] joins them to records.

use geocoder_core::gazetteer::Names;
use geocoder_core::{CountryCode, LonLat, RecordType};

/// What one row of a source says of one record.
///
/// Texts are as the source has them, cleaned of markup and surplus spaces; empty means unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What the record is.
    pub kind: EntryKind,
    /// Names of the record. Of an address, those of its street.
    pub names: Names,
    /// Areas around the record.
    pub locality: Locality,
    /// Identifiers of the record, each with its scheme: `geonames:2988507`, `insee:75056`,
    /// `iata:KEF`. Records that share one are one record; sources refer to places by them.
    pub ids: Vec<String>,
    /// Official code that is shown: ISO 3166-2 part, county code or city code by kind.
    pub code: String,
    /// Where the record is; `None` when the source does not say.
    pub coordinates: Option<LonLat>,
    /// Whether the coordinates are a guess, such as the middle of a larger area. Such a record
    /// is not found by reverse search and takes better coordinates from any other source.
    pub approximate: bool,
    /// Inhabitants, 0 when unknown.
    pub population: u32,
    /// How prominent the record is, 0 to 255; 0 leaves it to its kind and size.
    pub importance: u8,
    /// House number as written, suffix included; empty when there is none.
    pub house_number: String,
    /// Line or row of the source, from 1 on, for warnings.
    pub line: u64,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A place, street or point.
    Record(RecordType),
    /// A house of a street; without a number, the street or another addressable name alone.
    Address,
    /// A postcode and the place it belongs to, which bears the entry's name.
    Zipcode,
}

/// An area by name, by identifier or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaName {
    /// Name in the local language; empty when only the identifier is known.
    pub name: String,
    /// Identifier with its scheme, as in [`Entry::ids`]; empty when only the name is known.
    pub id: String,
    /// Another name, such as a grammatical case; empty when there is none.
    pub alternate: String,
}

impl AreaName {
    /// An area known by its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// An area known by its identifier.
    pub fn identified(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.id.is_empty()
    }
}

/// Areas around a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locality {
    /// Country; `None` when the source is about one country only.
    pub country: Option<CountryCode>,
    /// First-level region.
    pub administrative: AreaName,
    /// County.
    pub county: AreaName,
    /// City.
    pub city: AreaName,
    /// Postcodes.
    pub zipcodes: Vec<String>,
}

impl Entry {
    /// An entry with a name and nothing else.
    pub fn new(kind: EntryKind, names: Names) -> Self {
        Self {
            kind,
            names,
            locality: Locality::default(),
            ids: Vec::new(),
            code: String::new(),
            coordinates: None,
            approximate: false,
            population: 0,
            importance: 0,
            house_number: String::new(),
            line: 0,
        }
    }
}

/// Returns the identifier under which the country meets in all sources.
pub(crate) fn country_id(country: CountryCode) -> String {
    format!("country:{}", country.as_str().to_uppercase())
}
